import { describe, expect, test } from 'vitest';
import { notify } from '../../src/delivery/index.ts';
import { testDatabases } from '../support/database.ts';
import { holdBefore } from '../support/holds.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();
const asked = () => server.requests.filter(({ body }) => body.model === 'small').length;

/** Somebody has said so much in a place that it is to be summed up. */
async function fill(coda: Play, channel: string, name: string): Promise<void> {
  await coda.database().run(
    'test.fill',
    `insert into messages (id, conversation_id, epoch, person_id, role, content, at)
     select gen_random_uuid(), c.id, c.epoch, p.id, 'user', jsonb_build_object('text', 'My PIN is 47' || n), c.created_at
       from conversations c, persons p, generate_series(1, 200) n where c.channel = $1 and p.name = $2`,
    [channel, name],
  );
}

/** Begins to sum up a place as somebody speaks there, and does not end it. */
async function beginsToSum(coda: Play, channel: string, name: string) {
  const before = server.requests.length;
  const held = { fault: 'held', text: 'Her PIN is 4711.', times: 9 } as const;
  server.play({ when: { model: 'small' }, ...held }, { when: { model: 'main' }, text: 'Here.', times: 9 });
  const turn = await coda.hear(name, channel, 'are you there?');
  await server.arrived(before + 1);
  return turn;
}

async function forgets(coda: Play, name: string): Promise<void> {
  const person = coda.person(name);
  await (await coda.hear(name, person.channel, '/forget')).settled;
  const button = person
    .seen()
    .flatMap((message) => message.buttons)
    .findLast(({ label }) => label.startsWith('Yes'));
  await (await coda.press(name, person.channel, button?.id ?? '')).settled;
}

describe.each(testDatabases)(
  'what is being done beside messages while a person is erased, on $name',
  ({ name: engine, available }) => {
    const begin = (config = {}) => play({ engine, config: { ...modelConfig(server), ...config } });

    test.skipIf(!available)('a summary of their direct chat is not kept', async () => {
      await using coda = await begin();
      server.play({ text: 'Hello.' });
      await coda.person('ana').says('hello');
      await fill(coda, 'dm-ana', 'ana');
      const turn = await beginsToSum(coda, 'dm-ana', 'ana');
      await forgets(coda, 'ana');
      server.release();
      await turn.settled;
      await coda.app.whenSettled();
      expect(await coda.count('summaries')).toBe(0);
      server.play({ text: 'Hello again.' });
      await coda.person('ana').says('hello');
      expect(server.requests.at(-1)?.text).not.toContain('PIN');
    });

    test.skipIf(!available)('nor one of a channel, which somebody else’s turn has begun', async () => {
      await using coda = await begin();
      server.play({ text: 'Hello.', times: 2 });
      await coda.person('ana', { channel: 'c1' }).says('hello');
      await coda.person('bob', { channel: 'c1' }).says('hello');
      await fill(coda, 'c1', 'ana');
      // What was said last is kept word for word; so that the summary ends with what stays.
      await fill(coda, 'c1', 'bob');
      const turn = await beginsToSum(coda, 'c1', 'bob');
      await forgets(coda, 'ana');
      server.release();
      await turn.settled;
      await coda.app.whenSettled();
      expect(coda.platform.in('c1').at(-1)).toContain('Here.');
      expect(await coda.count('summaries')).toBe(0);
      expect(await coda.count('messages')).toBeGreaterThan(200);
    });

    test.skipIf(!available)('no memory is made of what they said', async () => {
      await using coda = await begin();
      server.play({ text: 'Nice.' });
      await coda.person('ana').says('I live in Berlin with my dog');
      const before = asked();
      const memories = [{ text: 'ana lives in Berlin', type: 'fact', from: 1 }];
      server.play({ when: { model: 'small' }, fault: 'held', text: JSON.stringify({ memories }) });
      const rested = coda.passes({ minutes: 15 });
      await server.arrived(server.requests.length + 1);
      expect(asked()).toBe(before + 1);
      await forgets(coda, 'ana');
      server.release();
      await rested;
      for (const table of ['memories', 'memory_people']) expect(await coda.count(table), table).toBe(0);
    });

    test.skipIf(!available)('nothing is imported for them', async () => {
      await using coda = await begin();
      server.play({ text: 'Hello.' });
      await coda.person('ana').says('hello');
      const importing = holdBefore(coda, 'memory.import');
      const imported = coda.app
        .findVerb('memory-import')
        .then((act) => act?.({ person: 'ana', lines: [{ text: 'I like tea' }] }));
      await importing.reached;
      await forgets(coda, 'ana');
      importing.goOn();
      await expect(imported).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      for (const table of ['memories', 'memory_people']) expect(await coda.count(table), table).toBe(0);
    });

    test.skipIf(!available)('no notice of a program is said to them', async () => {
      await using coda = await begin();
      server.play({ text: 'Hello.' });
      await coda.person('ana').says('hello');
      const saying = holdBefore(coda, 'notify.say');
      const { world } = coda;
      await notify(
        { database: coda.database(), jobs: coda.app.jobs, world },
        { to: 'ana', text: 'your parcel is here' },
      );
      const due = coda.passes({ seconds: 1 });
      await saying.reached;
      await forgets(coda, 'ana');
      expect(await coda.count(`jobs where payload::text like '%parcel%'`)).toBe(0);
      saying.goOn();
      await due;
      expect(await coda.count(`jobs where payload::text like '%parcel%'`)).toBe(0);
      expect(coda.platform.in('dm-ana').join()).not.toContain('parcel');
      expect(await coda.count(`outbox where content::text like '%parcel%'`)).toBe(0);
    });
  },
);
