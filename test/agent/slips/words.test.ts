/** What people say beside an act that a model has chosen: whether it is done, or asked about first. */
import { expect, test } from 'vitest';
import type { Act } from '../../../src/agent/tools/act.ts';
import { askIfUnnamed } from '../../../src/agent/tools/chosen.ts';
import type { CallContext } from '../../../src/agent/tools/tool.ts';

const AMONG: readonly Act[] = ['finish', 'later', 'replace', 'skip', 'remove'];

const SAID: readonly [act: Act, said: string, thing: string, isAsked: boolean][] = [
  ['later', 'change the dentist reminder to 9', 'dentist', false],
  ['later', 'make it 9 instead', 'dentist', false],
  ['later', 'ändere die Erinnerung auf 9', 'Zahnarzt', false],
  ['later', '9 statt 8', 'Zahnarzt', false],
  ['replace', 'remove eggs from the shopping list', 'eggs, milk, bread', false],
  ['replace', 'streich Eier von der Einkaufsliste', 'Eier, Milch', false],
  ['skip', "cancel tomorrow's standup reminder", 'standup', false],
  ['remove', 'bin the milk note', 'milk', false],
  ['remove', "I don't need the 8am reminder any more", 'pills', false],
  ['remove', 'brauche ich nicht mehr', 'pills', false],
  ['remove', 'lösch das', 'pills', false],
  ['remove', "don't delete it", 'pills', true],
  ['remove', 'lösch das bitte nicht', 'pills', true],
  ['remove', "delete the note that I don't need any more", 'pills', false],
  ['remove', "cancel the dentist because I can't go", 'dentist', false],
  ['remove', 'I have called Bo', 'call Bo', true],
  ['finish', 'I took out the trash', 'take out the trash', false],
  ['finish', "I've done the dishes", 'do the dishes', false],
  ['remove', "what's my last note, please", 'x', true],
  ['later', 'move it to 9', 'x', false],
  ['remove', 'delete the reminder to delete old backups', 'delete old backups', false],
  ['remove', 'cancel the gym', 'gym', false],
  ['remove', '删除这个提醒', '吃药', false],
  ['remove', '不要删除这个提醒', '吃药', true],
  ['undo', '撤销', '', false],
];

test.each(SAID)('%s at “%s” about “%s”: asked %s', (act, said, thing, isAsked) => {
  const chosen = { act, among: AMONG, said: [said], before: [], answer: [] };
  const asked = askIfUnnamed({ turn: { chosen } } as unknown as CallContext, {
    text: thing,
    yes: { tool: 'reminder_delete', input: {} },
  });
  expect(asked !== undefined).toBe(isAsked);
});

test('a yes counts for what coda has asked, and a word of thanks for nothing', () => {
  const isAsked = (said: string, answer: string) => {
    const chosen = { act: 'remove' as const, among: AMONG, said: [said], before: ['show my notes'], answer: [answer] };
    const call = { text: 'milk', yes: { tool: 'note_delete', input: {} } };
    return askIfUnnamed({ turn: { chosen } } as unknown as CallContext, call) !== undefined;
  };
  expect(isAsked('yes', 'Shall I delete the note?')).toBe(false);
  expect(isAsked('yes', 'You can edit or delete it.')).toBe(true);
  expect(isAsked('thank you', 'Shall I delete the note?')).toBe(true);
});
