import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { uuid } from '../../../src/base/ids.ts';
import { decide, propose, takeBack } from '../../../src/proposals/proposals.ts';
import { proposalRoutes } from '../../../src/proposals/routes.ts';
import { insert } from '../../../src/skills/self-review/assessment/store.ts';
import { config } from '../../../src/skills/self-review/config.ts';
import { reviewMaker } from '../../../src/skills/self-review/parts.ts';
import {
  applyDifference,
  isTriedIn,
  promptKind,
  promptPart,
  rollBack,
  settleTrial,
  TRIAL_SAMPLE,
  versionAt,
} from '../../../src/skills/self-review/prompt/index.ts';
import type { Database, Transaction } from '../../../src/storage/index.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testWorld } from '../../support/world.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const owner = { id: '00000000-0000-7000-8000-000000000001', role: 'owner' };
const now = new Date('2026-11-20T08:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const settings = (values: Record<string, unknown> = {}) => {
  const read = config.schema.parse({ prompt_evolution_enabled: true, ...values });
  if (!read) throw new Error('the block is there');
  return read;
};
const kindsOf = (values?: Record<string, unknown>) => new Map([['prompt', promptKind({ config: settings(values) })]]);
const tx = <T>(work: (tx: Transaction) => Promise<T>) => database.tx('test', work);

beforeEach(() =>
  tx(async (tx) => {
    await tx.script('delete from self_assessments; delete from improvement_proposals');
    await tx.query(
      `insert into persons (id, name, role, created_at) values ($1, 'Ana', 'owner', $2) on conflict do nothing`,
      [owner.id, now],
    );
  }),
);

/** Proposes a difference and approves it; gives the proposal. */
const approve = (find: string, replace: string, at = now, kinds = kindsOf()) =>
  tx(async (tx) => {
    const wanted = { category: 'prompt', title: `Change ${replace}`, description: 'It helps.', priority: 1 };
    const [made] = await propose(tx, kinds, 'test', [{ ...wanted, payload: { find, replace } }], at);
    if (!made) return undefined;
    return decide(tx, kinds, { id: made.id, hash: made.hash, approve: true, person: owner }, at);
  });

/** Conversations of either half. */
const halves = (version: number) => {
  const ids = Array.from({ length: 60 }, () => uuid(now));
  return { tried: ids.filter((id) => isTriedIn(id, version)), other: ids.filter((id) => !isTriedIn(id, version)) };
};

const scored = (conversationId: string, score: number, at: Date) =>
  tx(async (tx) => {
    const about = { turnId: uuid(at), conversationId, personId: owner.id, spaceId: undefined, at, score };
    const promptVersion = await versionAt(tx, conversationId, at);
    const rest = { failureModes: [], note: '', tools: [], toolCalls: 1, model: undefined, promptVersion };
    await insert(tx, { ...about, ...rest }, new Date(0));
  });

const said = async (conversationId: string | undefined, values?: Record<string, unknown>) => {
  // biome-ignore lint/suspicious/noExplicitAny: only these are asked for
  const [deps, asked]: any[] = [{ database, config: settings(values) }, { conversationId }];
  return promptPart.stablePrompt?.(deps, asked);
};

/** A version that is kept. */
async function keep(version: number, begins: Date, ends: Date): Promise<void> {
  const { tried, other } = halves(version);
  for (let turn = 0; turn < TRIAL_SAMPLE; turn++) {
    await scored(tried[turn % tried.length] ?? '', 5, begins);
    await scored(other[turn % other.length] ?? '', 3, begins);
  }
  expect(await tx((tx) => settleTrial(tx, ends))).toMatchObject({ version, isKept: true });
}

describe('learnt guidance', () => {
  test('an approved difference is tried in half of the conversations, the same bytes each time', async () => {
    expect(await approve('', 'Repeat each date.')).toMatchObject({ state: 'trial', trials: [{ version: 1 }] });
    const { tried, other } = halves(1);
    const words = '## Learnt from experience\nRepeat each date.';
    for (const id of tried) expect(await said(id)).toBe(words);
    for (const id of other) expect(await said(id)).toBeUndefined();
    expect(await said(tried[0], { prompt_evolution_enabled: false })).toBeUndefined();
  });

  test('a version is kept where it helps by a stated sample, and taken back where it does not', async () => {
    await approve('', 'Repeat each date.');
    await scored(halves(1).tried[0] ?? '', 5, later(1));
    expect(await tx((tx) => settleTrial(tx, later(2)))).toBeUndefined();
    await keep(1, later(2), later(7));
    expect(await said(undefined)).toContain('Repeat each date.');

    await approve('', 'Say more.', later(8));
    const { tried, other } = halves(2);
    for (let turn = 0; turn < TRIAL_SAMPLE; turn++) {
      await scored(tried[turn % tried.length] ?? '', 3, later(9));
      await scored(other[turn % other.length] ?? '', 4, later(9));
    }
    expect(await tx((tx) => settleTrial(tx, later(14)))).toMatchObject({ version: 2, isKept: false });
    expect(await said(tried[0])).toBe('## Learnt from experience\nRepeat each date.');
  });

  test('a trial that nobody uses ends after eight weeks', async () => {
    await approve('', 'Repeat each date.');
    expect(await tx((tx) => settleTrial(tx, later(55)))).toBeUndefined();
    expect(await tx((tx) => settleTrial(tx, later(57)))).toMatchObject({ isKept: false });
  });

  test('a roll back restores the bytes of the version before, one after the other', async () => {
    await approve('', 'Répéter “each” date.\n  - twice');
    await keep(1, later(1), later(2));
    const before = await said(undefined);
    await approve('  - twice', '  - once', later(3));
    await keep(2, later(4), later(5));
    expect(await said(undefined)).toBe('## Learnt from experience\nRépéter “each” date.\n  - once');
    await tx((tx) => rollBack(tx, later(6)));
    expect(await said(undefined)).toBe(before);
    await tx((tx) => rollBack(tx, later(7)));
    expect(await said(undefined)).toBeUndefined();
    expect(await tx((tx) => rollBack(tx, later(8)))).toBeUndefined();
  });

  test('taking back the decision ends its trial', async () => {
    const kinds = kindsOf();
    const made = await approve('', 'Repeat each date.');
    const id = made && 'id' in made ? (made.id ?? '') : '';
    expect(await tx((tx) => takeBack(tx, kinds, { id, person: owner }, later(1)))).toMatchObject({ state: 'pending' });
    expect(await said(halves(1).tried[0])).toBeUndefined();
  });

  test('what is approved again is another version, and what stands below another one is not taken back', async () => {
    const kinds = kindsOf();
    const made = await approve('', 'Repeat each date.');
    const { id = '', hash = '' } = made && 'hash' in made ? made : {};
    await tx((tx) => takeBack(tx, kinds, { id, person: owner }, later(1)));
    const again = await tx((tx) => decide(tx, kinds, { id, hash, approve: true, person: owner }, later(2)));
    expect(again).toMatchObject({
      state: 'trial',
      trials: [{ version: 1, endedAt: later(1).toISOString() }, { version: 2 }],
    });
    await keep(2, later(3), later(4));
    await approve('', 'Say more.', later(5));
    await keep(3, later(6), later(7));
    const refused = await tx((tx) => takeBack(tx, kinds, { id, person: owner }, later(8)));
    expect(refused).toMatchObject({ ok: false, code: 'CONFLICT' });
  });

  test('a difference that does not apply, or comes while another one is tried, is refused', async () => {
    expect(await approve('not there', 'x')).toBeUndefined();
    await approve('', 'Repeat each date.');
    expect(await approve('', 'Say more.', later(1))).toBeUndefined();
    expect(applyDifference('a b a', { find: 'a', replace: 'c' })).toBeUndefined();
    expect(applyDifference('a', { find: 'a', replace: 'a' })).toBeUndefined();
  });

  test('a difference that applied when it was proposed and does not any more changes nothing, and says so', async () => {
    await approve('', 'Repeat each date.');
    await keep(1, later(1), later(2));
    const kinds = kindsOf();
    const [made] = await tx((tx) => {
      const payload = { find: 'each date', replace: 'the date' };
      const wanted = { category: 'prompt', title: 'Less', description: 'It helps.', priority: 1, payload };
      return propose(tx, kinds, 'test', [wanted], later(3));
    });
    await tx((tx) => rollBack(tx, later(4)));
    const { id = '', hash = '' } = made ?? {};
    const decided = await tx((tx) => decide(tx, kinds, { id, hash, approve: true, person: owner }, later(5)));
    expect(decided).toMatchObject({ ok: false, code: 'CONFLICT', message: expect.stringContaining('does not apply') });
    expect(await said(undefined)).toBeUndefined();
    const rows = await tx(
      async (tx) => (await tx.query('select state from improvement_proposals where id = $1', [id])).rows,
    );
    expect(rows).toEqual([{ state: 'pending' }]);
  });

  test('without prompt_evolution_enabled an approved one changes nothing', async () => {
    const off = kindsOf({ prompt_evolution_enabled: false });
    expect(await approve('', 'Repeat each date.', now, off)).toMatchObject({ state: 'approved' });
    expect(
      await tx(async (tx) => (await tx.query(`select from improvement_proposals where trials <> '[]'`)).rows.length),
    ).toBe(0);
  });

  test('the list tells scores by week, what was proposed, and what each change did', async () => {
    await approve('', 'Repeat each date.');
    await keep(1, later(1), later(2));
    const world = testWorld({ at: later(3).toISOString() });
    // biome-ignore lint/suspicious/noExplicitAny: only these are asked for
    const deps: any = { database, world, config: settings(), kinds: kindsOf(), people: { household: { zone: 'UTC' } } };
    const { readWeeks } = reviewMaker(settings())(deps);
    const [list] = proposalRoutes({ ...deps, readWeeks });
    // biome-ignore lint/suspicious/noExplicitAny: only these are asked for
    const asked: any = { query: {} };
    const answer = await list?.answerRequest(asked);
    expect(answer?.body).toMatchObject({
      json: {
        proposals: [
          {
            state: 'applied',
            difference: expect.stringContaining('+ Repeat each date.'),
            trials: [
              {
                name: 'Version 1',
                measured: '5.0 with it (20 turns), 3.0 without (20 turns)',
                content: 'Repeat each date.',
              },
            ],
          },
        ],
        budget: { month: 10, left: 10 },
        weeks: [{ turns: 40, mean: 4, low: 0 }],
      },
    });
  });
});
