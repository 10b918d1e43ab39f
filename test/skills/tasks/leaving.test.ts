import { expect, test } from 'vitest';
import { playTwo } from '../../people/platforms.ts';
import { Outside } from '../../support/outside.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';

const codeIn = (text: string) => /`\/pair ([A-Z0-9]{5}-[A-Z0-9]{5})`/.exec(text)?.[1] ?? '';

/** A coda whose model says this, line by line, then "Nothing yet."; sam has been let in. */
async function withSam(lines: Line[][] = []) {
  const asked: string[] = [];
  const outside = new Outside();
  const model = new ScriptedModel((request) => {
    asked.push(request.messages.at(-1)?.text ?? '');
    return lines.shift() ?? ['Nothing yet.'];
  });
  const config = { 'memory.auto': 'off', 'specialists.home.allowed_tools': ['page_read', 'note_save'] };
  const two = await playTwo({ owners: ['chat:olga'], members: [], model, config, skills: [outside.skill] });
  await two.chat.says('olga', `/pair ${codeIn(await two.chat.says('sam', 'hello'))}`);
  return { ...two, asked, outside };
}

test('of a person who leaves nothing is taken up any more and nothing is said to them, until they are back', async () => {
  const lines: Line[][] = [];
  await using two = await withSam(lines);
  const { coda, chat, asked } = two;
  await chat.says('sam', '/task move house: coda: find a van; pack');
  await chat.says('sam', '/task read: a book');
  await coda.app.people.revoke('chat:sam');
  const [before, heard] = [asked.length, chat.seen('dm-sam').length];
  await coda.passes({ days: 9 });
  expect(asked.length).toBe(before);
  expect(chat.seen('dm-sam').length).toBe(heard);
  await chat.says('olga', `/pair ${codeIn(await chat.says('sam', 'let me in'))}`);
  expect(await chat.says('sam', '/tasks move house')).toContain('find a van');
  lines.push(['A van is found.']);
  await chat.presses('sam', 'Go on');
  await coda.passes({ minutes: 1 });
  expect(chat.seen('dm-sam').at(-1)?.text).toBe('A van is found.');
});

test('who leaves while a specialist works gets what was begun, and nothing after it', async () => {
  await using two = await withSam([
    [{ call: 'specialist_spawn', input: { specialist: 'home', task: 'Look.' } }],
    [{ call: 'page_read', input: { url: 'http://a' } }],
    ['I looked.'],
    ['It looked.'],
  ]);
  const { coda, chat, outside } = two;
  outside.hold();
  const { settled } = await chat.hear('sam', 'look at it');
  await outside.begun.promise;
  await coda.app.people.revoke('chat:sam');
  outside.release();
  await settled;
  await coda.app.whenSettled();
  expect(chat.seen('dm-sam').at(-1)?.text).toBe('It looked.');
  expect(await chat.says('sam', 'look again')).toContain('whom my owner has let in');
  expect(outside.sent).toEqual(['http://a']);
});
