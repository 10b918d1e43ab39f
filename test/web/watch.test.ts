/** `npm run web -- --watch`: the pages that it makes load themselves anew, and those of a build do not. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWeb } from '../../scripts/web.mjs';

test('a watched bundle looks whether the page names other files, and a built one takes its place', async () => {
  const to = mkdtempSync(join(tmpdir(), 'coda-watch-'));
  const main = () => {
    const names = JSON.parse(readFileSync(join(to, 'index.json'), 'utf8')) as Record<string, string>;
    return readFileSync(join(to, names['main.js'] ?? ''), 'utf8');
  };
  await buildWeb({ to, isWatched: true });
  expect(main()).toContain('location.reload()');
  expect(main()).toContain('/\\/web\\/[^"]+/g');
  await buildWeb({ to });
  expect(main()).not.toContain("fetch('/', { cache: 'no-store' })");
  rmSync(to, { recursive: true });
});
