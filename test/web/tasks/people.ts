/** On *People* an owner wants to get this done. */
import type { Task } from './visitor.ts';

export const PEOPLE: readonly Task[] = [
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
    'try whether somebody would be allowed to do something',
    async (who) => {
      await who.within('People', 'Who may what');
      await who.fill('Tool', 'letter_send');
      await who.press('button', 'Try');
      await who.sees(/asked first/);
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
      await who.press('button', 'End', 'lights');
      await who.press('button', 'End it');
      await who.sees(/^ended /);
    },
  ],
];
