import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

describe.each(testDatabases)('a platform that never answers on $name', ({ name, available }) => {
  test.skipIf(!available)('does not keep coda from stopping, and what it was sent is looked for', async () => {
    await using coda = await play({ engine: name, model: echo() });
    coda.platform.faults.push('held');
    const { settled } = await coda.hear('ana', 'dm-ana', 'hello');
    await eventually(() => coda.platform.holding > 0);
    await coda.app.stop(0);
    await settled;
    coda.platform.release();
    await coda.start();
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });
});
