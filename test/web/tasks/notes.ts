/** On *Notes* an owner wants to get this done. */
import { expect } from 'vitest';
import type { Task } from './visitor.ts';

export const NOTES: readonly Task[] = [
  [
    'find a note by misspelt words, and change it',
    async (who) => {
      await who.to('Notes');
      await who.fill('Search notes', 'boilr code');
      await who.press('link', /^The boiler code/);
      await who.press('button', 'Change');
      await who.fill('Text', 'The boiler code is 4712 #house');
      await who.press('button', 'Save');
      await who.counts(`notes where text like 'The boiler code is 4712%'`, 1);
    },
  ],
  [
    'file a note under another tag, which changes in its words, too',
    async (who) => {
      await who.to('Notes');
      await who.press('link', /^The boiler code/);
      await who.press('button', 'Change');
      await who.fill('Tags', 'heating');
      await who.press('button', 'Save');
      await who.counts(`notes where text = 'The boiler code is 4712 #heating' and tags = '{heating}'`, 1);
      await who.sees('The boiler code is 4712 #heating');
      expect(await who.page.locator('.note .faint.small').innerText()).not.toContain('#heating');
    },
  ],
  [
    'delete a note, and take that back',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/notes`);
      await who.press('link', /^The spare key/);
      await who.press('button', 'More for this note');
      await who.press('menuitem', 'Delete');
      await who.press('button', 'Undo');
      await who.counts(`notes where text like 'The spare key%' and deleted_at is null`, 1);
    },
  ],
  [
    'put right what is remembered',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/notes/memories`);
      await who.press('button', /^More for .*peanuts/);
      await who.press('menuitem', 'Put right');
      await who.fill('One sentence that stands by itself', 'I am allergic to walnuts.');
      await who.press('button', 'Save');
      await who.sees(/allergic to walnuts/);
    },
  ],
  [
    'say how much a memory matters, and under which tags it stands',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/notes/memories`);
      await who.press('button', /^More for .*walnuts/);
      await who.press('menuitem', 'Put right');
      await who.page.locator('summary', { hasText: 'More' }).click();
      await who.fill('Importance, 1 to 5', '5');
      await who.fill('Tags', 'health, at school');
      await who.press('button', 'Save');
      await who.counts(`memories where text like '%walnuts%' and importance = 5 and tags = '{health,at school}'`, 1);
    },
  ],
  [
    'give a note a title',
    async (who) => {
      await who.to('Notes');
      await who.press('link', /^The boiler code/);
      await who.press('button', 'Change');
      await who.page.locator('summary', { hasText: 'More' }).click();
      await who.fill('Title', 'Boiler');
      await who.press('button', 'Save');
      await who.counts(`notes where title = 'Boiler' and text like 'The boiler code%' and tags = '{heating}'`, 1);
    },
  ],
];
