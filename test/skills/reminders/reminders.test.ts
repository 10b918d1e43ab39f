import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reminders } from '../../../src/skills/reminders/index.ts';
import { type Played, playSkill, words } from '../play.ts';

let coda: Played;
beforeEach(async () => {
  coda = await playSkill(reminders); // Friday 20 November 2026, 09:00 in Berlin
});
afterEach(() => coda.close());

const heard = () => coda.said.map(({ card }) => card.text);

describe('setting a reminder', () => {
  test('the answer says the exact local time and zone', async () => {
    const result = await coda.call('reminder_create', { text: 'call Bob', when: 'tomorrow at 9' });
    expect(words(result)).toBe("I'll remind you to call Bob on Sat 21 Nov at 09:00 (Europe/Berlin).");
  });

  test('it is said at its time, once, in the words it was given', async () => {
    await coda.call('reminder_create', { text: 'Buy *Milk*  & bread', when: 'in 20 minutes' });
    expect(coda.woken).toEqual([new Date('2026-11-20T08:20:00Z')]);
    await coda.passTo('2026-11-20T08:19:59.999Z');
    expect(heard()).toEqual([]);
    await coda.passTo('2026-11-21T08:00:00Z');
    expect(heard()).toEqual(['⏰ Buy *Milk*  & bread']);
    expect(coda.raised.map(({ event }) => event)).toEqual(['alert.reminder.due']);
  });
});
