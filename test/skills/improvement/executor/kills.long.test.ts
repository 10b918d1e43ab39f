import { describe, expect, test } from 'vitest';
import { DOCKER } from '../../../support/docker.ts';
import { killedAt, MOMENTS } from './kills.ts';

describe.skipIf(!DOCKER)('a coda that is killed at each of twenty moments while it changes itself', () => {
  test.each(MOMENTS)('leaves one branch and one pull request: %s', async (moment) => {
    const one = { died: true, branches: 1, pulls: 1, runs: [{ state: 'passed', ended: true }] };
    expect(await killedAt(moment)).toEqual(one);
  });
});
