import { describe, expect, test } from 'vitest';
import { DOCKER } from '../../support/docker.ts';
import { REDIS_URL } from '../../support/redis.ts';
import { killedAt, MOMENTS, TOOL_MOMENTS } from './kills.ts';

describe.skipIf(!DOCKER)('a coda that is killed at each moment while it changes itself', () => {
  test.each([...MOMENTS, ...TOOL_MOMENTS])('leaves one branch and one pull request: %s', async (moment) => {
    const one = { died: true, branches: 1, pulls: 1, runs: [{ state: 'passed', ended: true }] };
    expect(await killedAt(moment)).toEqual(one);
  });

  test.skipIf(!REDIS_URL)('and so it is where it held a lock in Redis', async () => {
    const one = { died: true, branches: 1, pulls: 1, runs: [{ state: 'passed', ended: true }] };
    expect(await killedAt('after:push', REDIS_URL)).toEqual(one);
  });
});
