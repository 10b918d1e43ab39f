/** On *People*, and behind their name, an owner wants to get this done. */
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Task, Visitor } from './visitor.ts';

/** To one's own page: behind the name, on a phone behind *More*. */
async function toYou(who: Visitor): Promise<void> {
  await who.press('button', who.isPhone ? 'More pages' : /: your account$/);
  await who.press('menuitem', /^You: /);
}

export const PEOPLE: readonly Task[] = [
  [
    'set a time zone of their own, and take that back',
    async (who) => {
      await toYou(who);
      await who.press('button', 'Change: Time zone');
      await who.fill('Time zone', 'Lisbon');
      await who.press('button', 'Save');
      await who.sees('Europe/Lisbon');
      await who.counts(`persons where zone = 'Europe/Lisbon'`, 1);
      await who.page.getByRole('button', { name: 'Undo' }).first().click();
      await who.counts(`persons where zone = 'Europe/Lisbon'`, 0);
    },
  ],
  [
    'move with them what keeps to the old clock, also after a reload',
    async (who) => {
      const { programs } = who.home;
      await programs.send('POST', '/v1/reminders', { text: 'stretch', when: 'every day at 7' });
      await programs.send('PATCH', '/v1/me', { zone: 'Lisbon' });
      await toYou(who);
      await who.sees(/reminders? keeps? the time of/);
      await who.page.reload();
      await who.press('button', 'Move my reminders too');
      await who.sees(/Moved .*reminders? to Europe\/Lisbon/);
      await who.counts(`reminders where text = 'stretch' and zone = 'Europe/Lisbon'`, 1);
      await who.seesNot(/reminders? keeps? the time of/);
      await programs.send('PATCH', '/v1/me', { zone: 'Berlin' });
    },
  ],
  [
    'say by which name they are called, and when it is quiet',
    async (who) => {
      await toYou(who);
      await who.press('button', 'Change: Quiet hours');
      await who.fill('Quiet hours', '23:00-06:30');
      await who.press('button', 'Save');
      await who.sees('23:00 to 06:30');
      await who.counts(`persons where quiet_from = '23:00' and quiet_to = '06:30'`, 1);
      await who.page.getByRole('button', { name: 'Change: Quiet hours' }).click();
      await who.fill('Quiet hours', 'off');
      await who.page.getByRole('button', { name: 'Save' }).click();
      await who.counts('persons where quiet_from is not null', 0);
    },
  ],
  [
    'have the page dark in this browser, whatever the device says',
    async (who) => {
      await toYou(who);
      const ground = () => who.page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const light = await ground();
      await who.press('button', 'Dark');
      await eventually(async () => (await ground()) !== light);
      const dark = await ground();
      expect(dark).not.toBe(light);
      await who.page.reload();
      await who.sees('It holds for this browser.');
      expect(await ground()).toBe(dark);
      await who.page.getByRole('button', { name: 'As the device' }).click();
      expect(await ground()).toBe(light);
    },
  ],
  [
    'give somebody another role',
    async (who) => {
      await who.to('People');
      await who.press('button', 'More for bob');
      await who.press('menuitem', 'Make owner');
      await who.counts(`persons where name = 'bob' and role = 'owner'`, 1);
    },
  ],
  [
    'learn in words whether somebody may do something',
    async (who) => {
      await who.within('People', 'Who may what');
      const choose = (label: string, choice: string) =>
        who.page.getByRole('combobox', { name: label }).selectOption({ label: choice });
      await choose('May', 'bob');
      await choose('do this', 'delete a note');
      await choose('with what is', 'somebody else’s');
      await who.sees(/^May bob delete a note — somebody else’s\? No\.$/);
      await who.sees('It reaches one’s own things only, whoever asks.');
      await choose('with what is', 'their own');
      await who.sees(/their own\? Yes\.$/);
      await choose('do this', 'send a letter');
      await who.sees(/^May bob send a letter\? Yes, and it is asked first\.$/);
    },
  ],
  [
    'make a token for a program',
    async (who) => {
      await who.within('People', 'Tokens');
      await who.press('button', 'New token');
      await who.fill('Name of the program', 'lights');
      await who.press('button', 'Make it');
      await who.sees(/It is shown this once/);
    },
  ],
  [
    'end a token',
    async (who) => {
      await who.within('People', 'Tokens');
      await who.sees(/may talk with coda, and read what was said over HTTP; read and change reminders/);
      await who.press('button', 'End', 'lights');
      await who.press('button', 'End it');
      await who.sees(/^ended /);
    },
  ],
];
