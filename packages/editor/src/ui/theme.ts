import {
  Badge,
  Button,
  Card,
  createTheme,
  Divider,
  Input,
  Modal,
  Paper,
  Table,
  Tooltip,
  virtualColor,
} from '@mantine/core';

/** Calm and dense: small sizes, hairlines instead of shadows, one accent. Colours of stages are custom properties in theme.css. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', Menlo, Consolas, monospace",
  headings: {
    fontWeight: '620',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 7 },
  black: '#1b2430',
  colors: {
    accent: virtualColor({ name: 'accent', light: 'indigo', dark: 'indigo' }),
    // Mantine's teal with a darker last shade: small letters on its light ground had 4.3 to 1, and need 4.5.
    teal: [
      '#e6fcf5',
      '#c3fae8',
      '#96f2d7',
      '#63e6be',
      '#38d9a9',
      '#20c997',
      '#12b886',
      '#0ca678',
      '#099268',
      '#066a4c',
    ],
    // Mantine's own greys of the dark scheme, in the cool hue of theme.css.
    dark: [
      '#e7ebf0',
      '#c3cbd5',
      '#a3aebd',
      '#7d8998',
      '#454e5b',
      '#343c47',
      '#232831',
      '#1c2027',
      '#171a20',
      '#101318',
    ],
  },
  defaultRadius: 'md',
  radius: { sm: '5px', md: '8px', lg: '12px' },
  cursorType: 'pointer',
  components: {
    InputWrapper: Input.Wrapper.extend({
      styles: {
        label: { fontWeight: 560 },
        description: { fontSize: '0.72rem', lineHeight: 1.4, color: 'var(--ink-soft)' },
      },
    }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 550 } }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: 'md', shadow: 'none' } }),
    Divider: Divider.extend({ styles: { label: { color: 'var(--ink-soft)' } } }),
    Paper: Paper.extend({ defaultProps: { shadow: 'none' } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 2 } },
      styles: { title: { fontSize: '1.0625rem', fontWeight: 620 } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'xs', horizontalSpacing: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: true, maw: 320, multiline: true, fz: 'xs' } }),
  },
});
