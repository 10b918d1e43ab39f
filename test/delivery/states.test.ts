import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { STATES, TRANSITIONS } from '../../src/delivery/outbox/states.ts';
import { play } from '../support/play.ts';

const PAGE = join(packageRoot(), 'docs/delivery.md');
const BEGIN = '<!-- states: written by test/delivery/states.test.ts with UPDATE_DOCS=1 -->';
const END = '<!-- /states -->';

test('every statement that changes the state of a part is in the table of transitions, and no other', () => {
  const found = new Set(sources().flatMap(writersIn));
  expect([...found].sort()).toEqual([...new Set(TRANSITIONS.map(({ by }) => by))].sort());
});

test('the transitions use every state', () => {
  const used = new Set(TRANSITIONS.flatMap(({ from, to }) => [...from, ...to]));
  expect([...used].sort()).toEqual([...Object.keys(STATES), 'new'].sort());
});

test('a database of the tests refuses a transition that is not in the table', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('what time is it?');
  const wrong = coda.database().run('test.wrong', "update outbox set state = 'held' where state = 'sent'");
  await expect(wrong).rejects.toThrow(/sent to held is no transition/);
});

test('docs/delivery.md shows the states and their transitions', () => {
  const page = readFileSync(PAGE, 'utf8');
  const shown = page.slice(page.indexOf(BEGIN), page.indexOf(END) + END.length);
  const actual = [
    BEGIN,
    table(['state', ''], Object.entries(STATES)),
    table(['from', 'to', 'when'], changes()),
    END,
  ].join('\n\n');
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(shown, () => actual),
    );
  else expect(shown).toBe(actual);
});

function sources(): string[] {
  const all = readdirSync(join(packageRoot(), 'src'), { recursive: true, encoding: 'utf8' });
  return all
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(packageRoot(), 'src', file), 'utf8'));
}

/** The functions and constants of a source whose SQL writes `state` in the outbox. */
function writersIn(source: string): string[] {
  const statements = source.matchAll(
    /insert into outbox\b|update outbox\b[^`]*?\bset\b(?:(?!\bwhere\b)[^`])*?\bstate = /g,
  );
  return [...statements].flatMap(({ index }) => {
    const before = source.slice(0, index);
    const name = [...before.matchAll(/^export (?:async function|function|const) (\w+)/gm)].at(-1)?.[1];
    return name ?? 'unnamed';
  });
}

function changes(): string[][] {
  return TRANSITIONS.map(({ from, to, when }) => [from.join(', '), to.join(', '), when]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
