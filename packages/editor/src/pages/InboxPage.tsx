import { Button, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconInbox, IconMailOpened } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { inboxQuery, mailQuery } from '../api/queries.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Fault } from '../ui/Fault.tsx';
import { formatDateTime, formatNumber } from '../ui/format.ts';
import classes from './InboxPage.module.css';

/** The demo's own mail box: whatever the loops send arrives here, and nowhere else. */
export function InboxPage() {
  useDocumentTitle('Inbox · OSICAM');
  const { mail: chosen } = useSearch({ from: '/inbox' });
  const inbox = useInfiniteQuery(inboxQuery);
  const mails = inbox.data?.pages.flatMap((page) => page.mails) ?? [];
  const total = inbox.data?.pages[0]?.total ?? 0;
  return (
    <div className={classes.page}>
      <aside className={classes.list} aria-label="Mails">
        <div className={classes.head}>
          <Title order={1}>Inbox</Title>
          <Text size="xs" c="var(--ink-soft)">
            {formatNumber(total)} mails · this demo’s own; nothing leaves the machine
          </Text>
        </div>
        {inbox.isPending && (
          <Stack p="md" gap="sm" aria-busy="true">
            {[0, 1, 2, 3, 4].map((key) => (
              <Skeleton key={key} h={54} />
            ))}
          </Stack>
        )}
        {inbox.isError && (
          <div style={{ padding: 16 }}>
            <Fault error={inbox.error} retry={() => void inbox.refetch()} />
          </div>
        )}
        {inbox.isSuccess && mails.length === 0 && (
          <EmptyState icon={<IconInbox size={24} />} title="No mail yet">
            Mails that a loop sends to its customers arrive here.
          </EmptyState>
        )}
        <ul>
          {mails.map((mail) => (
            <li key={mail.id}>
              <Link
                to="/inbox"
                search={{ mail: mail.id }}
                className={classes.mail}
                data-chosen={mail.id === chosen || undefined}
                data-testid="mail"
              >
                <span className={classes.line}>
                  <b>{mail.to}</b>
                  <time className="tabular">{formatDateTime(mail.at)}</time>
                </span>
                <span className={classes.subject}>{mail.subject}</span>
                <span className={classes.preview}>{mail.preview}</span>
              </Link>
            </li>
          ))}
        </ul>
        {inbox.hasNextPage && (
          <Button
            variant="subtle"
            fullWidth
            loading={inbox.isFetchingNextPage}
            onClick={() => void inbox.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </aside>
      <section className={classes.reading} aria-label="Mail">
        {chosen === undefined ? (
          <EmptyState icon={<IconMailOpened size={24} />} title="Choose a mail">
            It is shown as the customer sees it, without scripts and without loading anything from elsewhere.
          </EmptyState>
        ) : (
          <Reading key={chosen} id={chosen} />
        )}
      </section>
    </div>
  );
}

function Reading({ id }: { id: string }) {
  const mail = useQuery(mailQuery(id));
  if (mail.isPending) return <Skeleton h={320} m="lg" />;
  if (mail.isError)
    return (
      <div style={{ padding: 24 }}>
        <Fault error={mail.error} retry={() => void mail.refetch()} />
      </div>
    );
  const { subject, from, to, at, html, text, headers } = mail.data;
  const list = Array.isArray(headers)
    ? headers.map(({ name, value }) => [name, value] as const)
    : Object.entries(headers ?? {});
  return (
    <article className={classes.article}>
      <Title order={2}>{subject}</Title>
      <dl className={classes.facts}>
        <dt>From</dt>
        <dd>{from}</dd>
        <dt>To</dt>
        <dd>{to}</dd>
        <dt>When</dt>
        <dd>{formatDateTime(at)}</dd>
      </dl>
      <Tabs defaultValue={html ? 'html' : 'text'} className={classes.tabs} keepMounted={false}>
        <Tabs.List>
          {html && <Tabs.Tab value="html">As the customer sees it</Tabs.Tab>}
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="headers">Headers</Tabs.Tab>
        </Tabs.List>
        {html && (
          <Tabs.Panel value="html" className={classes.panel}>
            <iframe title={`Mail: ${subject}`} sandbox="" srcDoc={html} className={classes.frame} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="text" className={classes.panel}>
          <pre className={classes.text}>{text || 'This mail has no text part.'}</pre>
        </Tabs.Panel>
        <Tabs.Panel value="headers" className={classes.panel}>
          <dl className={classes.facts}>
            {list.map(([name, value], index) => (
              <div key={index} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}
