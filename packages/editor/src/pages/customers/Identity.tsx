import { Badge, CopyButton, Group, Tooltip, UnstyledButton } from '@mantine/core';
import { IconCheck, IconUser, IconX } from '@tabler/icons-react';
import type { CustomerView } from '../../api/contract.ts';
import { formatDate, formatDateTime, humanise } from '../../ui/format.ts';
import classes from './Customer.module.css';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() ? value : undefined);

export const nameOf = ({ traits, id }: CustomerView): string =>
  textOf(traits['name']) ??
  ([textOf(traits['firstName']), textOf(traits['lastName'])].filter(Boolean).join(' ') || `Customer ${id}`);

/** Who it is: the name, the keys it is known by, and what it has agreed to. */
export function Identity({ view }: { view: CustomerView }) {
  const name = nameOf(view);
  const named = name !== `Customer ${view.id}`;
  const initials = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .filter((letter) => /\p{L}/u.test(letter));
  return (
    <header className={classes.identity}>
      <div className={classes.avatar} aria-hidden>
        {named ? (
          [initials[0], initials.length > 1 ? initials.at(-1) : ''].join('').toUpperCase()
        ) : (
          <IconUser size={26} stroke={1.6} />
        )}
      </div>
      <div className={classes.who}>
        <h1>{name}</h1>
        <p>
          {named && `Customer ${view.id} · `}known since {formatDate(view.createdAt)} · changed{' '}
          {formatDateTime(view.updatedAt)}
          {view.merges.length > 0 && ` · merged from ${view.merges.length + 1}`}
        </p>
        <Group gap={6} mt={10}>
          {view.identities.map(({ kind, value }) => (
            <CopyButton key={`${kind} ${value}`} value={value}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? 'Copied' : 'Copy'}>
                  <UnstyledButton className={classes.key} onClick={copy}>
                    <small>{kind}</small> {value}
                  </UnstyledButton>
                </Tooltip>
              )}
            </CopyButton>
          ))}
        </Group>
      </div>
      <div className={classes.consents}>
        <h2>Consents</h2>
        {view.consents.length === 0 && <p>Nothing was ever asked.</p>}
        <Group gap={6}>
          {view.consents.map((consent) => (
            <Tooltip
              key={`${consent.channel} ${consent.purpose}`}
              label={`${consent.granted ? 'Given' : 'Refused'} ${formatDateTime(consent.at)}, from ${consent.source}${consent.proof ? `; proof: ${consent.proof}` : ''}`}
            >
              <Badge
                color={consent.granted ? 'teal' : 'red'}
                leftSection={consent.granted ? <IconCheck size={12} /> : <IconX size={12} />}
                tabIndex={0}
              >
                {humanise(consent.purpose)} by {consent.channel}
              </Badge>
            </Tooltip>
          ))}
        </Group>
      </div>
    </header>
  );
}
