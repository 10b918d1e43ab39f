/** On *Activity* an owner wants to get this done. */
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Task } from './visitor.ts';

export const ACTIVITY: readonly Task[] = [
  [
    'find why a message was not answered',
    async (who) => {
      await who.within('Activity', 'Conversations');
      await who.press('link', /please fail/);
      await who.sees(/^Not answered: /);
    },
  ],
  [
    'see in which channel something was said, by its name',
    async (who) => {
      await who.within('Activity', 'Conversations');
      await who.sees(/^#kitchen on /);
      await who.sees(/^A channel on /);
      await who.sees(/^bob on /);
      await who.press('link', /^#kitchen/);
      await who.sees('Its id there: 157622');
      expect(await who.rows(`place_names where name like 'nobody%'`)).toBe(0);
    },
  ],
  [
    'approve what waits, after reading to whom it goes',
    async (who) => {
      await who.to('Activity');
      await who.sees(/the landlord/);
      // A letter of somebody else may have been sent before.
      const { sent } = who.home.outside;
      const before = sent.length;
      await who.press('button', 'Approve', 'Asked by you');
      await eventually(async () => sent.length > before);
      expect(sent.slice(before)).toEqual(['the landlord']);
    },
  ],
  [
    'deny what somebody else asked for, with a reason that the model reads',
    async (who) => {
      await who.to('Activity');
      await who.press('button', 'Deny, because …', 'Asked by eva');
      await who.fill('Deny, because', 'the council is closed');
      await who.press('button', 'Deny', 'Asked by eva');
      await who.sees(/Denied by/);
      await who.sees('Because: the council is closed');
      await who.counts(`steps where kind = 'result' and payload ->> 'message' like '%the council is closed%'`, 1);
    },
  ],
  [
    'see what was decided, and what came of it',
    async (who) => {
      await who.to('Activity');
      await who.sees(/Approved by/);
      await who.sees('sent to the landlord');
    },
  ],
  [
    'send again what could not be delivered',
    async (who) => {
      await who.within('Activity', 'Not delivered');
      await who.sees(/^(?:An answer|A reminder|A message) for /);
      await who.press('button', 'Send again');
      await who.sees('Everything could be delivered.');
    },
  ],
  [
    'see who did what',
    async (who) => {
      await who.within('Activity', 'What was done');
      await who.sees(/: decided about a call: “Sends a letter”/);
      await who.page.getByLabel('Person').selectOption('bob');
      await who.sees(/^bob: Sets a reminder/);
      // The rows of before stand until those of bob are there.
      const others = who.page.locator('main li.row .what').filter({ hasNotText: /^bob: / });
      expect(await eventually(async () => (await others.count()) === 0)).toBe(true);
      await who.sees(/by a command|in words|on a page/);
      expect(await who.page.getByText(/^bob: \w+_\w+/).count()).toBe(0);
      const row = who.page.locator('main li.row').filter({ hasText: 'Sets a reminder' }).first();
      await row.getByText('Details').click();
      await who.sees(/^tool\.call \w+$/);
    },
  ],
];
