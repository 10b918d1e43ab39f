/** The browser's application as coda serves it: read once, and anew for each page while somebody changes it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebFiles } from '../../../src/adapters/http/web/files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coda-web-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(script: string): void {
  const names = { 'main.js': script, 'coda.css': 'coda-1.css', 'icon.svg': 'icon-1.svg' };
  for (const name of Object.values(names)) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'index.json'), JSON.stringify(names));
}

const page = (files: WebFiles): string => JSON.stringify(files.shell(200, { base: '', ingress: undefined }).body);

test('a page names the files that were there first, and the newest while they are watched', () => {
  put('main-1.js');
  const files = new WebFiles(folder);
  expect(page(files)).toContain('/web/main-1.js');
  put('main-2.js');
  expect(page(files)).toContain('/web/main-1.js');
  writeFileSync(join(folder, '.watched'), '');
  expect(page(files)).toContain('/web/main-2.js');
  put('main-3.js');
  expect(page(files)).toContain('/web/main-3.js');
});
