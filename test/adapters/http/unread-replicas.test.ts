import { expect, test } from 'vitest';
import { POSTGRES_URL } from '../../support/postgres.ts';
import {
  appears,
  BrowserChat,
  begin,
  hasSpokenAtTerminal,
  joinsPlatform,
  notify,
  openTerminal,
  remindsAtTerminal,
  soon,
  state,
} from './places-support.ts';

type Running = Awaited<ReturnType<typeof begin>>;

/** Another process, of which only its row is there, has sessions where the conversations of the terminal were last spoken in. */
async function beginsElsewhere({ coda }: Running, { onlyAnswers }: { onlyAnswers: boolean }) {
  const { rows } = await coda.database().run<{ id: string }>(
    'test.elsewhere',
    `insert into instances (id, host, pid, boot_id, program, seat, only_answers, started_at, heartbeat_at)
     select gen_random_uuid(), 'elsewhere', 1, 'other', i.program, c.seat, $1, i.started_at, i.heartbeat_at
       from instances i, conversations c where c.seat is not null and i.ended_at is null limit 1 returning id`,
    [onlyAnswers],
  );
  // One that is under way may not see it.
  await coda.beat();
  await coda.beat();
  const ends = async () => {
    await coda
      .database()
      .run('test.ends', 'update instances set ended_at = $2 where id = $1', [
        rows[0]?.id ?? '',
        coda.world.clock.now(),
      ]);
    await coda.beat();
    await coda.beat();
  };
  return { ends };
}

test.skipIf(!POSTGRES_URL)(
  'what waits for a terminal is not tried over and over while a command is there',
  async () => {
    await using programs = await begin('PostgreSQL');
    const { coda } = programs;
    await hasSpokenAtTerminal(programs);
    const command = openTerminal(coda.app, { answersOnly: true });
    command.says({ text: '/help', conversation: 'skills', id: 'first' });
    expect(await soon(() => command.done('first'))).toBe(true);
    await notify(programs, 'the build is red');
    const attempts = async () =>
      (await coda.database().read(`select attempts from outbox where state = 'held'`)).rows as { attempts: number }[];
    for (const id of ['second', 'third', 'fourth']) {
      command.says({ text: '/notes', conversation: 'skills', id });
      expect(await soon(() => command.done(id))).toBe(true);
      coda.app.worker.lookForWork();
      await coda.app.whenSettled();
    }
    expect(await attempts()).toEqual([{ attempts: 1 }]);
    expect(command.shows('build is red')).toEqual([]);
    const terminal = openTerminal(coda.app);
    expect(await appears(terminal, 'the build is red')).toBe(true);
    await command.close();
    await terminal.close();
  },
);

test.skipIf(!POSTGRES_URL)(
  'an answer that no command here has asked for is tried after its back-off, too',
  async () => {
    await using programs = await begin('PostgreSQL');
    const { coda } = programs;
    await hasSpokenAtTerminal(programs);
    await notify(programs, 'the build is red');
    await coda.database().run('test', `update outbox set reply_to = 'gone', attempts = 1 where state = 'held'`);
    const command = openTerminal(coda.app, { answersOnly: true });
    for (const id of ['first', 'second', 'third']) {
      command.says({ text: '/notes', conversation: 'skills', id });
      expect(await soon(() => command.done(id))).toBe(true);
      coda.app.worker.lookForWork();
      await coda.app.whenSettled();
    }
    const { rows } = await coda.database().read(`select attempts from outbox where reply_to = 'gone'`);
    expect(rows).toEqual([{ attempts: 1 }]);
    await command.close();
  },
);

test.skipIf(!POSTGRES_URL)('a command at another process holds nothing back from a chat platform', async () => {
  await using programs = await begin('PostgreSQL');
  const { coda } = programs;
  await hasSpokenAtTerminal(programs);
  const ana = await joinsPlatform(programs);
  await remindsAtTerminal(programs, { 10: 'lock the door' });
  await beginsElsewhere(programs, { onlyAnswers: true });
  await coda.passes({ minutes: 10 });
  expect(ana.heard('lock the door')).toHaveLength(1);
});

test.skipIf(!POSTGRES_URL)(
  'what waited for the terminal of a process that ends goes to the chat platform',
  async () => {
    await using programs = await begin('PostgreSQL');
    const { coda } = programs;
    await hasSpokenAtTerminal(programs);
    const ana = await joinsPlatform(programs);
    await remindsAtTerminal(programs, { 10: 'lock the door' });
    const { ends } = await beginsElsewhere(programs, { onlyAnswers: false });
    await coda.passes({ minutes: 10 });
    expect(await state(programs, '⏰ lock the door')).toEqual(['held']);
    await ends();
    await coda.passes({ seconds: 31 });
    expect(ana.heard('lock the door')).toHaveLength(1);
  },
);

test.skipIf(!POSTGRES_URL)('what went from the page to a terminal that shuts goes to the chat platform', async () => {
  await using programs = await begin('PostgreSQL');
  const { coda } = programs;
  await hasSpokenAtTerminal(programs);
  const ana = await joinsPlatform(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.post('/v1/messages', { text: '/remind in 10 minutes call the vet' });
  const { ends } = await beginsElsewhere(programs, { onlyAnswers: false });
  await coda.passes({ minutes: 10 });
  await ends();
  await coda.passes({ seconds: 31 });
  expect(ana.heard('call the vet')).toHaveLength(1);
});

test('a message of several parts that no open page reads goes to the chat platform whole', async () => {
  await using programs = await begin();
  const { coda } = programs;
  await hasSpokenAtTerminal(programs);
  const ana = await joinsPlatform(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  await remindsAtTerminal(programs, { 10: 'lock the door' });
  await coda.passes({ minutes: 10 });
  await coda.database().tx('test.parts', async (tx) => {
    await tx.query(
      `insert into outbox (id, key, adapter, conversation_id, person_id, grp, part, content, state, next_at, tainted, created_at)
       select gen_random_uuid(), key || '/1', adapter, conversation_id, person_id, grp, 1, '{"kind":"reminder","text":"the second half"}', 'pending', $1, tainted, created_at
         from outbox where state = 'held'`,
      [coda.world.clock.now()],
    );
    await tx.query(`update outbox set state = 'pending', next_at = $1, call_at = null where state = 'held'`, [
      coda.world.clock.now(),
    ]);
  });
  await coda.passes({ seconds: 1 });
  expect(await state(programs, 'the second half')).toEqual(['held']);
  await coda.passes({ seconds: 31 });
  expect([ana.heard('lock the door').length, ana.heard('the second half').length]).toEqual([1, 1]);
  browser.close();
});
