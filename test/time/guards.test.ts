import { expect, describe as suite, test } from 'vitest';
import { understand } from '../../src/time/index.ts';
import { wordsOf } from '../../src/time/parse.ts';
import { AFTERWARDS } from '../../src/time/sentence/afterwards.ts';
import { AT_END, endOf } from '../../src/time/sentence/at-end.ts';
import { AT_START, startOf } from '../../src/time/sentence/at-start.ts';
import { firstOf } from '../../src/time/sentence/guard.ts';
import { plain } from '../../src/time/sentence/plain.ts';
import { viewOf } from '../../src/time/sentence/view.ts';
import { tokenise } from '../../src/time/tokens.ts';

const ctx = { now: new Date('2026-11-18T10:00:00Z'), zone: 'Europe/Berlin' };

function seen(text: string) {
  const view = viewOf(wordsOf(text, tokenise(text)), ctx);
  return { view, layout: view.finder.layout() };
}

suite('each guard reads its example, before any guard behind it', () => {
  test.each(AT_END)('at the end: $name', ({ name, example }) => {
    const { view, layout } = seen(example);
    const end = endOf(view, layout.body);
    expect(end && firstOf(AT_END, view, end)?.name).toBe(name);
  });

  test.each(AT_START)('at the start: $name', ({ name, example }) => {
    const { view, layout } = seen(example);
    const start = startOf(view, layout, (body) => plain(view, { ...layout, body }));
    expect(start && firstOf(AT_START, view, start)?.name).toBe(name);
  });

  test.each(AFTERWARDS)('afterwards: $name', ({ example }) => {
    expect(understand(example, ctx).when.kind).toBe('ambiguous');
  });
});
