import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from './EmptyState.tsx';

export function NotFound() {
  return (
    <EmptyState
      icon={<IconMapQuestion size={24} />}
      title="There is no such page"
      action={
        <Button component={Link} to="/" variant="default">
          To the loops
        </Button>
      }
    >
      The address may be mistyped, or what stood here has been deleted.
    </EmptyState>
  );
}
