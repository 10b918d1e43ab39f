import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done, failed, outsideTool, privately } from '../../src/agent/index.ts';
import { Audit, type AuditReport, verify } from '../../src/audit/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import type { Config } from '../../src/config/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

const SECRET = 'hunter2-and-more';
const words = z.object({ text: z.string().default('') });

/** Tools of every kind, and a command that only shows. */
const acts: Skill = {
  name: 'acts',
  tools: () => [
    dataTool({
      name: 'act_keep',
      description: 'Keeps words.',
      effect: 'write',
      input: words.extend({ private: z.string().optional() }),
      record: { redact: privately('private') },
      run: async ({ text }) => (text === 'no' ? failed('NO_TEXT', 'No.') : done('kept')),
    }),
    dataTool({
      name: 'act_close',
      description: 'Rules out the others.',
      effect: 'read',
      input: z.object({}),
      run: async () => done('closed', { forbids: ['act_keep'] }),
    }),
    outsideTool({
      name: 'act_send',
      description: 'Acts outside.',
      effect: 'external',
      input: words,
      run: async () => done('sent'),
    }),
  ],
  commands: () => [
    { name: 'look', summary: 'Only shows.', run: async () => done('nothing to see') },
    { name: 'only', summary: 'For the owner.', ownerOnly: true, run: async () => done('yours') },
  ],
};

interface Entry {
  action: string;
  subject: string | null;
  status: string;
  code: string | null;
  skill: string | null;
  origin: string;
  detail: Record<string, unknown>;
  duration_ms: number | null;
  person_id: string | null;
}

async function entries(coda: Play): Promise<Entry[]> {
  const { rows } = await coda
    .database()
    .read<Entry & Record<string, unknown>>(`select * from audit_log where action <> 'config.change' order by seq`);
  return rows;
}

/** What each entry says, in a line. */
const said = (all: readonly Entry[]) =>
  all.map(({ action, subject, status, code, origin }) =>
    [action, subject, status, code, origin].filter((part) => part !== null).join(' '),
  );

const calls = (...lines: Line[][]) => new ScriptedModel(...lines);

describe.each(testDatabases)('the log of what was done on $name', ({ name: engine, available }) => {
  const begin = (model: ScriptedModel = calls(['hello'])) => play({ engine, model, skills: [acts] });

  test.skipIf(!available)('has an entry for each call, without what is secret or private', async () => {
    const input = { text: `my key is ${SECRET}`, private: 'love letter' };
    await using coda = await begin(
      calls(
        [
          { call: 'act_keep', input },
          { call: 'act_keep', input: { text: 'no' } },
          { call: 'act_keep', input: { text: {} } },
          { call: 'nowhere', input },
        ],
        ['done'],
      ),
    );
    coda.world.secrets.add(SECRET);
    await coda.person('ana').says('keep it');
    const found = await entries(coda);
    expect(said(found)).toEqual([
      'tool.call act_keep ok message',
      'tool.call act_keep failed NO_TEXT message',
      'tool.call act_keep failed INVALID_INPUT message',
      'tool.call unknown failed UNKNOWN_TOOL message',
    ]);
    expect(found[0]).toMatchObject({
      skill: 'acts',
      detail: { input: { text: 'my key is [secret]', private: '[private]' } },
      duration_ms: expect.any(Number),
      person_id: expect.any(String),
    });
    // What has not its tool's form is not looked through, so it is not kept either.
    expect(found.slice(2).map(({ detail }) => detail)).toEqual([{ input: {} }, { asked: 'nowhere', input: {} }]);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|love letter/);
  });

  test.skipIf(!available)('costs no commit and no round trip of its own', async () => {
    await using coda = await begin(calls([{ call: 'act_keep' }], ['done']));
    await coda.person('ana').says('keep it');
    const { points } = coda.world;
    expect(points.filter(({ name }) => name.startsWith('audit.') && name !== 'audit.config')).toEqual([]);
    expect(await entries(coda)).toHaveLength(1);
  });

  test.skipIf(!available)('has commands that write, and what was refused, but not what only shows', async () => {
    await using coda = await begin();
    const [ana, bob] = [coda.person('ana'), coda.person('bob', { role: 'member' })];
    await ana.says('/look');
    await ana.says('/timezone');
    await ana.says('/timezone Tokyo');
    await ana.says('/note the safe word is swordfish');
    await bob.says('/only');
    await ana.says('/new');
    const found = await entries(coda);
    expect(said(found)).toEqual([
      'tool.call timezone_set ok command',
      'tool.call note_save ok command',
      'command.run only denied DENIED command',
      'command.run new ok command',
    ]);
    expect(found[0]?.detail).toEqual({ input: { zone: 'Tokyo' } });
    expect(JSON.stringify(found)).not.toContain('swordfish');
  });

  test.skipIf(!available)('has each decision, by whom, and what came of it', async () => {
    const asks: Line[] = [{ call: 'act_send', input: { text: 'hi' } }];
    await using coda = await begin(calls(asks, ['sent'], asks, ['left'], asks, ['late']));
    const ana = coda.person('ana');
    await ana.says('send it');
    await ana.presses('Approve');
    await ana.says('again');
    await ana.presses('Deny');
    await ana.says('and again');
    await coda.passes({ hours: 25 });
    const found = await entries(coda);
    expect(said(found)).toEqual([
      'approval.decide act_send ok press',
      'tool.call act_send ok message',
      'approval.decide act_send declined press',
      'tool.call act_send declined DECLINED message',
      'approval.expire act_send declined expiry',
      'tool.call act_send declined DECLINED message',
    ]);
    expect(found[0]?.detail).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), call: expect.any(String) });
  });

  test.skipIf(!available)('has what the policy denies, and buttons that were not the presser’s', async () => {
    await using coda = await begin(calls([{ call: 'act_close' }], [{ call: 'act_keep' }], ['done']));
    const [ana, bob] = [
      coda.person('ana', { channel: 'room' }),
      coda.person('bob', { channel: 'room', role: 'member' }),
    ];
    await ana.says('close it, then keep it');
    await ana.says('/forget');
    await bob.presses('Yes, forget me');
    expect(said(await entries(coda))).toEqual([
      'tool.call act_close ok message',
      'tool.call act_keep denied DENIED message',
      'press.refuse denied NOT_YOURS press',
    ]);
  });
});

const auditOf = (coda: Play) => new Audit({ database: coda.database(), world: coda.world });

async function verified(coda: Play, head?: string): Promise<AuditReport> {
  const audit = auditOf(coda);
  await audit.seal();
  return verify((after) => audit.batches(after), head);
}

const run = (coda: Play, sql: string) => coda.database().run('test', sql);

const TAMPERED: readonly [what: string, change: string][] = [
  ['a changed outcome', `update audit_log set status = 'failed' where batch = 1`],
  ['a changed time', `update audit_log set at = at - interval '1 second' where batch = 1`],
  ['changed details', `update audit_log set detail = '{"x": 1}' where batch = 1`],
  ['another actor', 'update audit_log set actor = gen_random_uuid() where batch = 1'],
  [
    'details that were blanked and filled again',
    `update audit_log set salt = null, detail = '{"x": 1}' where batch = 1`,
  ],
  ['a digest of its own', `update audit_log set digest = sha256('x') where batch = 1`],
  ['a missing entry', 'delete from audit_log where id in (select id from audit_log where batch = 1 limit 1)'],
  ['an entry more', `insert into audit_log (id, at, action, batch) values (gen_random_uuid(), '2026-01-01Z', 'x', 1)`],
  ['a missing batch', 'delete from audit_log where batch = 1'],
  ['a missing seal', 'delete from audit_seals where n = 1'],
  ['a changed seal', `update audit_seals set hash = sha256('x') where n = 1`],
  ['a batch that is said to be old', `update audit_seals set pruned_before = at - interval '1 day' where n = 1`],
];

describe.each(testDatabases)('the seals on $name', ({ name: engine, available }) => {
  /** Two batches: one of five entries, one of one. */
  async function sealed(): Promise<Play> {
    const coda = await play({ engine, config: { 'audit.retention_days': 90 } });
    const ana = coda.person('ana');
    for (const note of ['one', 'two', 'three']) await ana.says(`/note ${note}`);
    await coda.person('bob', { role: 'member' }).says('/note of bob');
    await auditOf(coda).seal();
    await ana.says('/note four');
    await auditOf(coda).seal();
    return coda;
  }

  test.skipIf(!available)('hold for what was only added to, and break for every change', async () => {
    await using coda = await sealed();
    const first = await verified(coda);
    expect(first).toMatchObject({ ok: true, batches: 2, entries: 6, blanked: 0, problems: [] });
    await coda.person('ana').says('/note five');
    const later = await verified(coda, first.head);
    expect(later).toMatchObject({ ok: true, batches: 3, entries: 7 });
    expect(later.head).not.toBe(first.head);
    expect(await verified(coda, '00')).toMatchObject({ ok: false });
    await tampered(coda);
  });

  /** Each change breaks the chain; what was there before is put back after it. */
  async function tampered(coda: Play): Promise<void> {
    await run(coda, 'create table kept_log as select * from audit_log');
    await run(coda, 'create table kept_seals as select * from audit_seals');
    for (const [what, change] of TAMPERED) {
      await run(coda, change);
      const { ok, problems } = await verified(coda);
      expect(ok, what).toBe(false);
      expect(problems.length, what).toBeGreaterThan(0);
      await run(coda, 'delete from audit_log');
      await run(coda, 'delete from audit_seals');
      await run(coda, 'insert into audit_log overriding system value select * from kept_log');
      await run(coda, 'insert into audit_seals select * from kept_seals');
    }
    expect(await verified(coda)).toMatchObject({ ok: true });
  }

  test.skipIf(!available)('hold after /forget, which leaves no details and no person', async () => {
    await using coda = await sealed();
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('/timezone Tokyo');
    const id = (await entries(coda)).at(-1)?.person_id;
    await auditOf(coda).seal();
    const before = await verified(coda);
    await bob.says('/forget');
    await bob.presses('Yes, forget me');
    const after = await verified(coda, before.head);
    expect(after).toMatchObject({ ok: true, blanked: 2, problems: [] });
    const left = (await entries(coda)).filter((entry) => entry.person_id === id);
    expect(said(left)).toEqual(['tool.call person_forget ok press']);
    expect(JSON.stringify(await entries(coda))).not.toContain('Tokyo');
  });

  test.skipIf(!available)('hold when old batches go, and go only then', async () => {
    await using coda = await sealed();
    await coda.sleepsFor({ days: 80 });
    await coda.person('ana').says('/note young');
    expect(await verified(coda)).toMatchObject({ ok: true, batches: 3, pruned: 0 });
    await coda.sleepsFor({ days: 11 });
    expect(await verified(coda)).toMatchObject({ ok: true, batches: 3, pruned: 2, entries: 1 });
  });

  test.skipIf(!available)('are put as soon as a whole batch waits, and at night', async () => {
    await using coda = await play({ engine });
    await run(
      coda,
      `insert into audit_log (id, at, action)
       select gen_random_uuid(), timestamptz '2026-11-20T07:00Z' + n * interval '1 second', 'x' from generate_series(1, 520) n`,
    );
    await coda.person('ana').says('remind me in 10 minutes to look');
    await coda.passes({ hours: 1 });
    const open = async () => coda.count('audit_log where batch is null');
    expect(await open()).toBeLessThan(500);
    await coda.passes({ days: 1 });
    expect(await open()).toBe(0);
    expect(await verified(coda)).toMatchObject({ ok: true });
  });

  test.skipIf(!available)('are put once by two at the same time', async () => {
    await using coda = await play({ engine });
    for (const note of ['one', 'two', 'three']) await coda.person('ana').says(`/note ${note}`);
    await Promise.all([auditOf(coda).seal(), auditOf(coda).seal()]);
    expect(await verified(coda)).toMatchObject({ ok: true, batches: 1, entries: 4 });
  });
});

describe('who asks what was done', () => {
  const ask = (input: Record<string, unknown> = {}) => [{ call: 'audit_query', input, id: 'q' }];
  const answered = (model: ScriptedModel) =>
    model.requests.at(-1)?.messages.findLast((message) => message.role === 'tool')?.text ?? '';

  test('sees their own, an owner everybody’s', async () => {
    const model = calls(ask(), ['there'], ask(), ['there']);
    await using coda = await play({ model, skills: [acts] });
    const [ana, bob] = [coda.person('ana'), coda.person('bob', { role: 'member' })];
    await ana.says('/timezone Tokyo');
    await bob.says('/quiet 22:00-07:00');
    await bob.says('what did you do?');
    expect(answered(model)).toMatch(/^1 entry of 24 hours:\n.*quiet_hours_set ok \d+ ms \(command\)/);
    expect(answered(model)).not.toContain('Tokyo');
    await ana.says('what did you do?');
    expect(answered(model)).toMatch(/timezone_set ok \d+ ms \(ana, command\) \{"input":\{"zone":"Tokyo"\}\}/);
    expect(answered(model)).toMatch(/quiet_hours_set ok \d+ ms \(bob, command\)/);
  });

  test('can ask for a tool, a skill, a status and a time', async () => {
    const model = calls(
      [
        { call: 'act_keep' },
        { call: 'act_keep', input: { text: 'no' } },
        { call: 'time_in', input: { place: 'Tokyo' } },
      ],
      ['done'],
      ask({ tool: 'act_keep' }),
      ['a'],
      ask({ skill: 'acts', status: 'failed' }),
      ['b'],
      [{ call: 'audit_stats', input: { skill: 'acts' } }],
      ['c'],
      ask({ hours: 1 }),
      ['d'],
    );
    await using coda = await play({ model, skills: [acts] });
    const ana = coda.person('ana');
    await ana.says('do things');
    await ana.says('what was kept?');
    expect(answered(model).split('\n')).toHaveLength(3);
    await ana.says('what failed?');
    expect(answered(model)).toMatch(/^1 entry of 24 hours:\n\S+ \d+ \S+ \d\d:\d\d act_keep failed NO_TEXT \d+ ms/);
    await ana.says('and in numbers?');
    expect(answered(model)).toMatch(/^2 calls in 24 hours, 50 % succeeded\.\nact_keep: 2, 50 %, \d+ ms, NO_TEXT 1$/);
    await coda.passes({ hours: 2 });
    await ana.says('and in the last hour?');
    expect(answered(model)).toBe('Nothing was recorded in the 1 hour asked for.');
  });

  test('is told nothing where others read', async () => {
    const model = calls(ask(), ['there']);
    await using coda = await play({ model });
    await coda.person('ana', { channel: 'room' }).says('what did you do?');
    expect(answered(model)).toContain('only where nobody else reads');
  });
});

test('a start with another configuration is recorded, one with the same is not', async () => {
  await using coda = await play();
  const changes = async () => {
    const { rows } = await coda
      .database()
      .read<{ changed: string }>(
        `select detail -> 'changed' as changed from audit_log where action = 'config.change' order by seq`,
      );
    return rows.map(({ changed }) => changed);
  };
  await coda.restart();
  expect(await changes()).toEqual([['all']]);
  const set = coda as unknown as { config: Config };
  const entries = set.config
    .entries()
    .map((entry) => (entry.path === 'delivery.queue_limit' ? { ...entry, value: 7 } : entry));
  set.config = { ...set.config, entries: () => entries };
  await coda.passes({ minutes: 1 });
  await coda.restart();
  expect(await changes()).toEqual([['all'], ['delivery']]);
});
