import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, type ModelRequest, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** A tool that has a nested turn write to each of several people, side by side. */
const secretary: Skill = {
  name: 'secretary',
  tools: () => [
    outsideTool({
      name: 'invite',
      description: 'Invites people.',
      effect: 'fetch',
      input: z.object({ whom: z.array(z.string()) }),
      async run({ whom }, { turn: { spawn } }) {
        const tools = ['letter_send', 'page_read'];
        const each = whom.map((name) => spawn?.({ prompt: 'You write letters.', task: name, tools }));
        const told = await Promise.all(each);
        return done(told.map((result) => (result?.ok ? result.text : `failed: ${result?.message}`)).join('; '));
      },
    }),
  ],
};

/** What the nested turns say: they write to whom they were told, but only look Carl up; then they tell what came of it. */
function nested(request: ModelRequest): Line[] {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return [`${lastSaid(request)}: ${last.text}`];
  const whom = lastSaid(request);
  return whom === 'carl' ? [{ call: 'page_read' }] : [{ call: 'letter_send', input: { to: whom } }];
}

function begin(engine: 'PGlite' | 'PostgreSQL', whom: string[]) {
  const outside = new Outside();
  const model = new ScriptedModel((request) => {
    if (request.system === 'You write letters.') return nested(request);
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return [`told: ${last.text}`];
    return lastSaid(request) === 'invite them' ? [{ call: 'invite', input: { whom }, id: 'top' }] : ['still here'];
  });
  return { outside, model, options: { engine, model, skills: [outside.skill, secretary] } };
}

describe.each(testDatabases)('a nested turn that asks on $name', ({ name, available }) => {
  test.skipIf(!available)(
    'the person is asked for it, also after a restart, and a yes is carried out once',
    async () => {
      const { outside, model, options } = begin(name, ['bob']);
      await using coda = await play(options);
      const ana = coda.person('ana');
      const card = await ana.says('invite them');
      expect(card).toMatch(
        /May I do this\? \*\*[^*]*letter[^*]*\*\* An assistant that works for this answer wants to\./i,
      );
      expect(card).toContain('to: bob');
      expect(card).not.toMatch(/letter_send|[{}]/);
      expect(await ana.says('are you there?')).toBe('still here');
      await coda.restart();
      expect(outside.sent).toEqual([]);
      const asked = model.requests.length;
      await ana.presses('Approve');
      expect(outside.sent).toEqual(['bob']);
      expect(ana.heard('told: bob: sent to bob')).toHaveLength(1);
      // One of the nested turn, which went on where it stood, and one of the turn itself.
      expect(model.requests.length - asked).toBe(2);
      await expect(ana.presses('Approve')).resolves.toContain('already been used');
      expect(outside.sent).toEqual(['bob']);
    },
  );

  test.skipIf(!available)('a no is told to it, and it goes on without', async () => {
    const { outside, options } = begin(name, ['bob']);
    await using coda = await play(options);
    const ana = coda.person('ana');
    await ana.says('invite them');
    await coda.restart();
    await ana.presses('Deny');
    expect(outside.sent).toEqual([]);
    expect(ana.heard('told: bob: The person said no')).toHaveLength(1);
  });

  test.skipIf(!available)('a question that nobody answers means no after a day', async () => {
    const { outside, options } = begin(name, ['bob']);
    await using coda = await play(options);
    const ana = coda.person('ana');
    await ana.says('invite them');
    await coda.passes({ hours: 25 });
    expect(outside.sent).toEqual([]);
    expect(ana.heard('did not answer in time')).toHaveLength(1);
    expect(await coda.count(`turns where state <> 'answered'`)).toBe(0);
  });

  test.skipIf(!available)('what several ask is asked at once, when the others have done what they can', async () => {
    const { outside, options } = begin(name, ['bob', 'carl', 'dora']);
    await using coda = await play(options);
    const ana = coda.person('ana');
    const cards = await ana.says('invite them');
    expect(cards.match(/May I do this/g)).toHaveLength(2);
    expect(outside.sent).toEqual(['http://a']);
    // Which of the two stands first is nobody's business.
    const press = async (whom: string, label: string) => {
      const card = ana.seen().find(({ text, buttons }) => buttons.length > 0 && text.includes(`to: ${whom}`));
      const button = card?.buttons.find((each) => each.label === label);
      await (await coda.press('ana', 'dm-ana', button?.id ?? '')).settled;
    };
    await press('dora', 'Approve');
    expect(outside.sent).toEqual(['http://a']);
    await coda.restart();
    await press('bob', 'Deny');
    await coda.app.whenSettled();
    expect(outside.sent).toEqual(['http://a', 'dora']);
    expect(
      ana.heard(
        'told: bob: The person said no. Do not try it again for this message; a later wish counts anew.; carl: read http://a; dora: sent to dora',
      ),
    ).toHaveLength(1);
  });

  test.skipIf(!available)('what was approved and then cut off is not repeated, and all hear of it', async () => {
    const { outside, options } = begin(name, ['bob']);
    await using coda = await play(options);
    const ana = coda.person('ana');
    await ana.says('invite them');
    const button = ana.seen().flatMap(({ buttons }) => buttons)[0];
    outside.hold();
    await coda.press('ana', 'dm-ana', button?.id ?? '');
    await outside.begun.promise;
    await coda.app.stop(0);
    outside.release();
    await coda.start();
    await coda.app.whenSettled();
    expect(outside.sent).toEqual(['bob']);
    expect(ana.heard('`letter_send` ran, so I do not know whether it happened')).toHaveLength(1);
    // The turn that asked goes on when the database has told of it. Whether the end was stored before the process went
    // decides which of two sentences the model reads.
    const told = () => ['was stopped', 'had begun'].flatMap((end) => ana.heard(`told: bob: letter_send ${end}`));
    await eventually(() => told().length > 0);
    expect(told()).toHaveLength(1);
  });
});
