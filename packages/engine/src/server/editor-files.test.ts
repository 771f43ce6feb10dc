import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createApp } from './create-app.ts';
import { testPorts } from './test-ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'osicam-editor-'));
const editorFolder = join(folder, 'dist');
mkdirSync(join(editorFolder, 'assets'), { recursive: true });
writeFileSync(join(folder, 'secret'), 'sesame');
writeFileSync(join(editorFolder, 'index.html'), '<!doctype html><title>OSICAM</title>');
writeFileSync(join(editorFolder, 'assets/index-4f2a.js'), `export const text = '${'a'.repeat(5000)}';`);
writeFileSync(join(editorFolder, 'assets/index-4f2a.js.map'), '{}');
symlinkSync(join(folder, 'secret'), join(editorFolder, 'link.txt'));
afterAll(() => rmSync(folder, { recursive: true }));

const app = createApp({ ...testPorts().ports, editorFolder });

test('an asset is kept for ever, the page is asked for again', async () => {
  const asset = await app.request('/assets/index-4f2a.js', { headers: { 'accept-encoding': 'gzip, br' } });
  expect(asset.headers.get('content-type')).toContain('text/javascript');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect((await asset.arrayBuffer()).byteLength).toBeLessThan(500);

  const page = await app.request('/');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const again = await app.request('/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('any page of the editor is its index, and so is the sign-in page without a token', async () => {
  for (const path of ['/loops/churn', '/customers/7', '/signin'])
    expect([path, await (await app.request(path)).text()]).toEqual([path, '<!doctype html><title>OSICAM</title>']);
});

test('a file that is not there is no page, and nothing outside the folder can be asked for', async () => {
  const paths = [
    '/assets/old.js',
    '/assets/index-4f2a.js.map',
    '/link.txt',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '//etc/passwd.txt',
  ];
  for (const path of paths) expect([path, (await app.request(path)).status]).toEqual([path, 404]);
  for (const path of ['/..%2fsecret', '/%2e%2e%2fsecret', '/etc/passwd', '/..%5c..%5csecret'])
    expect(await (await app.request(path)).text()).toContain('<title>OSICAM</title>');
});

test('a folder without the editor is an error that says what to do', () => {
  expect(() => createApp({ ...testPorts().ports, editorFolder: join(editorFolder, 'assets') })).toThrow(
    /found no index\.html: run npm start/,
  );
});
