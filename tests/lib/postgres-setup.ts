import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

/** One server for a run of the tests; each has schemas of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgres', server.url());
  return () => server.remove();
}
