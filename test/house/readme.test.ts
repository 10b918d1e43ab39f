import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const root = packageRoot();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('docs/architecture.md gives a reason for each package that coda stands on, and names no other', () => {
  const table = read('docs/architecture.md').split('## What it stands on')[1]?.split('\n## ')[0] ?? '';
  const named = Array.from(table.matchAll(/^\|[^|]*\|([^|]*)\|/gm)).flatMap(([, cell = '']) =>
    Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
  );
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json'));
  expect(named.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort());
});

test('what the pages link to is there', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ];
  const broken = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      Array.from(read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g), ([, link = '']) => ({ page, link })),
    )
    .filter(({ page, link }) => !existsSync(join(root, dirname(page), link)));
  expect(broken).toEqual([]);
});
