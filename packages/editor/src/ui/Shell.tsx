import { Center, Container, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ApiError } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { ClockProvider } from './clock.tsx';
import { Fault } from './Fault.tsx';
import { Header } from './Header.tsx';
import classes from './Shell.module.css';

const SignInPage = lazy(() => import('../pages/SignInPage.tsx').then((page) => ({ default: page.SignInPage })));

/** Header and page; or the way to sign in, at whichever address one came to. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.isPending)
    return (
      <Center h="100%">
        <Loader size="sm" aria-label="Loading OSICAM" />
      </Center>
    );
  if (me.isError) {
    if (me.error instanceof ApiError && me.error.status === 401)
      return (
        <Suspense>
          <SignInPage />
        </Suspense>
      );
    return (
      <Container size="xs" pt={120}>
        <Fault error={me.error} retry={() => void me.refetch()} title="OSICAM cannot be reached" />
      </Container>
    );
  }
  return (
    <ClockProvider clock={me.data.clock}>
      <div className={classes.shell}>
        <Header me={me.data} />
        <main className={classes.main}>
          <Outlet />
        </main>
      </div>
    </ClockProvider>
  );
}
