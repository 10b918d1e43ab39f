import { describe, expect, test } from 'vitest';
import { DOCKER } from '../../../support/docker.ts';
import { killedAt, MOMENTS, TOOL_MOMENTS } from './kills.ts';

/** `npm run test:long` plays all of them. */
const SOME = ['after:open'];

describe.skipIf(!DOCKER)('a coda that is killed while it changes itself', () => {
  test('dies at twenty different moments', () => {
    expect(new Set(MOMENTS).size).toBe(20);
    expect(SOME.filter((moment) => ![...MOMENTS, ...TOOL_MOMENTS].includes(moment))).toEqual([]);
  });

  test.each(SOME)('leaves one branch and one pull request: %s', async (moment) => {
    const one = { died: true, branches: 1, pulls: 1, runs: [{ state: 'passed', ended: true }] };
    expect(await killedAt(moment)).toEqual(one);
  });
});
