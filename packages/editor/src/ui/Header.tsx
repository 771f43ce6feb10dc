import { ActionIcon, Menu, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import {
  IconClockHour4,
  IconDatabase,
  IconDeviceDesktop,
  IconInbox,
  IconLogout,
  IconMailFast,
  IconMoon,
  IconRefreshDot,
  IconSettings,
  IconShieldCheck,
  IconSun,
  IconUserCircle,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import type { Me } from '../api/contract.ts';
import { useEngineNow } from './clock.tsx';
import { formatDate, formatNumber } from './format.ts';
import { HeaderSearch } from './HeaderSearch.tsx';
import { Mark } from './Mark.tsx';
import classes from './Shell.module.css';

export function Header({ me }: { me: Me }) {
  return (
    <header className={classes.header}>
      <Link to="/" className={classes.brand} aria-label="OSICAM, to the loops">
        <Mark size={24} />
        <span>OSICAM</span>
      </Link>
      <nav className={classes.nav} aria-label="Main">
        <Link to="/" className={classes.link} activeOptions={{ exact: true }}>
          <IconRefreshDot size={16} /> Loops
        </Link>
        <Link to="/customers" className={classes.link}>
          <IconUsers size={16} /> Customers
        </Link>
        <Link to="/segments" className={classes.link}>
          <IconUsersGroup size={16} /> Segments
        </Link>
        <Link to="/schema" className={classes.link}>
          <IconDatabase size={16} /> Data
        </Link>
        <Link to="/messages" className={classes.link}>
          <IconMailFast size={16} /> Messages
        </Link>
        {me.installation.demo && (
          <Link to="/inbox" className={classes.link}>
            <IconInbox size={16} /> Inbox
          </Link>
        )}
      </nav>
      <HeaderSearch />
      <ClockChip />
      <ColorScheme />
      <User me={me} />
    </header>
  );
}

function ClockChip() {
  const { now, clock, day } = useEngineNow();
  if (clock.mode === 'live') return null;
  const seconds = 86_400 / clock.speed;
  return (
    <Tooltip
      label={
        clock.mode === 'accelerated'
          ? `This installation lives on an accelerated clock: one of its days takes ${formatNumber(seconds)} seconds.`
          : 'This installation lives on a virtual clock, which only moves when something is due.'
      }
    >
      <div className={`${classes.clock} tabular`} data-testid="clock">
        <IconClockHour4 size={15} />
        <strong>{day === undefined ? formatDate(now) : `day ${formatNumber(day)}`}</strong>
        {day !== undefined && <span>{formatDate(now)}</span>}
        {clock.mode === 'accelerated' && (
          <span className={classes.clockSpeed}>
            · 1 day = {seconds < 1 ? seconds.toFixed(1) : formatNumber(Math.round(seconds * 10) / 10)} s
          </span>
        )}
      </div>
    </Tooltip>
  );
}

const schemes = [
  { id: 'auto', label: 'Like the system', icon: <IconDeviceDesktop size={16} /> },
  { id: 'light', label: 'Light', icon: <IconSun size={16} /> },
  { id: 'dark', label: 'Dark', icon: <IconMoon size={16} /> },
] as const;

function ColorScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = schemes.find((scheme) => scheme.id === colorScheme) ?? schemes[0];
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Colour scheme: ${current.label}`}>
          {current.icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Colour scheme</Menu.Label>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.id}
            leftSection={scheme.icon}
            onClick={() => setColorScheme(scheme.id)}
            {...(scheme.id === colorScheme ? { 'aria-current': true, fw: 600 } : {})}
          >
            {scheme.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function User({ me }: { me: Me }) {
  const client = useQueryClient();
  const signOut = async () => {
    await api('/api/auth/sign-out', { method: 'POST', json: {} });
    // First who one is, so that the page gives way to the sign-in; then nothing of the customers stays in memory.
    await client.resetQueries({ queryKey: ['me'], exact: true });
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Your account">
          <IconUserCircle size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 12px 8px' }}>
          <Text size="sm" fw={600}>
            {me.user.name}
          </Text>
          <Text size="xs" c="var(--ink-soft)">
            {me.user.email}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} />}>
          Contact policy and tokens
        </Menu.Item>
        <Menu.Item component={Link} to="/permission" leftSection={<IconShieldCheck size={16} />}>
          Permission and consent
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>
          OSICAM {me.installation.version}
          {me.installation.demo ? ' · demo' : ''}
        </Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
