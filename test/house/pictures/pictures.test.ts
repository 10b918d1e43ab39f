import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { play } from '../../support/play.ts';
import { echo } from '../../support/scripted-model.ts';
import { ANSWERS, MOST_BYTES, PAGES, PICTURES } from './list.ts';
import { terminalPage, terminalSession } from './terminal.ts';

const docs = join(packageRoot(), 'docs');
const pages = ['../README.md', ...readdirSync(docs).filter((name) => name.endsWith('.md'))];
const read = (page: string) => readFileSync(join(docs, page), 'utf8');

test('every picture that the script makes is there, small, and shown with words beside it', () => {
  const files = readdirSync(join(docs, 'pictures'));
  expect(files.sort()).toEqual(PICTURES.map((name) => `${name}.png`).sort());
  const shown = pages.flatMap((page) => Array.from(read(page).matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)));
  for (const [, words = '', path = ''] of shown) {
    expect(words.length, path).toBeGreaterThan(15);
    expect(path).toMatch(/^(?:docs\/)?pictures\/\w+\.png$/);
  }
  expect([...new Set(shown.map(([, , path = '']) => path.split('/').at(-1)))].sort()).toEqual(files);
  for (const file of files) {
    const bytes = readFileSync(join(docs, 'pictures', file));
    expect(bytes.subarray(1, 4).toString(), file).toBe('PNG');
    expect(bytes.length, file).toBeLessThan(MOST_BYTES);
  }
});

test('the pages in the pictures are pages that the documentation names', () => {
  const table = read('dashboard.md').toLowerCase();
  for (const { path } of PAGES) expect(table).toContain(`| ${path.slice(1)} |`);
});

test("the terminal's picture shows the README's conversation, as it is held today", async () => {
  const conversation = /```\n(you › [\s\S]*?)```/.exec(read('../README.md'))?.[1] ?? '';
  const screen = await terminalSession();
  const lines = screen.text.split('\n');
  let at = 0;
  for (const line of conversation.split('\n').filter((each) => each.trim() !== '')) {
    const found = lines.indexOf(line, at);
    expect(found, `${line}\n--- on the screen ---\n${screen.text}`).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
  expect(terminalPage(screen.marked)).toContain('font-weight:bold');
});

test('the calls of the model in the pictures are of tools that coda has', async () => {
  const echoed = echo();
  await using coda = await play({ model: echoed });
  await coda.person('ana').says('hello');
  const offered = echoed.requests.flatMap(({ tools }) => tools ?? []).map(({ name }) => name);
  for (const { name } of ANSWERS.flatMap(([, calls]) => calls)) expect(offered).toContain(name);
});
