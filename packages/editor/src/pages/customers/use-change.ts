import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';

/** Does something to a customer, says so, and looks at the customer anew. What was refused is said too. */
export function useChange<T>(id: number, work: (given: T) => Promise<unknown>, done: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: async (answer) => {
      const { refused = [] } = (answer ?? {}) as { refused?: string[] };
      notifications.show(
        refused.length > 0
          ? { color: 'red', title: 'Not all of it was taken', message: refused.join('; ') }
          : { color: 'teal', message: done },
      );
      await client.invalidateQueries({ queryKey: ['customer', String(id)] });
    },
  });
}
