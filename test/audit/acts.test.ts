import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOperations } from '../../src/agent-skills/index.ts';
import { OPERATIONS } from '../../src/app/operations/verbs.ts';
import type { Json } from '../../src/base/json.ts';
import { packageRoot } from '../../src/base/root.ts';
import { trialOperations } from '../../src/skills/skill-trials/index.ts';
import { hookOperations } from '../../src/skills/webhooks/index.ts';
import { migrate, openDatabase } from '../../src/storage/index.ts';
import { migratedDataDir, Program } from '../support/jsonl.ts';
import { type Play, play } from '../support/play.ts';
import { testWorld } from '../support/world.ts';

const KEY = { CODA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') };
const SECRET = { skill: 'travel-plan', name: 'API_KEY' };

let coda: Play;
beforeAll(async () => {
  coda = await play({ config: { 'http.listen': '127.0.0.1:0' }, env: KEY });
  await coda.person('ana').says('hello');
  const run = (sql: string) => coda.database().run('test', sql);
  await run(`insert into outbox (id, key, adapter, conversation_id, grp, content, state, next_at, created_at)
     select gen_random_uuid(), 'k', 'fake', id, 'k', '{"kind": "answer", "text": "x"}', 'pending', '2027-01-01Z', '2026-11-20Z'
       from conversations limit 1`);
  for (const state of ['sending', 'dead']) await run(`update outbox set state = '${state}' where key = 'k'`);
  await run(`insert into outbox (id, key, adapter, conversation_id, grp, content, state, next_at, created_at)
     select '${DEAD_PART}', 'd', 'fake', id, 'd', '{"kind": "answer", "text": "x"}', 'pending', '2027-01-01Z', '2026-11-20Z'
       from conversations limit 1`);
  for (const state of ['sending', 'dead']) await run(`update outbox set state = '${state}' where key = 'd'`);
  for (const id of [DEAD_JOB, WAITING_JOB]) {
    await coda.database().run(
      'test',
      `insert into jobs (id, kind, key, payload, state, due_at, finished_at, created_at)
       values ($1, 'retention', $2, 'null', $3, $4, $4, $5)`,
      [id, id, id === DEAD_JOB ? 'dead' : 'pending', FAR, coda.world.clock.now()],
    );
  }
});
afterAll(() => coda[Symbol.asyncDispose]());

const DEAD_JOB = '00000000-0000-4000-8000-000000000001';
const WAITING_JOB = '00000000-0000-4000-8000-000000000002';
const DEAD_PART = '00000000-0000-4000-8000-000000000003';
const FAR = new Date('2026-12-24T00:00:00Z');

const IMAGE = `sha256:${'0'.repeat(64)}`;
/** In the place of the hash that an inquest shows. */
const OF_ITS_FILES = 'its own';
/** In the place of the id of the one that was made before. */
const OF_THE_INVITATION = 'the open one';

/** Operations that write an entry: the transaction that carries each out, its input, and the subject where it is not its name. */
const AUDITED: Record<string, [tx: string, input: Record<string, Json>, subject?: string]> = {
  'outbox discard': ['outbox.discard', { id: DEAD_PART }],
  'outbox resend': ['outbox.revive', {}],
  'jobs retry': ['jobs.retry', { id: DEAD_JOB }],
  'jobs cancel': ['jobs.cancel', { id: WAITING_JOB }],
  'jobs enqueue': ['jobs.enqueue', { kind: 'retention' }],
  'tokens add': ['tokens.add', { name: 'ci', person: 'ana', scopes: 'data' }],
  'tokens revoke': ['tokens.revoke', { name: 'ci' }],
  'people invite': ['invitations.add', { name: 'Bo' }],
  'people uninvite': ['invitations.remove', { id: OF_THE_INVITATION }],
  open: ['sessions.link', { person: 'ana' }],
  'open revoke': ['sessions.revoke', { person: 'ana' }],
  'hooks add': ['hooks.add', { name: 'ci', to: 'ana', allowUnsigned: true, template: 'built' }],
  'hooks remove': ['hooks.remove', { name: 'ci' }],
  notify: ['notify', { to: 'ana', text: 'the backup is done' }],
  'secrets set': ['secrets.set', { ...SECRET, value: 'tulip-mania' }],
  'secrets rotate': ['secrets.rotate', {}],
  'secrets remove': ['secrets.remove', SECRET],
  'skills approve': ['skills.approve', { name: 'travel-plan', hash: OF_ITS_FILES }],
  'skills activate': ['skills.activate', { name: 'travel-plan', hash: OF_ITS_FILES }],
  'skills optimize': [
    'skills.variant',
    {
      skill: 'travel-plan',
      variants: [{ name: 'own' }, { name: 'v2', folder: join(packageRoot(), 'agent-skills', 'weekly-review') }],
      results: [
        { variant: 'own', isWell: false, count: 1 },
        { variant: 'v2', isWell: true, count: 1 },
      ],
      least: 1,
      act: 'swap',
    },
  ],
  'skills feedback': [
    'skills.feedback',
    { id: 'travel-plan', expected: 'meeting-notes', query: 'write down what was decided' },
  ],
  'skills deprecate': ['skills.deprecate', { name: 'travel-plan', reason: 'old' }],
  'skills undeprecate': ['skills.undeprecate', { name: 'travel-plan' }],
  'skills image built': ['skills.image', { skill: 'travel-plan', image: IMAGE, hash: 'x' }, 'skills images'],
  'skills image removed': ['skills.image', { skill: 'travel-plan', image: IMAGE }, 'skills images'],
  'skills withdraw': ['skills.withdraw', { name: 'travel-plan' }],
};

/** The entries of acts, the oldest first. */
async function acted(): Promise<string[]> {
  const { rows } = await coda
    .database()
    .read<{ subject: string }>(`select subject from audit_log where action = 'control.run' order by seq`);
  return rows.map(({ subject }) => subject);
}

/** Ends what is done as soon as the transaction of this name has been committed, as a kill would. */
function dyingAfter(name: string): Disposable {
  const { world } = coda;
  const { probe } = world;
  world.probe = (point) => {
    probe?.(point);
    if (point.name === name && point.phase === 'after') throw new Error('killed');
  };
  return { [Symbol.dispose]: () => Object.assign(world, { probe }) };
}

/** The input with what only the running coda knows. */
async function withStored(asked: Record<string, Json>, hash: string): Promise<Record<string, Json>> {
  if (asked.hash === OF_ITS_FILES) return { ...asked, hash };
  if (asked.id !== OF_THE_INVITATION) return asked;
  const { rows } = await coda.database().read<{ id: string }>('select id from invitations');
  return { ...asked, id: rows[0]?.id ?? '' };
}

test('no operation is carried out without its entry, whenever the process dies', async () => {
  const audited = [...OPERATIONS, ...(await trialOperations()), ...folderOperations(), ...hookOperations].filter(
    ({ audit }) => audit !== undefined,
  );
  expect(audited.map(({ name }) => name).sort()).toEqual(Object.keys(AUDITED).sort());
  const found = await coda.app.agentSkills.inquire('travel-plan');
  if (typeof found === 'string') throw new Error(found);
  for (const [name, [tx, asked, subject = name]] of Object.entries(AUDITED)) {
    const input = await withStored(asked, found.pin.hash);
    const before = await acted();
    using _ = dyingAfter(tx);
    await expect(coda.operation(name, input), name).rejects.toThrow('killed');
    expect(await acted(), name).toEqual([...before, subject]);
  }
  const { rows } = await coda.database().read<{ detail: unknown }>('select detail from audit_log');
  expect(JSON.stringify(rows)).not.toMatch(/tulip-mania|the backup is done/);
});

test('nobody has the daemon do what a command does with files by itself', async () => {
  for (const name of ['config show', 'restore', 'connectors add', 'skills install', 'skills show'])
    await expect(coda.operation(name, {}), name).rejects.toThrow(`there is no operation ${name}`);
});

test('what is refused has none', async () => {
  const before = await acted();
  expect(await coda.operation('hooks remove', { name: 'ci' })).toBe(false);
  expect(await coda.operation('skills approve', { name: 'travel-plan', hash: 'another' })).toBe(false);
  await expect(coda.operation('tokens revoke', { name: 'ci' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(await acted()).toEqual(before);
});

test('a command that is killed right after its commit has left its entry, right before it nothing', async () => {
  const dataDir = await migratedDataDir();
  for (const phase of ['before', 'after']) {
    const env = { CODA_TEST_KILL_AT: `${phase}:tokens.add` };
    await using program = new Program(['tokens', 'add', phase, '--scopes', 'metrics', '--data', dataDir], { env });
    expect(await program.exit).toMatchObject({ signal: 'SIGKILL' });
  }
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  try {
    await migrate(database);
    const { rows } = await database.read(`select name from api_tokens`);
    const entries = await database.read(`select detail ->> 'name' as name from audit_log where subject = 'tokens add'`);
    expect(rows).toEqual([{ name: 'after' }]);
    expect(entries.rows).toEqual(rows);
  } finally {
    await database.close();
  }
});
