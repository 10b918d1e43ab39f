import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SOURCE_KINDS } from '../../src/agent-skills/skill.ts';
import { packageRoot } from '../../src/base/root.ts';

const page = readFileSync(join(packageRoot(), 'docs/skills.md'), 'utf8');
const room = join(packageRoot(), 'src/agent-skills');
const sources = ['read', 'catalog'].flatMap((part) =>
  readdirSync(join(room, part)).map((file) => readFileSync(join(room, part, file), 'utf8')),
);

test('the page names every code that a problem can have', () => {
  const codes = sources.flatMap((text) => [
    ...text.matchAll(/(?:(?:warn|error|note|problem)\(|code: )'([a-z_]+)'/g),
    ...text.matchAll(/\| '([a-z]+_[a-z_]+)'/g),
  ]);
  const names = [...new Set(codes.map(([, code]) => code as string))];
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

test('the page names every field that is read', () => {
  const keys = sources.flatMap((text) => [
    ...text.matchAll(/\.(?:take|text|flag|list|oneOf|json)\(\s*'([a-z-]+)'/g),
    ...text.matchAll(/const KEYS = \[([^\]]+)\]/g),
  ]);
  const names = keys.flatMap(([, key = '']) => key.replaceAll("'", '').split(', '));
  expect(names.length).toBeGreaterThan(25);
  const isNamed = (key: string) => page.includes(`\`${key}\``) || page.includes(`\`${key.replaceAll('-', '_')}\``);
  expect([...new Set(names)].filter((key) => !key.startsWith('...') && !isNamed(key))).toEqual([]);
});

test('the page names every source', () => {
  expect(SOURCE_KINDS.filter((kind) => !page.includes(`| \`${kind}\` |`))).toEqual([]);
});
