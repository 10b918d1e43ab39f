/** On the pages for everybody a member wants to get this done. */
import { expect } from 'vitest';
import type { Task } from './visitor.ts';

export const MEMBER: readonly Task[] = [
  [
    'mark a reminder as done',
    async (who) => {
      await who.press('button', 'Done', 'buy bread');
      await who.counts(`reminders where text = 'buy bread' and state = 'completed'`, 1);
    },
  ],
  [
    'set a reminder, begun by its key',
    async (who) => {
      await who.page.keyboard.press('+');
      await who.fill('What', 'pump up the tyres');
      await who.fill('When', 'tomorrow at 8');
      await who.press('button', 'Remind me');
      await who.sees('pump up the tyres');
    },
  ],
  [
    'put a reminder off',
    async (who) => {
      await who.press('button', 'Later: pump up the tyres');
      await who.press('menuitem', 'In a week');
      await who.counts(`reminders where text = 'pump up the tyres' and snoozed_until is not null`, 1);
    },
  ],
  [
    'ask something',
    async (who) => {
      await who.to('Chat');
      await who.fill('Message', 'good morning');
      await who.press('button', 'Send');
      await who.sees('I heard: good morning');
    },
  ],
  [
    'read what was said on a platform',
    async (who) => {
      await who.to('Chat');
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('link', /hello/);
      await who.sees('I heard: hello');
      await who.sees('This was said elsewhere; go on there.');
      if (who.isPhone) await who.page.getByRole('button', { name: 'Conversations' }).click();
      await who.fill('Search conversations', '#kitchen');
      await who.sees(/^#kitchen on /);
    },
  ],
  [
    'decide about their own question',
    async (who) => {
      await who.to('Activity');
      await who.press('button', 'Approve', 'Asked by you');
      await who.sees(/Approved by/);
    },
  ],
  [
    'see no page that is for owners',
    async (who) => {
      for (const label of ['System', 'People', 'Skills'])
        expect(await who.page.getByRole('link', { name: label }).count()).toBe(0);
      await who.page.goto(`${who.home.programs.url}/system`);
      await who.sees(/for owners only/);
    },
  ],
  [
    'search everything of theirs, and nobody else’s',
    async (who) => {
      await who.press('button', 'Search');
      await who.page.getByRole('combobox').fill('the bike');
      await who.sees(/the bike is at the shop/);
      await who.page.getByRole('combobox').fill('boiler');
      await who.sees('Nothing was found.');
    },
  ],
  [
    'learn the keys',
    async (who) => {
      await who.page.keyboard.press('?');
      // One of every page, and one of this page.
      for (const does of ['Take back the last change', 'New reminder']) {
        await who.page.locator('dialog[open]').getByText(does, { exact: true }).waitFor();
      }
    },
  ],
  [
    'sign out',
    async (who) => {
      if (who.isPhone) await who.press('button', 'More pages');
      else await who.press('button', /your account/);
      await who.press('menuitem', 'Sign out');
      await who.sees(/run “coda open”/);
    },
  ],
];
