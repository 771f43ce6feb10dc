import { arcs } from './arcs.ts';

interface Props {
  size?: number;
  /** Which stages are lit; all when left out. */
  lit?: ReadonlySet<string>;
  title?: string;
}

/** The loop-shaped mark: six stages, clockwise. With `lit` it says which stages a loop has. */
export function Mark({ size = 24, lit, title }: Props) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      strokeWidth={6.5}
      role={title ? 'img' : 'presentation'}
      aria-label={title}
    >
      {arcs.map(({ stage, path }) => (
        <path
          key={stage}
          d={path}
          stroke={!lit || lit.has(stage) ? `var(--stage-${stage})` : 'var(--line-strong)'}
          opacity={!lit || lit.has(stage) ? 1 : 0.55}
        />
      ))}
    </svg>
  );
}
