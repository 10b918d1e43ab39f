/**
 * Takes out one guard after the other and plays the scenarios that it guards: each must do its harm then, or it shows nothing.
 * With `CODA_TEST_TABLE` a table is written there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edit, guards, pings, tested } from './guards.ts';
import { deeds } from './scenarios/deeds.ts';
import { injection } from './scenarios/injection.ts';
import { leaks } from './scenarios/leaks.ts';
import { outsiders } from './scenarios/outsiders.ts';

const scenarios = [...injection, ...deeds, ...leaks, ...outsiders];
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const table = process.env.CODA_TEST_TABLE;
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'coda-mutations-'));
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of tracked.trim().split('\n'))
    if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What a test file says when it runs in the copy without a guard; `env`: what it is told. */
function runWithout(edits: readonly Edit[], file: string, env: Record<string, string> = {}) {
  for (const { file: source, find, replace } of edits) {
    const text = readFileSync(join(copy, source), 'utf8');
    if (!text.includes(find)) throw new Error(`${source} has no ${find}`);
    writeFileSync(join(copy, source), text.replaceAll(find, replace));
  }
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'CODA_TEST_LONG');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--experimental.fsModuleCache', file],
    {
      cwd: copy,
      env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
      encoding: 'utf8',
    },
  );
  for (const { file: source } of edits) cpSync(join(root, source), join(copy, source));
  return { said: stdout + stderr, status };
}

/** The scenarios of a test file that do their harm in the copy without `guard`. */
function harmsWithout(guard: string, edits: readonly Edit[], file = 'adversary'): string[] {
  const harms = join(copy, `harms-${guard}.txt`);
  const { said } = runWithout(edits, `test/adversary/${file}.test.ts`, {
    CODA_TEST_HARMS: harms,
    CODA_TEST_GUARD: guard,
  });
  if (!existsSync(harms)) throw new Error(`nothing was harmed: ${said.slice(-2_000)}`);
  return readFileSync(harms, 'utf8').trim().split('\n');
}

test.each(Object.keys(guards))('without %s each of its scenarios does its harm', { timeout: 300_000 }, (guard) => {
  const guarded = scenarios.filter((scenario) => scenario.guards.includes(guard));
  const names = guarded.map((scenario) => `${scenario.class}: ${scenario.name}`);
  const harmed = harmsWithout(guard, guards[guard] ?? []);
  if (table) appendFileSync(table, `| ${guard} | ${names.length} | ${harmed.length} |\n`);
  expect(names.filter((name) => !harmed.includes(name))).toEqual([]);
});

test.each(Object.keys(pings))('without %s people are called together', { timeout: 300_000 }, (guard) => {
  const harmed = harmsWithout(guard, pings[guard] ?? [], 'mentions');
  const own = harmed.filter((name) => name.includes(guard.split(' ')[0] ?? ''));
  if (table) appendFileSync(table, `| ${guard} | 7 | ${own.length} |\n`);
  expect(harmed).toEqual(own);
  expect(own.length).toBeGreaterThanOrEqual(5);
});

test.each(Object.entries(tested))('%s: a test fails without it', { timeout: 300_000 }, (name, { edits, by }) => {
  const { said, status } = runWithout(edits, by);
  const failed = new Set([...said.matchAll(/^ FAIL {2}\S+ > (.+)$/gm)].map(([, test = '']) => test.trim()));
  if (table) appendFileSync(table, `| ${name} | ${by}: ${[...failed].slice(0, 2).join('; ')} |\n`);
  expect(status, said.slice(-1_000)).toBe(1);
  expect(failed.size).toBeGreaterThan(0);
});

test('every scenario has a guard, and every guard a scenario', () => {
  const named = new Set(scenarios.flatMap((scenario) => scenario.guards));
  expect([...named].sort()).toEqual(Object.keys(guards).sort());
  expect(scenarios.filter((scenario) => scenario.guards.length === 0)).toEqual([]);
});
