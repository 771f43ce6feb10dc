import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('lines go to standard error as JSON, and what signs somebody in is blotted out', async () => {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const log = createLog('debug');
    log.error({ path: '/api/me', token: 'sesame', headers: { cookie: 'sesame', authorization: 'sesame' } }, 'failed');
    createLog('error').debug({}, 'too small to tell');
  `;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module-typescript',
    '-e',
    script,
  ]);
  expect(stdout).toBe('');
  expect(JSON.parse(stderr)).toMatchObject({ msg: 'failed', path: '/api/me', token: '(not logged)' });
  expect(stderr).not.toContain('sesame');
});
