/** On *Chat* an owner wants to get this done. */
import { expect } from 'vitest';
import type { Task, Visitor } from './visitor.ts';

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
      await newConversation(who);
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
  [
    'begin and rename a conversation',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      await newConversation(who);
      await who.fill('Message', 'where is the ladder');
      await who.press('button', 'Send');
      await who.page.locator('h1').getByRole('button', { name: 'where is the ladder' }).click();
      who.presses++;
      await who.fill('Title', 'The ladder');
      await who.press('button', 'Rename');
      await who.page.getByRole('heading', { name: 'The ladder', level: 1, exact: true }).waitFor();
      await who.counts("conversations where title = 'The ladder'", 1);
    },
  ],
  [
    'pin a conversation',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('button', 'More for The ladder');
      await who.press('menuitem', 'Pin');
      await who.sees('Pinned');
      await who.counts('conversations where pinned_at is not null', 1);
    },
  ],
  [
    'archive a conversation, and find it again',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('button', 'More for The ladder');
      await who.press('menuitem', 'Archive');
      await who.page.locator('.chats').getByText('The ladder').waitFor({ state: 'detached' });
      await who.fill('Search conversations', 'ladder');
      await who.page.getByRole('region', { name: 'Archived' }).getByText('The ladder').click();
      who.presses++;
      await who.sees('Archived: a new message brings it back into the list.');
    },
  ],
  [
    'bring in a conversation from a file',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      await who.press('button', 'More for this conversation');
      const chosen = who.page.waitForEvent('filechooser');
      await who.press('menuitem', 'Import a conversation');
      const text = '# The old plan\n\n**You** · 2026-01-02 03:04 UTC\n\nwhere was the <b>key</b>?\n';
      await (await chosen).setFiles({ name: 'plan.md', mimeType: 'text/markdown', buffer: Buffer.from(text) });
      await who.sees('where was the <b>key</b>?');
      await who.sees(/^Imported on /);
    },
  ],
  [
    'stop an answer, and keep what was read of it',
    async (who) => {
      await who.to('Chat');
      await newConversation(who);
      await who.fill('Message', 'tell me a long story');
      await who.press('button', 'Send');
      await who.sees(/Once upon a time/);
      await who.page.keyboard.press('Control+k');
      const option = (name: string) => who.page.getByRole('option', { name: new RegExp(`^${name}`) });
      await option('Add files').waitFor();
      await option('Stop').click();
      await who.sees('stopped');
      await who.page.keyboard.press('Control+k');
      await option('Ask again').waitFor();
      expect(await option('Stop').count()).toBe(0);
      await who.page.keyboard.press('Escape');
      await who.page.reload();
      await who.sees(/Once upon a time there was a baker/);
    },
  ],
  [
    'find what was said last month',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.fill('Search conversations', 'bicycle');
      await who.page
        .getByText(/insurance is for the/)
        .first()
        .click();
      who.presses++;
      await who.sees('The one with number 88-2041.');
    },
  ],
  [
    'talk about something that is not to be remembered',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      await who.press('button', 'More for this conversation');
      await who.press('menuitem', 'New temporary conversation');
      await who.sees(/^Temporary: nothing of it is remembered/);
      await who.fill('Message', 'a present for Bo');
      await who.press('button', 'Send');
      await who.sees('I heard: a present for Bo');
      await who.press('button', 'End');
      await who.sees('Ended. What was said in it is deleted.');
      await who.counts(`messages where content::text like '%present for Bo%'`, 0);
    },
  ],
];

async function newConversation(who: Visitor): Promise<void> {
  const button = who.page.getByRole('button', { name: 'New conversation' });
  await button.and(who.page.locator(':visible')).first().click();
  who.presses++;
}
