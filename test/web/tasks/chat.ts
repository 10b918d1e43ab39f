/** On *Chat* an owner wants to get this done. */
import type { Task } from './visitor.ts';

export const CHAT: readonly Task[] = [
  [
    'ask something',
    async (who) => {
      await who.to('Chat');
      await who.fill('Message', 'plan a dinner for Saturday');
      await who.press('button', 'Send');
      await who.sees('For four, without nuts:');
    },
  ],
  [
    'see how an answer was made',
    async (who) => {
      await who.to('Chat');
      await who.page
        .getByText(/^\d+ steps?,/)
        .first()
        .click();
      who.presses++;
      await who.sees(/note_save/);
    },
  ],
  [
    'begin another conversation',
    async (who) => {
      await who.to('Chat');
      await who.page
        .getByRole('button', { name: 'New conversation' })
        .and(who.page.locator(':visible'))
        .first()
        .click();
      who.presses++;
      await who.press('button', 'what can you do?');
      await who.sees(/^what can you do\?$/);
    },
  ],
  [
    'rename a conversation',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('button', /More for what can you do/);
      await who.press('menuitem', 'Rename');
      await who.fill('Title', 'First steps');
      await who.press('button', 'Rename');
      await who.sees('First steps');
    },
  ],
  [
    'find a conversation, and delete it',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.fill('Search conversations', 'first');
      await who.press('button', /More for First steps/);
      await who.press('menuitem', 'Delete');
      await who.press('button', 'Delete');
      await who.counts('conversations where hidden_at is not null', 1);
    },
  ],
];
