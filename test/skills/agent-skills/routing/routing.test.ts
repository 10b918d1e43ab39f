import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../../src/base/root.ts';
import {
  type AgentSkill,
  goldenFile,
  measureRouting,
  OFFERED_FROM,
  SkillSearch,
  type SkillSnapshot,
} from '../../../../src/skills/agent-skills/index.ts';

const lines = (name: string) =>
  readFileSync(join(packageRoot(), 'test/skills/agent-skills/routing', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const rows = lines('skills.txt').map((line) => {
  const [name = '', description = '', requests = ''] = line.split('|').map((cell) => cell.trim());
  return { name, description, requests: requests.split(';').map((request) => request.trim()) };
});
const requests = rows.flatMap(({ name, requests }) => requests.map((query) => ({ query, expected: name })));
const golden = goldenFile.parse([...requests, ...lines('everyday.txt').map((query) => ({ query, expected: null }))]);

const skillsOf = (of: readonly { name: string; description: string; tags?: string[] }[]) => {
  const skills = of.map((each) => [each.name, { tags: [], triggers: [], ...each } as unknown as AgentSkill] as const);
  return { skills: new Map(skills) } as unknown as SkillSnapshot;
};
const snapshot = skillsOf(rows);
const first = async (of: SkillSnapshot, words: string) => (await new SkillSearch().find(of, words))[0]?.skill.name;

test('requests find the skill that they are for, and everyday ones are seldom offered one', async () => {
  expect(requests.length).toBeGreaterThanOrEqual(200);
  const metrics = await measureRouting(new SkillSearch(), snapshot, golden);
  // What words alone find, without an embedder; a change that finds fewer fails here.
  expect(metrics.accuracy_at_1).toBeGreaterThanOrEqual(0.63);
  expect(metrics.accuracy_at_5).toBeGreaterThanOrEqual(0.7);
  expect(metrics.offered_for_nothing).toBeLessThanOrEqual(4);
});

test('a plan of four days in Rome is the itinerary, whatever order the skills stand in', async () => {
  const backwards = skillsOf([...rows].reverse());
  for (const of of [snapshot, backwards]) {
    expect(await first(of, 'plan four days in Rome for us')).toBe('trip-planner');
    expect(await first(of, 'transcribing the audio files')).toBe('speech-to-text');
    expect(await first(of, 'git commits')).toBe('git-commit');
  }
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
  const metrics = await measureRouting(new SkillSearch(), snapshot, [
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
