import { Container, Skeleton, Stack } from '@mantine/core';

export function PagePending() {
  return (
    <Container size="xl" py="xl" aria-busy="true" aria-label="Loading">
      <Stack gap="md">
        <Skeleton h={28} w={220} />
        <Skeleton h={16} w={360} />
        <Skeleton h={180} mt="md" />
      </Stack>
    </Container>
  );
}
