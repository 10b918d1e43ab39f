import { expect, describe as suite, test } from 'vitest';
import { understand } from '../../src/time/index.ts';
import { wordsOf } from '../../src/time/phrase.ts';
import { AFTERWARDS } from '../../src/time/sentence/afterwards.ts';
import { AT_END, endOf } from '../../src/time/sentence/at-end.ts';
import { AT_START, startOf } from '../../src/time/sentence/at-start.ts';
import { firstOf } from '../../src/time/sentence/guard.ts';
import { plain } from '../../src/time/sentence/meaning.ts';
import { Sentence } from '../../src/time/sentence/sentence.ts';
import { tokenise } from '../../src/time/tokens.ts';

const ctx = { now: new Date('2026-11-18T10:00:00Z'), zone: 'Europe/Berlin' };

const seen = (text: string) => new Sentence(wordsOf(text, tokenise(text)), ctx);

suite('each guard reads its example, before any guard behind it', () => {
  test.each(AT_END)('at the end: $name', ({ name, example }) => {
    const sentence = seen(example);
    const end = endOf(sentence, sentence.layout.body);
    expect(end && firstOf(AT_END, end)?.name).toBe(name);
  });

  test.each(AT_START)('at the start: $name', ({ name, example }) => {
    const sentence = seen(example);
    const { layout } = sentence;
    const start = startOf(sentence, layout, (body) => plain(sentence, { ...layout, body }));
    expect(start && firstOf(AT_START, start)?.name).toBe(name);
  });

  test.each(AFTERWARDS)('afterwards: $name', ({ example }) => {
    expect(understand(example, ctx).when.kind).toBe('ambiguous');
  });
});
