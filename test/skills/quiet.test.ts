import { expect, test } from 'vitest';
import { play } from '../support/play.ts';

test('in quiet hours only what is urgent comes, the rest when they end', async () => {
  await using coda = await play({ at: '2026-11-20T20:00:00Z', zone: 'Europe/Berlin' });
  const ana = coda.person('ana');
  await ana.says('/timezone Berlin');
  expect(await ana.says("don't disturb me between 10pm and 7am")).toContain('Between 22:00 and 07:00');
  await ana.says('remind me at 11pm to water the plants');
  await coda.passes({ hours: 3 });
  expect(ana.seen().filter((message) => message.kind === 'reminder')).toEqual([]);
  await coda.moveTo(new Date('2026-11-21T06:00:00Z'));
  expect(ana.heard('water the plants').length).toBeGreaterThan(0);
  expect(ana.seen().filter((message) => message.kind === 'reminder')).toHaveLength(1);
});

test('what is said to be urgent comes in quiet hours too, until it is said not to be', async () => {
  await using coda = await play({ at: '2026-11-20T20:00:00Z', zone: 'Europe/Berlin' });
  const ana = coda.person('ana');
  await ana.says('/timezone Berlin');
  await ana.says('/quiet 22:00-07:00');
  const reminded = () => ana.seen().filter((message) => message.kind === 'reminder').length;
  await ana.says('remind me at 11pm to take the pills');
  expect(await ana.says('make it urgent')).toContain('comes even in quiet hours');
  await ana.says('remind me at 23:30 to close the window');
  expect(await ana.says('mark the window reminder as urgent')).toContain('comes even in quiet hours');
  await coda.passes({ hours: 3 });
  expect(reminded()).toBe(2);
  await ana.says('remind me at 23:40 to lock the door');
  await ana.says('make it urgent');
  expect(await ana.says('make it not urgent')).toContain('keeps to quiet hours');
  await ana.says('undo');
  await coda.moveTo(new Date('2026-11-21T22:50:00Z'));
  expect(reminded()).toBe(3);
});

test('quiet hours are shown, ended and taken back', async () => {
  await using coda = await play({ zone: 'Europe/Berlin' });
  const ana = coda.person('ana');
  expect(await ana.says('/quiet')).toContain('no quiet hours');
  await ana.says('/quiet 22:00-07:00');
  expect(await ana.says('/quiet')).toContain('from 22:00 to 07:00');
  await ana.says('turn off my quiet hours');
  expect(await ana.says('/quiet')).toContain('no quiet hours');
  await ana.says('undo');
  expect(await ana.says('/quiet')).toContain('from 22:00 to 07:00');
  expect(await ana.says('/quiet whenever')).toContain('I do not understand');
});
