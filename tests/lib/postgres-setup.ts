import type { TestProject } from 'vitest/node';
import { openPostgres } from '../../packages/engine/src/store/postgres.ts';
import { startPostgres } from './postgres-server.ts';

/** One server for a run of the tests, with a template that holds the schema: a database is a copy of it, made in 20 ms. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await server.createDatabase('osicam_template');
  await (await openPostgres(server.url('osicam_template'))).close();
  project.provide('postgres', server.url());
  return () => server.remove();
}
