/** On *Today* an owner wants to get this done. */
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Task } from './visitor.ts';

export const TODAY: readonly Task[] = [
  [
    'see in one look what waits, on a phone at the bar, and go there',
    async (who) => {
      if (who.isPhone) {
        await who.page.locator('.bar a', { hasText: 'Today' }).locator('.count').waitFor();
        await who.page.locator('.bar .more .count').waitFor();
      }
      await who.press('link', /^\d+ waits? for your yes$/);
      await who.sees('Waiting for a yes');
    },
  ],
  [
    'find the lists above the week',
    async (who) => {
      const top = async (text: string) => (await who.page.getByText(text).first().boundingBox())?.y ?? 0;
      await who.sees(/^shopping/);
      expect(await top('shopping')).toBeLessThan(await top('Tomorrow'));
    },
  ],
  [
    'snooze a reminder for an hour',
    async (who) => {
      await who.press('button', 'Later: call mum');
      await who.press('menuitem', '1 hour');
      await who.counts(`reminders where text = 'call mum' and snoozed_until is not null`, 1);
    },
  ],
  [
    'mark a reminder as done, and take that back',
    async (who) => {
      await who.press('button', 'Done', 'take out the bins');
      await who.counts(`reminders where text = 'take out the bins' and state = 'completed'`, 1);
      await who.press('button', 'Undo');
      await who.counts(`reminders where text = 'take out the bins' and state = 'completed'`, 0);
    },
  ],
  [
    'move a reminder to another time',
    async (who) => {
      await who.press('button', 'take out the bins');
      await who.fill('When, if it is another time', 'tomorrow at 21:00');
      await who.press('button', 'Change');
      await who.sees(/21:00/);
      const focused = () => who.page.evaluate('document.activeElement.getAttribute("aria-label")');
      expect(await eventually(async () => (await focused()) === 'take out the bins')).toBe(true);
      await who.page.keyboard.press('Enter');
      await who.page.keyboard.press('Escape');
      expect(await focused()).toBe('take out the bins');
    },
  ],
  [
    'delete a reminder',
    async (who) => {
      await who.press('button', 'More for water the plants');
      await who.press('menuitem', 'Delete');
      await who.seesNot('water the plants');
    },
  ],
  [
    'set a reminder',
    async (who) => {
      await who.press('button', 'New reminder');
      await who.fill('What', 'fetch the parcel');
      await who.fill('When', 'today at 19:30');
      await who.press('button', 'Remind me');
      await who.sees('fetch the parcel');
    },
  ],
  [
    'have a reminder repeated until it is done, in quiet hours too',
    async (who) => {
      await who.press('button', 'New reminder');
      await who.fill('What', 'feed the cat');
      await who.fill('When', 'today at 19:45');
      await who.page.locator('dialog summary').click();
      await who.fill('Repeat until done, every', '10 minutes');
      await who.page.getByLabel('In quiet hours too').check();
      await who.press('button', 'Remind me');
      await who.sees('feed the cat');
      await who.counts(`reminders where text = 'feed the cat' and urgent and nag_minutes = 10`, 1);
    },
  ],
  [
    'have a reminder no longer repeated',
    async (who) => {
      await who.press('button', /feed the cat/);
      await who.page.locator('.in-place summary').click();
      await who.fill('Repeat until done, every', '');
      await who.press('button', 'Change');
      await who.counts(`reminders where text = 'feed the cat' and urgent and nag_minutes is null`, 1);
    },
  ],
  [
    'take milk off the shopping list',
    async (who) => {
      await who.page
        .getByText(/shopping.*\(/i)
        .first()
        .click();
      who.presses++;
      await who.press('button', 'Take milk off');
      await who.seesNot(/^milk$/);
    },
  ],
  [
    'put bread on the shopping list',
    async (who) => {
      await who.page
        .getByText(/shopping.*\(/i)
        .first()
        .click();
      who.presses++;
      await who.page.getByLabel(/^Add to/).fill('bread');
      await who.press('button', 'Add');
      await who.sees(/^bread$/);
    },
  ],
  [
    'say that the step of a task is done',
    async (who) => {
      await who.press('button', 'Step done', 'the party');
      await who.sees('1/2');
    },
  ],
  [
    'switch a schedule off',
    async (who) => {
      await who.page
        .getByText(/^also: .*tell me what is due/)
        .first()
        .click();
      who.presses++;
      await who.press('button', /More for tell me what is due/);
      await who.press('menuitem', 'Switch off');
      await who.counts(`person_schedules where state = 'off'`, 1);
    },
  ],
];
