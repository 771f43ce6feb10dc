import { CopyButton, Group, Tooltip, UnstyledButton } from '@mantine/core';
import { IconEyeOff, IconUser } from '@tabler/icons-react';
import type { CustomerView } from '../../api/customer.ts';
import { formatDate, formatDateTime } from '../../ui/format.ts';
import { Actions } from './Actions.tsx';
import classes from './Customer.module.css';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() ? value : undefined);

export const nameOf = ({ traits, id }: CustomerView): string =>
  textOf(traits['name']) ??
  textOf(traits['fullName']) ??
  ([textOf(traits['firstName'] ?? traits['first_name']), textOf(traits['lastName'] ?? traits['last_name'])]
    .filter(Boolean)
    .join(' ') ||
    `Customer ${id}`);

/** Who it is: the name, the keys it is known by, and what can be done. */
export function Identity({ view }: { view: CustomerView }) {
  const name = nameOf(view);
  const named = name !== `Customer ${view.id}` && /\p{L}/u.test(name);
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .filter((letter) => /\p{L}/u.test(letter));
  const parts = view.merges.filter(({ undoneAt }) => !undoneAt).length + 1;
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
          {parts > 1 && ` · made of ${parts}`}
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
        {view.hidden && (
          <p className={classes.veiled}>
            <IconEyeOff size={14} /> Your role does not see what tells who this is.
          </p>
        )}
      </div>
      <Actions view={view} />
    </header>
  );
}
