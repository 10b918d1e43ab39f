import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** A skill that shows the person's zone. */
const zones: Skill = {
  name: 'zones',
  tools: () => [
    dataTool({
      name: 'zone_show',
      description: "Shows the person's zone.",
      effect: 'read',
      input: z.object({}),
      async run(_, { when }) {
        return done(when.zone);
      },
    }),
  ],
};

describe.each(testDatabases)('a turn on $name', ({ name, available }) => {
  test.skipIf(!available)('tools are called and their results answered with', async () => {
    const model = new ScriptedModel([{ call: 'zone_show' }], (request) => [
      `your zone: ${request.messages.at(-1)?.text}`,
    ]);
    await using coda = await play({ engine: name, model, skills: [zones] });
    expect(await coda.person('ana').says('which zone?')).toBe('your zone: Europe/Berlin');
  });

  test.skipIf(!available)('what acts outside asks first, and runs once when it was approved', async () => {
    const { skill, sent } = new Outside();
    const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'bob' } }], ['done']);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    const asked = await ana.says('write to bob');
    expect(asked).toContain('May I do this? **Sends a letter: to `bob`.** I ask because');
    expect(asked).toContain('to: bob');
    expect(asked, 'neither the name of a tool, nor JSON').not.toMatch(/letter_send|[{}]/);
    expect(sent).toEqual([]);
    await ana.presses('Approve');
    expect(sent).toEqual(['bob']);
    expect(ana.seen().map((message) => message.text)).toContain('done');
  });

  test.skipIf(!available)('the lane is free while it asks, and the question outlives a restart', async () => {
    const { skill, sent } = new Outside();
    const model = new ScriptedModel((request) => {
      const last = request.messages.at(-1);
      if (last?.role === 'tool') return [`told: ${last.text}`];
      return lastSaid(request) === 'write to bob' ? [{ call: 'letter_send', input: { to: 'bob' } }] : ['still here'];
    });
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('write to bob');
    expect(await ana.says('are you there?')).toBe('still here');
    await coda.restart();
    await ana.presses('Deny');
    expect(sent).toEqual([]);
    expect(ana.heard('The person said no')).toHaveLength(1);
    await expect(ana.presses('Approve')).resolves.toContain('already been used');
    expect(sent).toEqual([]);
  });

  test.skipIf(!available)('nobody else can approve', async () => {
    const { skill, sent } = new Outside();
    const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'bob' } }], ['done']);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana', { channel: 'shared' });
    await ana.says('write to bob');
    const button = ana.seen().flatMap((message) => message.buttons)[0];
    await (await coda.press('mallory', 'shared', button?.id ?? '')).settled;
    await coda.app.whenSettled();
    expect(sent).toEqual([]);
    expect(ana.heard('for somebody else')).toHaveLength(1);
  });

  test.skipIf(!available)('a question that nobody answers means no after a day', async () => {
    const { skill, sent } = new Outside();
    const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'bob' } }], (request) => [
      `heard: ${request.messages.at(-1)?.text}`,
    ]);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('write to bob');
    await coda.passes({ hours: 23 });
    expect(ana.seen()).toHaveLength(1);
    await coda.passes({ hours: 2 });
    expect(sent).toEqual([]);
    expect(ana.heard('did not answer in time')).toHaveLength(1);
  });

  test.skipIf(!available)(
    'a call outside that was cut off is not repeated: the model and the person hear of it',
    async () => {
      const outside = new Outside().hold();
      const { skill, sent } = outside;
      const model = new ScriptedModel([{ call: 'page_read', input: { url: 'http://a' } }], (request) => [
        `model heard: ${request.messages.at(-1)?.text}`,
      ]);
      await using coda = await play({ engine: name, model, skills: [skill] });
      const { settled } = await coda.hear('ana', 'dm-ana', 'read it');
      await outside.begun.promise;
      await coda.app.stop(0);
      await settled;
      outside.release();
      await coda.start();
      await coda.app.whenSettled();
      expect(sent).toEqual(['http://a']);
      const texts = coda.platform.in('dm-ana').join('\n');
      expect(texts).toContain('I do not know whether it happened');
      // Whether the end was stored before the process went decides which of two sentences the model reads.
      expect(texts).toMatch(/model heard: page_read (was stopped|had begun)/);
    },
  );

  test.skipIf(!available)(
    'an answer is shown while it grows, and a restart in mid-stream leaves one message',
    async () => {
      const gate = deferred();
      const model = new ScriptedModel(['The answer ', { hold: gate }, 'is 42.'], ['The answer is 42.']);
      model.streams = true;
      await using coda = await play({ engine: name, model });
      const { settled } = await coda.hear('ana', 'dm-ana', 'what is it?');
      while (coda.platform.in('dm-ana').length === 0) await new Promise(setImmediate);
      expect(coda.platform.in('dm-ana')).toEqual(['The answer ']);
      await coda.app.stop(0);
      await settled;
      expect(coda.platform.in('dm-ana')).toEqual(['The answer ']);
      await coda.start();
      await coda.app.whenSettled();
      expect(coda.platform.in('dm-ana')).toEqual(['The answer is 42.']);
    },
  );

  test.skipIf(!available)('what the asker says meanwhile joins the running turn, what others say waits', async () => {
    const outside = new Outside().hold();
    const { skill } = outside;
    const model = new ScriptedModel((request) => {
      const last = request.messages.findLast((message) => message.role === 'user')?.text ?? '';
      const read = request.messages.some((message) => message.role === 'tool');
      if (last === 'read it') return [{ call: 'page_read', input: { url: 'http://a' } }];
      return [read ? `together: ${last}` : `alone: ${last}`];
    });
    await using coda = await play({ engine: name, model, skills: [skill] });
    const first = await coda.hear('ana', 'room', 'read it');
    const second = await coda.hear('ana', 'room', 'and be quick');
    const third = await coda.hear('bob', 'room', 'me too');
    outside.release();
    await Promise.all([first.settled, third.settled]);
    await coda.app.whenSettled();
    void second;
    expect(coda.platform.in('room')).toEqual(['together: and be quick', 'alone: me too']);
  });

  test.skipIf(!available)('/stop ends the running turn and its tool', async () => {
    const { skill, begun } = new Outside().hold();
    const model = new ScriptedModel([{ call: 'page_read', input: { url: 'http://a' } }], ['never said']);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const running = await coda.hear('ana', 'dm-ana', 'read it');
    await begun.promise;
    await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
    await running.settled;
    await coda.app.whenSettled();
    expect(coda.platform.in('dm-ana').sort()).toEqual(['Stopped.', 'Stopping.']);
  });

  test.skipIf(!available)('a turn that never comes to an end is ended', async () => {
    const model = new ScriptedModel([{ call: 'zone_show' }]);
    await using coda = await play({ engine: name, model, skills: [zones], config: { 'delivery.max_tool_calls': 3 } });
    expect(await coda.person('ana').says('go')).toContain('stopped after 3 steps');
    expect(model.requests).toHaveLength(3);
  });

  test.skipIf(!available)('a turn that takes longer than it may is ended, and its tool with it', async () => {
    const outside = new Outside().hold();
    const model = new ScriptedModel([{ call: 'page_read', input: { url: 'http://a' } }], ['never said']);
    const config = { 'delivery.turn_timeout': '1s' };
    await using coda = await play({ engine: name, model, skills: [outside.skill], config });
    expect(await coda.person('ana').says('read it')).toBe(
      'I stopped after 1 second without getting to an end. Ask again for a smaller piece of it.',
    );
    outside.release();
    expect(model.requests).toHaveLength(1);
  });

  test.skipIf(!available)('/new begins afresh: the model does not see what was said before', async () => {
    const model = new ScriptedModel(['ok']);
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana');
    await ana.says('my secret is 7');
    await ana.says('what did I say?');
    expect(model.requests.at(-1)?.messages.map((message) => message.text)).toContain('my secret is 7');
    await ana.says('/new');
    await ana.says('and now?');
    expect(model.requests.at(-1)?.messages.map((message) => message.text)).toEqual(['and now?']);
  });
});
