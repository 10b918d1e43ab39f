/** The zone of the machine, where its TZ names none. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { runWhen } from '../../src/cli/when.ts';
import { machineZone } from '../../src/time/index.ts';
import { play } from '../support/play.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([':/etc/localtime', '/usr/share/zoneinfo/Europe/Berlin', 'Mars/Base', ''])(
  'of TZ=%s it is UTC, and words are read in that',
  async (tz) => {
    vi.stubEnv('TZ', tz);
    expect(machineZone()).toEqual({ zone: 'UTC', isKnown: false });
    const stdout = new PassThrough();
    const output = text(stdout);
    const asked = { text: 'tomorrow at 9', now: '2026-11-20T10:00:00Z' };
    const status = await runWhen(asked, { stdin: Readable.from(['']), stdout });
    stdout.end();
    expect([status, await output]).toEqual([0, expect.stringContaining('2026-11-21T09:00:00.000Z')]);
  },
);

test('of a name it is that', () => {
  vi.stubEnv('TZ', 'Asia/Tokyo');
  expect(machineZone()).toEqual({ zone: 'Asia/Tokyo', isKnown: true });
});

test('coda starts in UTC and doctor names the variable', async () => {
  vi.stubEnv('TZ', ':/etc/localtime');
  await using coda = await play({ config: { 'assistant.zone': undefined }, env: { TZ: ':/etc/localtime' } });
  const ana = coda.person('ana');
  expect(await ana.says('/remind tomorrow at 9 stand up')).toContain('09:00');
  const { rows } = await coda.database().read<{ at: Date }>('select next_at as at from reminders');
  expect(rows[0]?.at.toISOString()).toBe('2026-11-21T09:00:00.000Z');
  expect(await ana.says('/doctor')).toContain('TZ=:/etc/localtime');
});
