import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { restBehind } from '../../src/delivery/outbox/frozen.ts';
import { release } from '../../src/delivery/outbox/store/results.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

/** An answer in three pieces; a model goes on with each when the test says so. */
const PIECES = ['The answer', ' is forty-two,', ' as ever.'] as const;

function inThree() {
  const [second, third] = [deferred(), deferred()];
  const model = new ScriptedModel([PIECES[0], { hold: second }, PIECES[1], { hold: third }, PIECES[2]]);
  model.streams = true;
  return { model, second, third };
}

describe.each(testDatabases)('a message that takes no more edits, on $name', ({ name, available }) => {
  const rows = [
    { how: 'while it grows', edits: ['frozen'], said: [PIECES[0], 'is forty-two, as ever.'] },
    { how: 'at its last edit', edits: ['none', 'frozen'], said: ['The answer is forty-two,', 'as ever.'] },
    {
      how: 'at its last edit, for its content',
      edits: ['none', 'refused', 'refused'],
      said: ['The answer is forty-two,', 'as ever.'],
    },
  ] as const;
  test.skipIf(!available).each(rows)('$how stands, and one further message says the rest', async ({ edits, said }) => {
    const { model, second, third } = inThree();
    await using coda = await play({ engine: name, model });
    const edited = () => coda.platform.editFaults.length;
    const { settled } = await coda.hear('ana', 'dm-ana', 'go on');
    await eventually(() => coda.platform.in('dm-ana').length === 1);
    coda.platform.editFaults.push(...edits, 'gone');
    second.resolve();
    expect(await eventually(() => edited() < edits.length + 1)).toBe(true);
    third.resolve();
    await settled;
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(said);
    // What stands is not touched again: the last fault waits for an edit that never comes.
    expect(coda.platform.editFaults.at(-1)).toBe('gone');
    expect(await coda.count(`outbox where state <> 'sent'`)).toBe(0);
  });

  test.skipIf(!available)('is completed once, also when what became of the rest is not known', async () => {
    const { model, second, third } = inThree();
    await using coda = await play({ engine: name, model, platform: { deduplicatesForMs: 0 } });
    const { settled } = await coda.hear('ana', 'dm-ana', 'go on');
    await eventually(() => coda.platform.in('dm-ana').length === 1);
    coda.platform.editFaults.push('frozen');
    coda.platform.faults.push('lost');
    second.resolve();
    expect(await eventually(() => coda.platform.editFaults.length === 0)).toBe(true);
    third.resolve();
    await settled;
    await coda.passes({ minutes: 1 });
    await coda.restart();
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual([PIECES[0], 'is forty-two, as ever.']);
    expect(await coda.count(`outbox where state <> 'sent'`)).toBe(0);
  });

  test.skipIf(!available)(
    'is completed once by the process that follows one killed while it sent the rest',
    async () => {
      const { model, second, third } = inThree();
      await using coda = await play({ engine: name, model, platform: { deduplicatesForMs: 0 } });
      const { settled } = await coda.hear('ana', 'dm-ana', 'go on');
      await eventually(() => coda.platform.in('dm-ana').length === 1);
      coda.platform.editFaults.push('frozen');
      second.resolve();
      expect(await eventually(() => coda.platform.editFaults.length === 0)).toBe(true);
      coda.platform.faults.push('held');
      third.resolve();
      expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
      const now = coda.world.clock.now();
      await coda.database().tx('test.die', (tx) => release(tx, [coda.app.delivery.self.id], now, []));
      coda.platform.release();
      await settled;
      await coda.restart();
      await coda.passes({ minutes: 1 });
      expect(coda.platform.in('dm-ana')).toEqual([PIECES[0], 'is forty-two, as ever.']);
      expect(await coda.count(`outbox where state <> 'sent'`)).toBe(0);
    },
  );
});

test('the rest of a part begins at a word, in its code block, and with what cannot be shown by words', () => {
  const answer = (text: string, more = {}) => ({ kind: 'answer' as const, text, ...more });
  const buttons = [{ id: 'a'.repeat(22), label: 'Undo' }];
  const code = 'Here:\n```js\none();\ntwo();\n```\nDone.';
  const rows: [string, string, string | undefined][] = [
    ['one two three', 'one tw', 'two three'],
    ['one two three', 'one two', 'three'],
    ['one two three', '', 'one two three'],
    ['one two three', 'something else', 'one two three'],
    ['one two three', 'one two three', undefined],
    // Growing, its code block was closed and its emphasis, too.
    [code, 'Here:\n```js\none();\n```', '```js\ntwo();\n```\nDone.'],
    ['so **very good** indeed', 'so **very**', '**very good** indeed'],
  ];
  for (const [whole, shown, rest] of rows) expect(restBehind(answer(whole), shown)?.text).toBe(rest);
  expect(restBehind(answer('done', { buttons }), 'done')).toEqual(answer('', { buttons }));
});
