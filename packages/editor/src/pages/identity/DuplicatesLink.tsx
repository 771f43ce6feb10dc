import { Badge, Button } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { openProposalsQuery } from '../../api/identity.ts';
import { formatShort } from '../../ui/format.ts';

/** To the customers who may be one, with how many there are to decide. */
export function DuplicatesLink() {
  const { data: count = 0 } = useQuery(openProposalsQuery);
  return (
    <Button
      component={Link}
      to="/identity"
      variant="default"
      leftSection={<IconGitMerge size={16} />}
      rightSection={count > 0 ? <Badge size="sm">{formatShort(count)}</Badge> : undefined}
      data-testid="duplicates"
    >
      Duplicates
    </Button>
  );
}
