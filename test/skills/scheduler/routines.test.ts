import { describe, expect, test } from 'vitest';
import { commandRun, storedRun } from '../../../src/skills/scheduler/schedule.ts';
import { play } from '../../support/play.ts';

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
