import { expect, test } from 'vitest';
import { folder, osicam, osicamJson } from './osicam.ts';
import { serving } from './serving.ts';

/** Every command is a process of its own. */
const manyCommands = { timeout: 120_000 };

interface Token {
  digest: string;
  name: string;
  role: string;
  createdAt: string;
  expiresAt?: string;
  usedAt?: string;
}

test(
  'a token made beside a server that runs opens it at once, is listed with its use, and is revoked for the next request',
  manyCommands,
  async () => {
    const { address, database, env } = await serving();
    const made = await osicam([
      'token',
      'create',
      '--name',
      'ci',
      '--role',
      'operator',
      '--expires',
      'P90D',
      '--db',
      database,
    ]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^osicam_[A-Za-z0-9_-]{32}\n$/) });
    expect(made.stderr).toMatch(/the token ci has the role operator and is good until \d{4}-.*; it is shown only now/);
    const secret = made.stdout.trim();

    const ask = () => fetch(`${address}/api/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(await (await ask()).json()).toMatchObject({ user: { name: 'ci' }, role: 'operator' });
    const tokens = ['token', 'list', '--db', database];
    await expect
      .poll(async () => (await osicamJson<Token[]>(tokens))[0]?.usedAt, { timeout: 15_000 })
      .toMatch(/^\d{4}-/);
    const [listed] = await osicamJson<Token[]>(tokens);
    expect(Date.parse(listed?.expiresAt ?? '') - Date.parse(listed?.createdAt ?? '')).toBeGreaterThan(89 * 86_400_000);
    expect((await osicam(tokens)).stdout).toMatch(/ci +operator/);
    expect((await osicam(tokens)).stdout).not.toContain(secret);

    expect(await osicam(['token', 'create', '--name', 'ci', '--role', 'admin', '--db', database])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there is a token ci already'),
    });
    // The environment names the database as well.
    expect(await osicam(['token', 'revoke', 'ci'], { env })).toMatchObject({
      code: 0,
      stderr: 'the token ci is revoked\n',
    });
    expect((await ask()).status).toBe(401);
    expect(await osicam(['token', 'revoke', 'ci'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no token ci'),
    });
  },
);

test('a database that is not there is not made by asking for its tokens', async () => {
  const cwd = folder();
  for (const args of [
    ['token', 'list'],
    ['token', 'create', '--name', 'a', '--role', 'viewer', '--db', 'sqlite:nowhere.sqlite'],
  ])
    expect(await osicam(args, { cwd, env: { OSICAM_DATABASE_URL: undefined } })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there is no database'),
    });
});

test('wrong usage of token and loop ends with 2', manyCommands, async () => {
  const cwd = folder();
  for (const [args, said] of [
    [['token', 'create', '--name', 'a'], /required option '--role <role>'/],
    [['token', 'create', '--name', 'two words', '--role', 'viewer'], /expected a name of letters/],
    [['token', 'create', '--name', 'a', '--role', 'king'], /Allowed choices are viewer, operator, admin/],
    [['token', 'create', '--name', 'a', '--role', 'viewer', '--expires', 'soon'], /expected an ISO 8601 duration/],
    [['loop', 'fly', 'churn'], /unknown command 'fly'/],
    [['loop', 'status', 'churn'], /expected an API token/],
  ] as const)
    expect([args, await osicam(args, { cwd, env: { OSICAM_TOKEN: undefined } })]).toMatchObject([
      args,
      { code: 2, stdout: '', stderr: expect.stringMatching(said) },
    ]);
});
