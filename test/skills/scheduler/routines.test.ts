import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { commandRun, storedRun } from '../../../src/skills/scheduler/schedule.ts';
import { play } from '../../support/play.ts';

describe('the daily briefing', () => {
  test('is switched on in plain words, tells of the day at 8, and is silent on a day without anything', async () => {
    await using coda = await play({ at: '2026-11-16T12:00:00Z', zone: 'Europe/Berlin' });
    const ana = coda.person('ana');
    await ana.says('remind me tomorrow at 11 to call Carl');
    expect(await ana.says('turn on the daily briefing')).toContain('every day at 08:00');
    await coda.passes({ hours: 18 });
    expect(ana.heard('Good morning')).toHaveLength(0);
    await coda.passes({ hours: 2 });
    expect(ana.heard('call Carl').at(-1)).toContain('11:00');
    await coda.passes({ hours: 2 });
    await ana.presses('Done');
    const before = ana.seen().length;
    await coda.passes({ days: 3 });
    expect(ana.seen()).toHaveLength(before);
    expect(await ana.says('turn off the daily briefing')).toContain('off');
    expect(await ana.says('/schedules')).toContain('daily briefing');
  });
});

describe('the weekly review', () => {
  test('is shown by /week, and comes by itself where a schedule runs weekly-review', async () => {
    await using coda = await play({ at: '2026-11-16T08:00:00Z', zone: 'Europe/Berlin' });
    const ana = coda.person('ana');
    await ana.says('remind me on Sunday at 9 to call Carl');
    expect(await ana.says('/week')).toContain('call Carl');
    expect(await ana.says('every Friday at 4pm run weekly-review')).toContain('every Friday at 16:00');
    const before = ana.heard('Your week:').length;
    await coda.passes({ days: 5 });
    expect(ana.heard('Your week:')).toHaveLength(before + 1);
    expect(ana.heard('Your week:').at(-1)).toContain('call Carl');
  });

  test('is stored under its own name, by whichever command it is called', () => {
    expect(storedRun('/week')).toBe('/weekly-review');
    expect(storedRun('/weekly-review')).toBe('/weekly-review');
    expect(storedRun('/weekday x')).toBe('/weekday x');
    expect(commandRun('/weekly-review')).toBe('/week');
    expect(commandRun('/briefing now')).toBe('/briefing now');
    expect(commandRun('/pdf a.pdf')).toBe('/pdf a.pdf');
    expect(commandRun('/constructor')).toBe('/constructor');
  });
});

/** Each thing that docs/schedules.md says one can say, in the order in which it stands there, and what `/schedules` proposes. */
test('the examples of the documentation, and coda’s own, work without a model', async () => {
  const page = readFileSync(join(packageRoot(), 'docs/schedules.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (?!to |---)/.test(line));
  const examples = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words));
  expect(examples.length).toBeGreaterThan(10);
  await using coda = await play({});
  const [ana, bob] = [coda.person('ana'), coda.person('bob')];
  const failed = expect.not.stringMatching(/not sure|find no|know no|not understand/);
  const proposed = [...(await bob.says('/schedules')).matchAll(/"([^"]+)"/g)].map(([, words = '']) => words);
  for (const words of proposed) expect([words, await bob.says(words)]).toEqual([words, failed]);
  for (const words of examples) expect([words, await ana.says(words)]).toEqual([words, failed]);
});
