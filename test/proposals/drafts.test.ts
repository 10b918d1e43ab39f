import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proposalStore } from '../../src/proposals/index.ts';
import { draftPayload } from '../../src/skills/skill-learning/draft.ts';
import { testDatabases } from '../support/database.ts';

const migrations = join(import.meta.dirname, '../../migrations');
const ANA = '00000000-0000-7000-8000-000000000001';
const TURN = '00000000-0000-7000-8000-0000000000aa';
const now = new Date('2026-11-20T08:00:00Z');

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

describe.each(testDatabases)('drafts of skills on $name', ({ available, open }) => {
  test.skipIf(!available)('that were stored apart become proposals, each with all that it had', async () => {
    const database = await open();
    try {
      const before = await readFile(join(migrations, '0237_learned_skills.sql'), 'utf8');
      const table = /create table learned_proposals \([^;]*\);/.exec(before.replace(/--.*$/gm, ''))?.[0] ?? '';
      const moves = await readFile(join(migrations, '0340_drafts_of_skills.sql'), 'utf8');
      const found = await database.tx('test.move', async (tx) => {
        await tx.script(table);
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
        await tx.script(moves);
        return proposalStore.list(tx, { category: 'skill' }, 100);
      });
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
    } finally {
      await database.close();
    }
  });
});
