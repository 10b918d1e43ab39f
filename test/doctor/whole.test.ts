import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuid } from '../../src/base/ids.ts';
import type { Finding } from '../../src/chat/index.ts';
import { judge as judgeBackup } from '../../src/skills/backup/index.ts';
import { type Play, play } from '../support/play.ts';

let coda: Play;
let folder: string;
let findings: Finding[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-planted-'));
  await mkdir(join(folder, 'broken'));
  await writeFile(join(folder, 'broken', 'SKILL.md'), '');
  const provider = {
    kind: 'openai-compatible',
    base_url: 'https://models.example.com/v1',
    api_key: 'a-key-of-the-test',
  };
  coda = await play({
    config: {
      'skills.agent_skill_dirs': [folder],
      'models.providers': { far: provider },
      'models.default': 'far/never-heard-of',
    },
  });
  const ana = coda.person('ana');
  coda.platform.faults.push('refused');
  await ana.says('/help');
  const now = coda.world.clock.now();
  await coda.database().tx('test.plant', (tx) =>
    tx.query(
      `insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at, error)
       values ($1, 'retention', '{}', 'dead', $2, 8, $2, 'it broke')`,
      [uuid(now), now],
    ),
  );
  findings = await coda.app.checks.run();
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** More faults than `planted.test.ts` has, each in a coda that runs. */
test.each([
  ['something that could not be delivered', 'DEAD_LETTERS', /coda outbox/],
  ['a job that is not tried any more', 'DEAD_JOBS', /coda jobs/],
  ['a model of which nobody knows what it costs', 'MODEL_PRICE', /models\.prices/],
])('the doctor finds %s', (_, code, remedy) => {
  expect(findings.find((each) => each.code === code)?.remedy).toMatch(remedy);
});

test('what is wrong comes before what is in order', () => {
  const severities = findings.map(({ severity }) => severity);
  expect(severities[0]).toBe('error');
  expect(severities.lastIndexOf('warning')).toBeLessThan(severities.indexOf('ok'));
});

test('the doctor names a skill with a mistake, and where it is', () => {
  const found = findings.find(({ code }) => code === 'SKILL_BROKEN');
  expect(found).toMatchObject({ ok: false, says: expect.stringContaining('1 cannot: broken (') });
  expect(found?.remedy).toContain(join(folder, 'broken'));
});

test('the doctor finds that the newest backup is days old', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const old = judgeBackup(new Date('2026-11-14T03:00:00Z'), now);
  expect(old).toMatchObject({ ok: false, code: 'BACKUP_OLD', remedy: expect.stringContaining('coda backup') });
  expect(judgeBackup(new Date('2026-11-20T03:00:00Z'), now).ok).toBe(true);
});
