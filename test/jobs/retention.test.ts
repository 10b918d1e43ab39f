import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { agentRetentionRules, done, filesNamed, outsideTool } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';
import { type FileRef, inboxRetentionRules, outboxRetentionRules } from '../../src/delivery/index.ts';
import { applyRule, retention } from '../../src/jobs/index.ts';
import { fileReferences } from '../../src/skills/upkeep/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';
import { rowsRead } from '../support/plans.ts';
import { play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

/** A new column belongs here only if no value of it can name a stored file; else to its room's `fileReferences`. */
const WITHOUT_FILES = [
  'file_texts.facts',
  'audit_log.detail',
  'buttons.action',
  'conversations.inherited',
  'conversations.settings',
  'dialogues.question',
  'dialogues.topic',
  'hooks.template',
  'identities.claim',
  'improvement_proposals.outcome',
  'improvement_proposals.payload',
  'improvement_proposals.trials',
  'improvement_runs.change',
  'improvement_runs.request',
  'improvement_runs.survey',
  'improvement_runs.tests',
  'messages.content',
  'outbox.progress',
  'outbox.receipt',
  'person_schedules.memory',
  'person_schedules.telling',
  'person_schedules.watch',
  'persons.roles',
  'persons.settings',
  // As the platform sent it: its files are not fetched yet.
  'postponed.event',
  'routing_models.weights',
  'schedules.payload',
  'skill_pins.capabilities',
  'skill_pins.files',
  'skill_pins.texts',
  'skill_runs.steps',
  'solution_patterns.steps',
  'spaces.settings',
  'tasks.steps',
  'undos.call',
];

/** Messages that were answered in the minutes before `before`, each in that many steps, as the only conversation says them. */
async function plantDone(database: Database, { count, steps, before }: { count: number; steps: number; before: Date }) {
  const at = `$2::timestamptz - interval '1 day' - n * interval '1 millisecond'`;
  const id = `md5($2::text || n)::uuid`;
  const plant = (into: string, from: string) =>
    database.run('test.plant', `insert into ${into} select ${from}`, [count, before]);
  const where = `from generate_series(1, $1::int) n, (select id as c, person_id as p from conversations) c`;
  await plant(
    'inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at, received_at, finished_at)',
    `${id}, ${id}::text, 'message', 'fake', c, p, n, '{}', 'done', true, ${at}, ${at}, ${at} ${where}`,
  );
  await plant(
    'turns (id, inbox_id, conversation_id, person_id, state, started_at, finished_at)',
    `${id}, ${id}, c, p, 'answered', ${at}, ${at} ${where}`,
  );
  await plant(
    'steps (turn_id, seq, kind, payload, at)',
    `${id}, s, 'model', '{}', ${at} ${where}, generate_series(1, ${steps}) s`,
  );
  await plant(
    'outbox (id, key, adapter, conversation_id, person_id, grp, content, state, created_at, sent_at)',
    `${id}, 'answer:' || ${id}, 'fake', c, p, ${id}::text, '{}', 'sending', ${at}, ${at} ${where}`,
  );
  await database.run('test.sent', `update outbox set state = 'sent' where state = 'sending'`);
}

describe.each(testDatabases)('retention on $name', ({ name, available }) => {
  test.skipIf(!available)('what is long done goes, dead letters and what was said stay', async () => {
    await using coda = await play({ engine: name, model: echo(), config: { 'retention.days': 5 } });
    const ana = coda.person('ana');
    coda.platform.faults.push('refused');
    await ana.says('never delivered');
    await ana.says('old');
    await coda.passes({ days: 4 });
    await ana.says('recent');
    await coda.passes({ days: 3 });
    expect(await coda.count('inbox')).toBe(1);
    expect(await coda.count('turns')).toBe(1);
    expect((await coda.app.delivery.outbox.deadLetters()).letters.map((letter) => letter.text)).toEqual([
      'you said: never delivered',
    ]);
    expect(await coda.count('outbox')).toBe(2);
    expect(await coda.count('messages')).toBe(6);
  });

  test.skipIf(!available)('a file goes with the last row that refers to it', async () => {
    const skill: Skill = {
      name: 'giver',
      commands: () => [{ name: 'give', summary: 'Give a file.', run: async () => done('here', { files: [given] }) }],
    };
    await using coda = await play({ engine: name, model: echo(), skills: [skill], config: { 'retention.days': 5 } });
    const artifacts = coda.artifacts();
    const put = async (text: string) => artifacts.put(Buffer.from(text));
    const given: FileRef = { name: 'g.txt', type: 'text/plain', ...(await put('given')) };
    const sent = await coda.sends('ana', Buffer.from('sent'));
    coda.platform.faults.push('refused');
    await coda.person('ana').says('/give');
    expect((await coda.app.delivery.outbox.deadLetters()).total).toBe(1);
    const orphan = await put('a message that was never stored had it');
    const here = async () => Promise.all([sent, given.hash, orphan.hash].map((hash) => artifacts.has(hash)));
    // Whatever it came with may still be on its way into the database.
    await coda.passes({ hours: 20 });
    expect(await here()).toEqual([true, true, true]);
    await coda.passes({ days: 1 });
    expect(await here()).toEqual([true, true, false]);
    await coda.passes({ days: 6 });
    expect(await here()).toEqual([false, true, false]);
    // The dead letter can still be sent, with its file.
    expect(await coda.app.delivery.outbox.revive()).toBe(1);
    await coda.app.whenSettled();
    expect((await coda.app.delivery.outbox.deadLetters()).total).toBe(0);
    await coda.passes({ days: 7 });
    expect(await here()).toEqual([false, false, false]);
  });

  test.skipIf(!available)('what a call made goes a month after it was last used, whenever its turn went', async () => {
    const kept: FileRef[] = [];
    const skill: Skill = {
      name: 'maker',
      tools: () => [
        outsideTool({
          name: 'make',
          description: 'Makes files.',
          effect: 'fetch',
          input: z.object({}),
          run: async () => done('made', { kept, tainted: true }),
        }),
      ],
    };
    const model = new ScriptedModel([{ call: 'make', input: {} }], ['Here.']);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const artifacts = coda.artifacts();
    for (const text of ['used', 'idle']) {
      kept.push({ name: `${text}.txt`, type: 'text/plain', ...(await artifacts.put(Buffer.from(text))) });
    }
    await coda.person('ana').says('make them');
    const filed = async () => {
      const { rows } = await coda.database().read<{ name: string; used: boolean; tainted: boolean; turn: boolean }>(
        `select a.name, p.name = 'ana' as own, a.tainted, a.used_at > a.made_at as used, t.id is not null as turn
           from artifacts a join persons p on p.id = a.person_id left join turns t on t.id = a.turn_id order by a.name`,
      );
      return rows;
    };
    const here = async () => Promise.all(kept.map(({ hash }) => artifacts.has(hash)));
    const own = { own: true, tainted: true };
    expect(await filed()).toEqual([
      { name: 'idle.txt', ...own, used: false, turn: true },
      { name: 'used.txt', ...own, used: false, turn: true },
    ]);
    await coda.sleepsFor({ days: 20 });
    const { rows } = await coda
      .database()
      .read<{ personId: string; conversationId: string }>(
        `select person_id as "personId", conversation_id as "conversationId" from artifacts limit 1`,
      );
    const [whose = { personId: '', conversationId: '' }] = rows;
    await coda.database().tx('artifacts.use', (tx) => filesNamed(tx, whose, ['used.txt'], coda.world.clock.now()));
    await coda.sleepsFor({ days: 15 });
    expect(await filed()).toEqual([{ name: 'used.txt', ...own, used: true, turn: false }]);
    expect(await here()).toEqual([true, false]);
    await coda.sleepsFor({ days: 18 });
    expect([await filed(), await here()]).toEqual([[], [false, false]]);
  });

  test.skipIf(!available)('each column that may name a stored file is asked before a file is removed', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const { rows } = await coda.database().read<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = current_schema() and data_type in ('json', 'jsonb')`,
    );
    // A column of text is asked by an expression.
    const asked = fileReferences.flatMap(({ table, column }) => (column.includes('(') ? [] : [`${table}.${column}`]));
    expect(rows.map((row) => row.name).sort()).toEqual([...asked, ...WITHOUT_FILES].sort());
  });

  test.skipIf(!available)('a rule that fails keeps neither the other rules nor the files from their turn', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const { world } = coda;
    const database = coda.database();
    await database.run(
      'test',
      `insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at, finished_at)
       values (gen_random_uuid(), 'tidy', 'null', 'dead', $1, 1, $1, $1)`,
      [new Date(world.clock.now().getTime() - 40 * 86_400_000)],
    );
    const broken = `select 1 / (count(*) - count(*)) as count from jobs where due_at < $1 or $2::int > 0`;
    const dead = `with old as (delete from jobs where id in
                    (select id from jobs where state = 'dead' and finished_at < $1 limit $2) returning id)
                  select count(*) as count from old`;
    const retentionRules = [
      { name: 'test.broken', sql: broken },
      { name: 'test.dead', sql: dead },
    ];
    let collected = 0;
    const collect = async () => ++collected;
    const job = { id: 'a', payload: null, attempt: 1, dueAt: world.clock.now() };
    const run = retention({ database, world, days: 30, retentionRules, collect }).run(
      job,
      new AbortController().signal,
    );
    await expect(run).rejects.toThrow('division by zero');
    expect(await coda.count("jobs where kind = 'tidy'")).toBe(0);
    expect(collected).toBe(1);
  });

  test.skipIf(!available)(
    'a piece reads and deletes few rows, however many there are and whatever hangs on one',
    async () => {
      await using coda = await play({ engine: name, model: echo() });
      await coda.person('ana').says('hello');
      const database = coda.database();
      const now = coda.world.clock.now();
      await plantDone(database, { count: 6_000, steps: 1, before: now });
      // The oldest one.
      await plantDone(database, { count: 1, steps: 1_200, before: new Date(now.getTime() - 86_400_000) });
      await database.run('test.analyze', 'analyze');
      const rows = async () => {
        const counts = await Promise.all(['inbox', 'outbox', 'turns', 'steps'].map((table) => coda.count(table)));
        return counts.reduce((sum, count) => sum + count, 0);
      };
      for (const rule of [...inboxRetentionRules, ...outboxRetentionRules, ...agentRetentionRules]) {
        for (let piece = 0; piece < 2; piece++) {
          const before = await rows();
          // Given no count back, it ends after one piece.
          const read = await rowsRead(database, (db) => applyRule(db, rule, now, new AbortController().signal));
          expect(before - (await rows()), rule.name).toBeLessThanOrEqual(1_000);
          expect(read, rule.name).toBeLessThanOrEqual(6_000);
        }
      }
      for (const rule of agentRetentionRules) await applyRule(database, rule, now, new AbortController().signal);
      expect([await coda.count('turns'), await coda.count('steps')]).toEqual([1, 1]);
    },
  );

  // The embedded engine has one session: nobody else can hold a row.
  const withOthers = name === 'PGlite' ? undefined : test.skipIf(!available);
  withOthers?.('a row that somebody holds is left for the next night', async () => {
    await using coda = await play({ engine: name, model: echo() });
    await coda.person('ana').says('hello');
    const database = coda.database();
    const now = coda.world.clock.now();
    await plantDone(database, { count: 3, steps: 1, before: now });
    const prune = async () => {
      let gone = 0;
      const rules = [...inboxRetentionRules, ...outboxRetentionRules, ...agentRetentionRules];
      for (const rule of rules) gone += await applyRule(database, rule, now, new AbortController().signal);
      return gone;
    };
    const [held, over] = [deferred(), deferred()];
    const holding = database.tx('test.hold', async (tx) => {
      for (const [table, ended] of [
        ['inbox', 'finished_at'],
        ['outbox', 'sent_at'],
        ['turns', 'finished_at'],
      ]) {
        await tx.query(`select id from ${table} order by ${ended} limit 1 for update`);
      }
      held.resolve();
      await over.promise;
    });
    await held.promise;
    // Of the turns each one with its step.
    expect(await prune()).toBe(2 + 2 + 4);
    over.resolve();
    await holding;
    expect(await prune()).toBe(1 + 1 + 2);
  });

  test.skipIf(!available)('a dead letter can be sent again', async () => {
    await using coda = await play({ engine: name, model: echo() });
    coda.platform.faults.push('refused');
    await coda.person('ana').says('hello');
    const told = '1 message for you could not be delivered:\n> you said: hello';
    expect(coda.platform.in('dm-ana')).toEqual([told]);
    const check = coda.app.checks.checks.find(({ name }) => name === 'dead letters');
    expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({ ok: false });
    expect(await coda.app.delivery.outbox.revive()).toBe(1);
    await coda.app.whenSettled();
    expect(coda.platform.in('dm-ana')).toEqual([told, 'you said: hello']);
    expect((await coda.app.delivery.outbox.deadLetters()).total).toBe(0);
  });
});
