import { describe, expect, test } from 'vitest';
import * as devices from '../../src/adapters/http/push/store.ts';
import { addLoneUsage, addUsage } from '../../src/agent/usage/index.ts';
import * as decisions from '../../src/agent-skills/store.ts';
import { deletionRulesOf, mergeRulesOf } from '../../src/app/agent.ts';
import { builtInSkills } from '../../src/app/skills.ts';
import { uuid } from '../../src/base/ids.ts';
import { tableOf } from '../../src/people/index.ts';
import { proposalStore } from '../../src/proposals/index.ts';
import * as pins from '../../src/skills/mcp/store.ts';
import { skillLearning } from '../../src/skills/skill-learning/index.ts';
import * as learned from '../../src/skills/skill-learning/store.ts';
import { skillRuns } from '../../src/skills/skill-runs/index.ts';
import * as runs from '../../src/skills/skill-runs/store.ts';
import { webhooks } from '../../src/skills/webhooks/index.ts';
import * as hooks from '../../src/skills/webhooks/store.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

const ofAgentSkills = {
  name: 'skills',
  data: {
    tables: [skillRuns, skillLearning, webhooks].flatMap((skill) => skill({} as never).data?.tables ?? []),
    deletionRules: [
      ...proposalStore.deletionRules,
      ...devices.deletionRules,
      ...decisions.deletionRules,
      ...hooks.deletionRules,
      ...pins.deletionRules,
    ],
    mergeRules: [
      ...proposalStore.mergeRules,
      ...devices.mergeRules,
      ...decisions.mergeRules,
      ...runs.mergeRules,
      ...hooks.mergeRules,
      ...pins.mergeRules,
      ...learned.mergeRules,
    ],
  },
};
const skills = [...builtInSkills, ofAgentSkills].map((skill) => ({ skill }));

/** Tables that another one's rule empties, or in which a person is nobody's any more once their row is blank. */
const WITH_OTHERS: Record<string, string> = {
  occurrences: 'schedules',
  steps: 'turns',
};

test('every table with a person has a rule for erasing and one for joining', async () => {
  await using coda = await play();
  const { rows } = await coda.database().read<{ name: string }>(
    `select distinct c.table_name as name
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.data_type = 'uuid'
        and (c.column_name like '%person%' or c.column_name in ('used_by', 'granted_by', 'by')) order by 1`,
  );
  const names = rows.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(15);
  const erasing = new Set(deletionRulesOf(skills).map(({ sql }) => tableOf(sql)));
  const joining = mergeRulesOf(skills)
    .map(({ sql }) => sql)
    .join('\n');
  expect(
    names.filter((name) => !erasing.has(WITH_OTHERS[name] ?? name)),
    'without a rule for erasing',
  ).toEqual([]);
  expect(
    names.filter((name) => !new RegExp(`(update|from) ${name}\\b`).test(joining)),
    'without one for joining',
  ).toEqual([]);
});

const personOf = async (coda: Play, name: string): Promise<string> =>
  (await coda.database().read<{ id: string }>('select id from persons where name = $1', [name])).rows[0]?.id ?? '';

describe.each(testDatabases)('who is forgotten on $name', ({ name: engine, available }) => {
  test.skipIf(!available)('may take their data along first, and hears what was erased', async () => {
    await using coda = await play({ engine });
    const ana = coda.person('ana');
    await ana.says('/note the key is under the mat');
    await ana.says('/soul be brief');
    const id = await personOf(coda, 'ana');
    const now = coda.world.clock.now();
    await coda
      .database()
      .run(
        'test',
        `insert into schedules (id, kind, source, rule, zone, person_id, created_at) values ($1, 'x', '', '', 'UTC', $2, $3)`,
        [uuid(now), id, now],
      );
    await coda.person('ana', { channel: 'room' }).says('/forget');
    expect(coda.platform.messages.at(-1)?.buttons.map(({ label }) => label)).not.toContain('Send me my data first');
    await ana.says('/forget');
    expect(await ana.presses('Send me my data first')).toContain('everything that I have stored');
    const { rows } = await coda
      .database()
      .read<{ file: { name: string; hash: string } }>(
        `select content -> 'files' -> 0 as file from outbox where content -> 'files' -> 0 is not null`,
      );
    expect(rows[0]?.file.name).toBe('coda-export-2026-11-20.json');
    const data = JSON.parse((await readAll(coda, rows[0]?.file.hash ?? '')).toString());
    expect(data.notes).toEqual([expect.objectContaining({ text: 'the key is under the mat' })]);
    expect(data.persons).toEqual([expect.objectContaining({ name: 'ana' })]);
    const said = await ana.presses('Yes, forget me');
    expect(said).toMatch(/table by table: .*notes 1/);
    expect(await coda.count('schedules where person_id is not null')).toBe(0);
    expect(await coda.count(`conversations where settings ? 'soul' and channel = 'dm-ana'`)).toBe(0);
  });

  test.skipIf(!available)('is answered nowhere any more, however long ago that was', async () => {
    await using coda = await play({ engine, model: new ScriptedModel(['The key is under the mat.'], ['Hello.']) });
    await coda.person('ana', { channel: 'room' }).says('where is the key?');
    await coda.person('bob', { channel: 'room' }).says('hello');
    // As retention does after 30 days.
    await coda.database().run('test', 'delete from turns');
    const ana = coda.person('ana');
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    const { rows } = await coda.database().read(`select content ->> 'text' as text from messages order by seq`);
    expect(rows).toEqual([{ text: 'hello' }, { text: 'Hello.' }]);
  });

  test.skipIf(!available)('is nobody to a charge that comes afterwards', async () => {
    await using coda = await play({ engine });
    const ana = coda.person('ana');
    await ana.says('/notes');
    const id = await personOf(coda, 'ana');
    const { rows } = await coda
      .database()
      .read<{ id: string; conversation_id: string }>('select id, conversation_id from inbox where person_id = $1', [
        id,
      ]);
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    const now = coda.world.clock.now();
    const tokens = { input: 100, cached: 0, output: 10, written: 0 };
    const kept = { purpose: 'answer' as const, model: 'a/b', price: 1, estimated: false, repairs: [], told: false };
    const used = () => ({ ...tokens, ...kept, id: uuid(now), at: now.toISOString(), day: '2026-11-20' });
    const { id: inboxId = '', conversation_id: conversationId = '' } = rows[0] ?? {};
    const owner = { personId: id, conversationId, spaceId: 'home', turnId: uuid(now), inboxId };
    await addUsage(coda.database(), [used()], owner);
    await addLoneUsage(coda.database(), [used()], { personId: id, conversationId });
    expect(await coda.count('usage')).toBe(2);
    expect(await coda.count(`usage where person_id = '${id}'`)).toBe(0);
    expect(await coda.count(`spending where person_id = '${id}'`)).toBe(0);
    expect(await coda.count('spending')).toBe(1);
  });
});

async function readAll(coda: Play, hash: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await coda.artifacts().open(hash)) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
