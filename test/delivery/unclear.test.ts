import { describe, expect, test } from 'vitest';
import { deferred, sleep } from '../../src/base/async.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet/index.ts';
import { play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

/** For how long the platform knows a key again. */
const WINDOW_MS = 1_200;

describe.each(testDatabases)('what may be there already, on $name', ({ name, available }) => {
  test.skipIf(!available)('is looked for even when a try in between was turned away', async () => {
    await using coda = await play({ engine: name, model: echo(), platform: { deduplicatesForMs: WINDOW_MS } });
    coda.platform.faults.push('lost', 'retry');
    await coda.person('ana').says('hello');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('shows the whole answer, though only its beginning was seen to arrive', async () => {
    const gate = deferred();
    const model = new ScriptedModel(['The answer ', { hold: gate }, 'is 42.']);
    model.streams = true;
    await using coda = await play({ engine: name, model });
    coda.platform.faults.push('lost');
    const { settled } = await coda.hear('ana', 'dm-ana', 'what is it?');
    await eventually(() => coda.platform.in('dm-ana').length > 0);
    gate.resolve();
    await settled;
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['The answer is 42.']);
  });

  test.skipIf(!available)('becomes the answer, where only its beginning was shown and nobody can look', async () => {
    const gate = deferred();
    const model = new ScriptedModel(['The answer ', { hold: gate }], ['The answer is 42.']);
    model.streams = true;
    const platform = { deduplicatesForMs: 0, canFind: false };
    await using coda = await play({ engine: name, model, platform });
    await coda.hear('ana', 'dm-ana', 'what is it?');
    const shown = `outbox where state = 'draft' and receipt is not null`;
    await eventually(async () => (await coda.count(shown)) > 0);
    // As it is after a kill: what was shown is not known.
    await coda.database().run('test.forget', `update outbox set receipt = null where state = 'draft'`, []);
    await coda.app.stop(0);
    await coda.start();
    await eventually(() => coda.platform.messages.length > 1);
    await coda.app.whenSettled();
    const [piece, answer] = coda.platform.messages;
    expect(answer).toMatchObject({ key: piece?.key, text: 'The answer is 42.', again: false });
  });

  test.skipIf(!available)('is looked for after a kill, when the platform has forgotten the key meanwhile', async () => {
    await using fleet = await Fleet.begin({ engine: name, daemon: { deduplicatesForMs: WINDOW_MS } });
    await fleet.behave({ deduplicatesForMs: WINDOW_MS });
    const daemon = await fleet.start();
    await daemon.order({ do: 'arm', at: 'after:send.fleet:1' });
    await fleet.says('c1', 'say hello');
    await daemon.exited;
    // Real time: it is the platform's.
    await sleep(2 * WINDOW_MS);
    const next = await fleet.start();
    await next.order({ do: 'settled' });
    expect((await fleet.in('c1')).map(({ text }) => text)).toEqual(['say hello: done']);
  });
});
