import { afterAll, beforeAll, expect, test } from 'vitest';
import { POSTGRES_URL } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { MODEL_FAULTS } from './faults-models.ts';
import { PLATFORM_FAULTS } from './faults-platforms.ts';
import { REDIS_FAULTS, SERVER_FAULTS, WORK_FAULTS } from './faults-work.ts';
import { type Fault, Ward } from './planting.ts';

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward[Symbol.asyncDispose]());

test('of a healthy coda nothing is amiss, and nothing is ticked that does not run', async () => {
  const found = await ward.findings();
  const named = (severity: string) => found.filter((each) => each.severity === severity).map(({ name }) => name);
  expect(found.filter(({ severity }) => !['ok', 'off'].includes(severity))).toEqual([]);
  const off = ['backups', 'helpers for files', ...(ward.hasRedis ? [] : ['hints']), 'mcp', 'sandbox', 'speech'];
  expect(named('off').sort()).toEqual(off);
});

const FAULTS: readonly Fault[] = [
  ...[...PLATFORM_FAULTS, ...MODEL_FAULTS, ...WORK_FAULTS],
  ...(POSTGRES_URL === undefined ? [] : SERVER_FAULTS),
  ...(POSTGRES_URL === undefined || REDIS_URL === undefined ? [] : REDIS_FAULTS),
];

test.each(FAULTS)('$what: named with cause and remedy, and nothing else; taken out, all is well', async (fault) => {
  const takeOut = await fault.plant(ward);
  try {
    const found = await ward.finds(fault.code);
    expect(found.map(({ name, code }) => ({ name, code }))).toEqual([{ name: fault.name, code: fault.code }]);
    expect(found[0]?.says).toMatch(fault.says);
    expect(found[0]?.remedy).toMatch(fault.remedy);
  } finally {
    await takeOut();
  }
  expect(await ward.recovered()).toEqual([]);
});
