import { describe, expect, test } from 'vitest';
import { lastResult, playCode } from '../../skills/code/play.ts';
import { DOCKER } from '../../support/docker.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

requireService('CODA_TEST_DOCKER');

const TABLE = 'city;month;sold\nBerlin;Jan;10\nBerlin;Feb;1.200,5\nParis;Jan;7\nParis;Jan;7\n';

describe.skipIf(!DOCKER)('the shipped skill data-analysis', () => {
  test('sums up a table that was sent, and answers with a chart', async () => {
    const args = ['/workspace/a.bin', '--by', 'city', '--value', 'sold'];
    const model = new ScriptedModel(
      [{ call: 'skill_activate', input: { name: 'data-analysis' } }],
      [{ call: 'skill_run', input: { name: 'data-analysis', script: 'analyze.py', args } }],
      ['Berlin sold most.'],
    );
    await using coda = await playCode(model);
    await coda.sends('ana', Buffer.from(TABLE));
    await coda.person('ana').presses('Approve');
    const told = lastResult(model.requests.at(-1));
    expect(told).toMatchObject({ exit_code: 0, stderr: '' });
    expect(JSON.parse(told.stdout)).toMatchObject({
      rows: 4,
      twice: 1,
      columns: { sold: { kind: 'number', sum: 1224.5, missing: 0 } },
      groups: { values: { Berlin: 1210.5, Paris: 14 } },
    });
    const answer = coda.person('ana').seen().at(-1);
    expect(answer?.text).toBe('Berlin sold most.');
    expect(answer?.files.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      'chart.svg image/svg+xml',
      'summary.md text/markdown',
    ]);
  });
});
