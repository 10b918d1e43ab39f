import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** A model that writes letters and reads pages. */
function asking() {
  const outside = new Outside();
  const model = new ScriptedModel((request) => {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return [`told: ${last.text}`];
    if (lastSaid(request) === 'write to bob') return [{ call: 'letter_send', input: { to: 'bob' } }];
    if (lastSaid(request) === 'read it') return [{ call: 'page_read' }];
    return [`heard: ${lastSaid(request)}`];
  });
  return { outside, model, skill: outside.skill, sent: outside.sent };
}

describe.each(testDatabases)('a turn that waits for its person on $name', ({ name, available }) => {
  test.skipIf(!available)('what was approved happens although another message is being answered', async () => {
    const { outside, skill, model, sent } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('write to bob');
    outside.hold();
    const other = await coda.hear('ana', 'dm-ana', 'read it');
    await outside.begun.promise;
    const approve = ana.seen().flatMap((message) => message.buttons)[0];
    await (await coda.press('ana', 'dm-ana', approve?.id ?? '')).settled;
    outside.release();
    await other.settled;
    await coda.app.whenSettled();
    expect(sent).toEqual(['http://a', 'bob']);
    expect(ana.heard('told: sent to bob')).toHaveLength(1);
    expect(await coda.count(`lanes where pending <> 0`)).toBe(0);
  });

  test.skipIf(!available)('it goes on however long ago the message was sent', async () => {
    const { skill, model, sent } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('hello');
    const before = coda.world.clock.now();
    await coda.passes({ hours: 5 });
    await (await coda.hearAt(before, 'ana', 'dm-ana', 'write to bob')).settled;
    await coda.passes({ hours: 20 });
    await ana.presses('Approve');
    expect(sent).toEqual(['bob']);
    expect(ana.heard('told: sent to bob')).toHaveLength(1);
  });

  test.skipIf(!available)('what was approved before a long stop is let go, and its person told', async () => {
    const { outside, skill, model } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('read it');
    await ana.says('write to bob');
    outside.hold();
    const approve = ana.seen().flatMap((message) => message.buttons)[0];
    await coda.press('ana', 'dm-ana', approve?.id ?? '');
    await outside.begun.promise;
    await coda.app.stop(0);
    outside.release();
    await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 25 * 3_600_000));
    await coda.start();
    await coda.passes({ minutes: 1 });
    expect(ana.heard('ask again if it is still wanted.')).toHaveLength(1);
    expect(await coda.count('turns where finished_at is null')).toBe(0);
  });

  test.skipIf(!available)('a process that only runs jobs leaves it to one that can cut the answer', async () => {
    const { outside, skill, model } = asking();
    await using coda = await play({ engine: name, model, skills: [skill], platform: { longest: 10 } });
    outside.hold();
    await coda.hear('ana', 'dm-ana', 'read it');
    await outside.begun.promise;
    await coda.app.stop(0);
    outside.release();
    await coda.startJobs();
    await coda.app.whenSettled();
    expect(await coda.count('outbox')).toBe(0);
    await coda.restart();
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')[0]).toHaveLength(10);
  });

  test.skipIf(!available)('what could not be delivered before and since is told, each once', async () => {
    const { skill, model } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    const told = () => coda.platform.in('dm-ana').filter((text) => text.includes('could not be delivered'));
    coda.platform.faults.push('refused');
    await ana.says('one');
    await ana.says('write to bob');
    expect(told()).toEqual(['1 message for you could not be delivered:\n> heard: one']);
    await ana.says('/remind in 5 minutes call Eve');
    coda.platform.faults.push('refused');
    await coda.passes({ minutes: 6 });
    // Nobody decides: the turn goes on without.
    await coda.passes({ hours: 30 });
    await ana.says('two');
    expect(told()).toHaveLength(2);
    expect(told()[1]).toContain('call Eve');
  });

  test.skipIf(!available)('a yes to something that was asked since approves nothing', async () => {
    const { skill, model, sent } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('write to bob');
    await coda.passes({ minutes: 1 });
    expect(await ana.says('shall I sing?')).toBe('heard: shall I sing?');
    expect(await ana.says('yes')).toBe('heard: yes');
    expect(sent).toEqual([]);
    await ana.presses('Approve');
    expect(sent).toEqual(['bob']);
  });

  test.skipIf(!available)('a yes to the question itself approves it', async () => {
    const { skill, model, sent } = asking();
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('hello');
    await ana.says('write to bob');
    await ana.says('yes');
    expect(sent).toEqual(['bob']);
  });
});
