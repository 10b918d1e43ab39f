/** Rows of older tables that became proposals: each with all that it had, on both engines. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { proposalStore } from '../../src/proposals/index.ts';
import { baseOf, inUse } from '../../src/skills/self-review/prompt/store.ts';
import { draftPayload } from '../../src/skills/skill-learning/draft.ts';
import { type Database, migrate, openDatabase } from '../../src/storage/index.ts';
import { openEmptyDatabase, testDatabases } from '../support/database.ts';
import { freshPostgres } from '../support/postgres.ts';
import { testWorld } from '../support/world.ts';

const ANA = '00000000-0000-7000-8000-000000000001';
const TURN = '00000000-0000-7000-8000-0000000000aa';
const now = new Date('2026-11-20T08:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);

/** States that drafts had in a table of their own, and those that they have as proposals. */
const STATES = {
  offered: 'pending',
  asked: 'asked',
  kept: 'applied',
  never: 'rejected',
  undone: 'pending',
  refused: 'dropped',
  resting: 'resting',
} as const;

/** An empty database as it was after the migration `until`. */
async function openBefore(engine: string, until: number): Promise<Database> {
  const server = engine === 'PGlite' ? undefined : await freshPostgres();
  const database = server
    ? await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld())
    : await openEmptyDatabase();
  onTestFinished(async () => {
    await database.close();
    await server?.drop();
  });
  await migrate(database, { until });
  return database;
}

describe.each(testDatabases.filter(({ available }) => available))('older rows on $name', ({ name }) => {
  test('drafts of skills that were stored apart become proposals, each with all that it had', async () => {
    const database = await openBefore(name, 339);
    await database.tx('test.plant', async (tx) => {
      await tx.query(`insert into persons (id, name, role, created_at) values ($1, 'Ana', 'owner', $2)`, [ANA, now]);
      for (const state of Object.keys(STATES))
        await tx.query(
          `insert into learned_proposals (id, person_id, kind, about, key, name, base_hash, before, body, hash, cases, passed,
             passed_before, model, turns, state, reason, warned_at, created_at, decided_at)
           values ($1, $2, 'corrected', 'invoice_make', 'k', $3, 'b', 'old', 'new', 'h', 3, 2, 1, 'a/b', array[$4::uuid], $1,
             $5, $6, $6, $6)`,
          [state, ANA, state === 'refused' ? '' : `${state}-skill`, TURN, state === 'refused' ? 'audit' : null, now],
        );
      // A proposal that has the id of a draft stays what it is.
      const other = `insert into improvement_proposals (id, at, category, title, description, priority, origin, hash, fingerprint,
                       state) values ('kept', $1, 'code', 'Another', '', 1, 'x', 'x', 'x', 'approved')`;
      await tx.query(other, [now]);
    });
    await migrate(database);
    const found = await database.tx('test.read', (tx) => proposalStore.list(tx, { category: 'skill' }, 100));
    expect(Object.fromEntries(found.map(({ id, state }) => [id.replace(/^kepts$/, 'kept'), state]))).toEqual(STATES);
    const kept = found.find(({ state }) => state === 'applied');
    expect(kept).toMatchObject({
      id: 'kepts',
      personId: ANA,
      title: 'A change of the skill kept-skill',
      hash: 'h',
      decidedAt: now,
      outcome: {},
    });
    expect(draftPayload.parse(kept?.payload)).toEqual({
      kind: 'corrected',
      about: 'invoice_make',
      key: 'k',
      name: 'kept-skill',
      baseHash: 'b',
      before: 'old',
      body: 'new',
      hash: 'h',
      cases: 3,
      passed: 2,
      passedBefore: 1,
      model: 'a/b',
      turns: [TURN],
      reason: null,
    });
    expect(found.find(({ state }) => state === 'dropped')?.description).toBe('Dropped: audit.');
  });

  test('versions of the guidance become trials of their proposals, and hold as they did', async () => {
    const database = await openBefore(name, 419);
    const scores = { with: { turns: 20, mean: 4.5 }, without: { turns: 21, mean: 4 } };
    await database.tx('test.plant', async (tx) => {
      const proposals = { first: 'applied', second: 'applied', third: 'applied', waits: 'pending', other: 'applied' };
      for (const [id, state] of Object.entries(proposals))
        await tx.query(
          `insert into improvement_proposals (id, at, category, title, description, priority, payload, origin, hash, fingerprint, state)
           values ($1, $2, $3, 'A title', '', 1, '{"find": "", "replace": "x"}', 'reflection', 'h', $1, $4)`,
          [id, now, id === 'other' ? 'code' : 'prompt', state],
        );
      const versions = [
        [1, 'waits', null, 'taken back', 'rolled_back'],
        [2, 'first', null, 'Répéter “each”.\n  - twice', 'retired'],
        [3, 'waits', 2, 'taken back again', 'rolled_back'],
        [4, 'second', 2, 'kept', 'current'],
        [5, 'third', 4, 'tried', 'trial'],
      ];
      for (const [version, proposal, base, content, state] of versions)
        await tx.query(
          `insert into prompt_versions (version, at, proposal_id, base, content, state, ended_at, result)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [
            ...[
              version ?? null,
              later(Number(version)),
              proposal ?? null,
              base ?? null,
              content ?? null,
              state ?? null,
            ],
            ...(state === 'trial' ? [null, null] : [later(Number(version) + 1), JSON.stringify(scores)]),
          ],
        );
    });
    expect(await migrate(database)).toContain('0420_guidance_in_proposals');
    expect(await migrate(database)).toEqual([]);

    await database.tx('test.read', async (tx) => {
      const states = Object.fromEntries((await proposalStore.list(tx, {}, 10)).map(({ id, state }) => [id, state]));
      expect(states).toEqual({
        first: 'retired',
        second: 'applied',
        third: 'trial',
        waits: 'pending',
        other: 'applied',
      });
      const { current, trial } = await inUse(tx);
      expect(current).toMatchObject({ version: 4, at: later(4), base: 2, content: 'kept', endedAt: later(5), scores });
      expect(trial).toMatchObject({ version: 5, at: later(5), base: 4, content: 'tried', endedAt: null, scores: null });
      if (!current) throw new Error('version 4 holds');
      expect(await baseOf(tx, current)).toMatchObject({ version: 2, content: 'Répéter “each”.\n  - twice' });
      const waits = await proposalStore.find(tx, 'waits');
      expect(waits?.trials).toMatchObject([
        { version: 1, content: 'taken back' },
        { version: 3, content: 'taken back again' },
      ]);
      expect((await proposalStore.find(tx, 'other'))?.trials).toEqual([]);
    });
  });
});
