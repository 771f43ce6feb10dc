import { Container } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Fault } from './Fault.tsx';

export function RouteFault({ error, reset }: ErrorComponentProps) {
  return (
    <Container size="sm" py="xl">
      <Fault error={error} retry={reset} title="This page has run into a fault" />
    </Container>
  );
}
