import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { createLog } from '../../src/base/log.ts';
import { testDatabases } from '../support/database.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { playTwo } from './platforms.ts';

const rules = { owners: ['chat:olga', 'work:olga'], members: ['chat:bob'] };
const few = { 'access.rate_limit': { requests: 3, window: '60s', turns: 2 } };

describe.each(testDatabases)('how much one person may ask for, on $name', ({ name: engine, available }) => {
  test.skipIf(!available)('counts messages, commands and presses, and is told once', async () => {
    await using two = await playTwo({ engine, ...rules, config: few });
    const { coda, chat, work } = two;
    const tooMuch = 'more than 3 requests within 60 seconds';
    expect(await chat.says('olga', '/notes')).not.toContain(tooMuch);
    await chat.says('olga', '/forget');
    await chat.presses('olga', 'No, keep it');
    expect(await chat.says('olga', '/notes')).toContain(tooMuch);
    for (const _ of [1, 2]) expect(await chat.says('olga', 'hello')).toBe('');
    // What stops something is heard, and others are not held up.
    expect(await chat.says('olga', '/stop')).toContain('Nothing is running');
    expect(await chat.says('bob', '/notes')).not.toBe('');
    expect(await work.says('olga', '/notes')).not.toBe('');
    await coda.passes({ seconds: 61 });
    expect(await chat.says('olga', '/notes')).not.toContain(tooMuch);
    expect(await chat.says('olga', 'hello')).not.toBe('');
  });

  test.skipIf(!available)('is answered in so many conversations at once', async () => {
    const gate = deferred();
    const model = new ScriptedModel([{ hold: gate }, 'Done.']);
    const config = { 'access.rate_limit': { requests: 100, turns: 2 } };
    await using two = await playTwo({ engine, ...rules, config, model });
    const { coda, chat } = two;
    const running = [
      await chat.hear('olga', 'one', { channel: 'a' }),
      await chat.hear('olga', 'two', { channel: 'b' }),
    ];
    await (await chat.hear('olga', 'three', { channel: 'c' })).settled;
    expect(chat.seen('c').map(({ text }) => text)).toEqual([expect.stringContaining('in 2 conversations already')]);
    // A further message where one is being answered joins it.
    const more = await chat.hear('olga', 'and this', { channel: 'a' });
    gate.resolve();
    await Promise.all([...running, more].map(({ settled }) => settled));
    await coda.app.whenSettled();
    expect(await chat.says('olga', 'three', { channel: 'c' })).toBe('Done.');
  });
});

test('can be switched off', async () => {
  await using off = await playTwo({ ...rules, config: { 'access.rate_limit.enabled': false } });
  for (let n = 0; n < 70; n++) expect(await off.chat.says('olga', '/stop now')).not.toContain('more than');
});

test('delivery.rate_limit still counts where it is set, with a warning at each start', async () => {
  await using old = await playTwo({ ...rules, config: { 'delivery.rate_limit': 1 } });
  await old.chat.says('olga', '/notes');
  expect(await old.chat.says('olga', '/notes')).toContain('more than 1 request within 60 seconds');
  const warned: string[] = [];
  const { world } = old.coda;
  Object.assign(world, { log: createLog('warn', world.secrets, { write: (line) => void warned.push(line) }) });
  await old.coda.restart();
  expect(warned.filter((line) => line.includes('delivery.rate_limit'))).toEqual([
    expect.stringContaining('say access.rate_limit.requests instead'),
  ]);
  await using none = await playTwo({
    ...rules,
    config: { 'delivery.rate_limit': 0, 'access.rate_limit': { requests: 1 } },
  });
  for (const _ of [1, 2, 3]) expect(await none.chat.says('olga', '/notes')).not.toContain('more than');
});
