import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { runQuietly } from '../../scripts/lib/run-quietly.mjs';

export interface MariadbServer {
  /** The address of a database on it. */
  url(database: string): string;
  remove(): Promise<void>;
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec'];
const find = (...names: string[]): string | undefined =>
  names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));

/**
 * A MariaDB or MySQL server of our own, behind a socket in a temporary folder. Where none is installed, Debian's package is,
 * as root. Otherwise it is said why there is none.
 */
export async function startMariadb(): Promise<MariadbServer | { missing: string }> {
  const install = await installed();
  if (typeof install === 'object') return install;
  const folder = mkdtempSync(join(tmpdir(), 'osicam-mariadb-'));
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  mkdirSync(data);
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? ['--user=mysql'] : [];
  if (isRoot) {
    const { stdout } = spawnSync('id', ['-u', 'mysql'], { encoding: 'utf8' });
    for (const path of [folder, data]) chownSync(path, Number(stdout), -1);
  }
  const initialize = find('mariadb-install-db', 'mysql_install_db');
  const made = initialize
    ? spawnSync(initialize, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', ...user])
    : spawnSync(install, ['--no-defaults', `--datadir=${data}`, '--initialize-insecure', ...user]);
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: `${initialize ?? install} made no database: ${String(made.stderr).slice(-500)}` };
  }
  const server = spawn(
    install,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=32M',
      ...user,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2_000)));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const remove = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries++)
    try {
      const connection = await createConnection({ socketPath: socket, user: 'root' });
      await connection.end();
      break;
    } catch (error) {
      if (server.exitCode === null && tries < 300) await sleep(100);
      else {
        await remove();
        return { missing: `${install} did not start: ${String(error)} ${said}` };
      }
    }
  return { url: (database) => `mysql://root@localhost/${database}?socketPath=${encodeURIComponent(socket)}`, remove };
}

async function installed(): Promise<string | { missing: string }> {
  const server = find('mariadbd', 'mysqld');
  if (server) return server;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return { missing: 'there is no mariadbd and no mysqld here, and Debian’s package can only be installed as root' };
  const at = { cwd: '/', env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await runQuietly('apt-get', ['update'], at);
  const { tail } = await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'mariadb-server'], at);
  return find('mariadbd', 'mysqld') ?? { missing: `apt-get could not install mariadb-server: ${tail}` };
}
