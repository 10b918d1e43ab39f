import { expect, onTestFinished, test } from 'vitest';
import { measure as measureRouting } from '../../../src/agent-skills/find/operations.ts';
import { OFFERED_FROM, SkillSearch } from '../../../src/agent-skills/find/search.ts';
import { SkillVectors } from '../../../src/agent-skills/find/vectors.ts';
import type { SkillSnapshot } from '../../../src/agent-skills/index.ts';
import { offlineEmbedder } from '../../../src/vectors/index.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testWorld } from '../../support/world.ts';
import { everyday, golden, recordedEmbedder, requests, rows, skillsOf, snapshot } from './set.ts';

/** The metrics of a search, as the command of the terminal has them. */
const measure = (search: SkillSearch, of: typeof golden, among = snapshot) =>
  measureRouting(of, async (query) =>
    (await search.find(among, query)).map(({ skill, fit }) => ({ names: [skill.name], fit })),
  );
const first = async (of: SkillSnapshot, words: string) => (await new SkillSearch().find(of, words))[0]?.skill.name;

test('by words alone requests find the skill that they are for, and everyday ones are seldom offered one', async () => {
  expect(requests.length).toBeGreaterThanOrEqual(200);
  const metrics = await measure(new SkillSearch(), golden);
  // A change that finds fewer fails here.
  expect(metrics.accuracy_at_1).toBeGreaterThanOrEqual(0.63);
  expect(metrics.accuracy_at_5).toBeGreaterThanOrEqual(0.74);
  expect(metrics.offered_for_nothing).toBeLessThanOrEqual(8);
});

test('by words and meaning more of them do, and skills are embedded once', async () => {
  const world = testWorld();
  const database = await openTestDatabase(world);
  onTestFinished(() => database.close());
  const embedder = await recordedEmbedder();
  const vectors = new SkillVectors({ database, world, embedder, patienceMs: 60_000 });
  expect(await vectors.fill(snapshot, Number.POSITIVE_INFINITY, AbortSignal.timeout(60_000))).toBe(0);
  const metrics = await measure(new SkillSearch(vectors), golden);
  expect(everyday.length).toBeGreaterThanOrEqual(50);
  expect(metrics.accuracy_at_1).toBeGreaterThanOrEqual(0.76);
  expect(metrics.accuracy_at_5).toBeGreaterThanOrEqual(0.86);
  expect(metrics.offered_for_nothing).toBeLessThanOrEqual(3);

  const silent = { ...embedder, embed: () => Promise.reject(new Error('nothing is embedded again')) };
  const later = new SkillVectors({ database, world, embedder: silent });
  expect(await later.fill(skillsOf(rows), Number.POSITIVE_INFINITY, AbortSignal.timeout(60_000))).toBe(0);
});

test('among many the best are those that sorting all of them finds', async () => {
  const many = skillsOf(
    [1, 2, 3, 4, 5].flatMap((copy) => rows.map((row) => ({ ...row, name: `${row.name}-${copy}` }))),
  );
  const search = new SkillSearch();
  for (const { query } of golden) {
    const all = await search.find(many, query, { only: () => true });
    expect(await search.find(many, query), query).toEqual(all);
  }
});

test('requests at the same time find what each finds alone', async () => {
  const world = testWorld();
  const database = await openTestDatabase(world);
  onTestFinished(() => database.close());
  const embedder = await recordedEmbedder();
  const vectors = new SkillVectors({ database, world, embedder, patienceMs: 60_000 });
  await vectors.fill(snapshot, Number.POSITIVE_INFINITY, AbortSignal.timeout(60_000));
  const search = new SkillSearch(vectors);
  const some = golden.slice(0, 40).map(({ query }) => query);
  const together = await Promise.all(some.map((query) => search.find(snapshot, query)));
  for (const [index, query] of some.entries())
    expect(await search.find(snapshot, query), query).toEqual(together[index]);
});

test('a plan of four days in Rome is the itinerary, whatever order the skills stand in', async () => {
  const backwards = skillsOf([...rows].reverse());
  for (const of of [snapshot, backwards]) {
    expect(await first(of, 'plan four days in Rome for us')).toBe('trip-planner');
    expect(await first(of, 'transcribing the audio files')).toBe('speech-to-text');
    expect(await first(of, 'git commits')).toBe('git-commit');
  }
});

const OFFICE = [
  { name: 'admin/list_users', description: 'List all users of the office system.' },
  { name: 'admin/list_invoices', description: 'List all invoices of the office system.' },
  { name: 'admin/delete_records', description: 'Deletes records of the office system.' },
  { name: 'admin/close_month', description: 'Closes a month of the office system.' },
  { name: 'finance/report', description: 'Makes the monthly finance report of the office.' },
  { name: 'travel/search_flights', description: 'Finds flights between two cities.' },
  { name: 'travel/hotels', description: 'Finds hotels in a city.' },
  { name: 'community/hello', description: 'Says hello to somebody.' },
  { name: 'meeting-notes', description: 'Turns the notes of a meeting into minutes.' },
];

test.each(['words', 'words and meaning'])('among few skills the one that says so is offered, by %s', async (how) => {
  const world = testWorld();
  const database = await openTestDatabase(world);
  onTestFinished(() => database.close());
  const vectors = new SkillVectors({ database, world, embedder: offlineEmbedder(), patienceMs: 60_000 });
  const search = new SkillSearch(how === 'words' ? undefined : vectors);
  const offered = async (of: SkillSnapshot, words: string) => {
    await vectors.fill(of, Number.POSITIVE_INFINITY, AbortSignal.timeout(60_000));
    return (await search.findOffered(of, words)).map(({ name }) => name);
  };
  const office = skillsOf(OFFICE);
  expect(await offered(office, 'List users')).toEqual(['admin/list_users']);
  expect(await offered(office, 'delete old records')).toEqual(['admin/delete_records']);
  expect(await offered(skillsOf(OFFICE.slice(0, 4)), 'List users')).toEqual(['admin/list_users']);
  const accounts = { name: 'accounts', description: 'List users and their roles from the directory.' };
  const three = skillsOf([accounts, ...OFFICE.slice(6, 8)]);
  expect(await offered(three, 'List users')).toEqual(['accounts']);
  const all = await offered(office, 'show me all users of the office system');
  expect(all[0]).toBe('admin/list_users');
  expect(all.length).toBeLessThanOrEqual(4);
  for (const chat of ['tell me a joke', 'thanks', 'what time is it', 'remind me tomorrow at nine'])
    expect(await offered(office, chat), chat).toEqual([]);
});

test('what a skill says that it is not for does not find it', async () => {
  const of = skillsOf([
    { name: 'letters', description: 'Writes letters. Do not use for contracts or leases.' },
    { name: 'agreements', description: 'Reads contracts and leases.' },
  ]);
  const found = await new SkillSearch().find(of, 'read my lease contract');
  expect(found.map(({ skill }) => skill.name)).toEqual(['agreements']);
});

test('text without spaces between words is found by its pairs of signs', async () => {
  const of = skillsOf([
    { name: 'weather', description: '天気予報を調べる' },
    { name: 'translate', description: '英語を日本語に翻訳する' },
  ]);
  expect(await first(of, '日本語に翻訳して')).toBe('translate');
});

test('the measure counts places, and what is offered for nothing', async () => {
  const metrics = await measure(new SkillSearch(), [
    { query: 'make a pivot table of sales by region', expected: 'xlsx-analyst' },
    { query: 'make a pivot table of sales by region', expected: ['gif-maker', 'xlsx-analyst'] },
    { query: 'make a pivot table of sales by region', expected: 'gif-maker' },
    { query: 'make a pivot table of sales by region', expected: null },
    { query: 'never mind', expected: null },
  ]);
  expect(metrics).toMatchObject({ requests: 5, for_none: 2, offered_for_nothing: 1 });
  expect(metrics.accuracy_at_1).toBeCloseTo(2 / 3);
  expect(metrics.confusions.map(({ expected, got }) => [expected, got])).toEqual([
    ['gif-maker', 'xlsx-analyst'],
    [null, 'xlsx-analyst'],
  ]);
  const [best] = await new SkillSearch().find(snapshot, 'make a pivot table of sales by region');
  expect(best?.fit).toBeGreaterThan(OFFERED_FROM);
});
