import { Alert, Button, Code, Divider, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Mark } from '../ui/Mark.tsx';
import classes from './SignInPage.module.css';

export function SignInPage() {
  useDocumentTitle('Sign in · OSICAM');
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => api('/api/auth/sign-in/email', { json: { email, password } }),
    onSuccess: () => client.resetQueries(),
  });
  return (
    <div className={classes.page}>
      <Stack gap="lg" w="100%" maw={400}>
        <Stack align="center" gap={10}>
          <Mark size={52} />
          <Title order={1} className={classes.name}>
            OSICAM
          </Title>
          <Text size="sm" c="var(--ink-soft)" ta="center">
            Closed-loop customer relationships, drawn and measured.
          </Text>
        </Stack>
        <Paper withBorder p="lg">
          <Title order={2}>Sign in</Title>
          <Text size="sm" c="var(--ink-soft)" mt={6}>
            The terminal in which OSICAM was started shows a <b>one-time sign-in link</b>. Open it in this browser, and
            you are in. It works once; starting again with <Code>npm start</Code> prints a new one.
          </Text>
          <Divider my="md" label="or with your password" />
          <form
            onSubmit={(event) => {
              event.preventDefault();
              signIn.mutate();
            }}
          >
            <Stack gap="sm">
              {signIn.isError && (
                <Alert color="red" variant="light" icon={<IconAlertTriangle size={16} />} role="alert">
                  {signIn.error.message}
                </Alert>
              )}
              <TextInput
                label="E-mail"
                type="email"
                autoComplete="username"
                required
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <Button type="submit" loading={signIn.isPending} mt={4} fullWidth>
                Sign in
              </Button>
            </Stack>
          </form>
        </Paper>
      </Stack>
    </div>
  );
}
