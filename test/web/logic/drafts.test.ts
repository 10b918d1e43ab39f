/** Words and files that are not sent yet. */
import { expect, test } from 'vitest';
import { Drafts, forgetDrafts, forgetEnded } from '../../../src/web/chat/device.ts';
import {
  actOfField,
  chosenCommand,
  commandsFor,
  namesApart,
  refusalOf,
  refusalOfSpoken,
  typedCommand,
  withEdited,
} from '../../../src/web/chat/draft.ts';
import { deviceStorage } from './page.ts';

test('each conversation of each person has its own draft, and an empty one leaves nothing', () => {
  const store = deviceStorage();
  const [ana, bo] = [new Drafts(store, 'ana'), new Drafts(store, 'bo')];
  ana.keep('main', 'buy bread');
  ana.keep('k3x', 'the boiler');
  expect([ana.read('main'), ana.read('k3x'), bo.read('main')]).toEqual(['buy bread', 'the boiler', '']);
  ana.keep('main', '');
  ana.keep('k3x', '');
  expect(store.length).toBe(0);
});

test('messages on their way are kept one by one, the oldest first, and dropped one by one', () => {
  const ana = new Drafts(deviceStorage(), 'ana');
  const message = (id: string, at: string) => ({ id, text: `text of ${id}`, at, fileNames: [] });
  ana.keepMessage('main', message('2', '2026-11-28T12:00:02Z'));
  ana.keepMessage('main', message('1', '2026-11-28T12:00:01Z'));
  ana.keepMessage('k3x', message('3', '2026-11-28T12:00:03Z'));
  expect(ana.messages('main').map(({ id }) => id)).toEqual(['1', '2']);
  expect(ana.conversations()).toEqual(['main', 'k3x']);
  ana.dropMessage('main', '1');
  expect(ana.messages('main').map(({ id }) => id)).toEqual(['2']);
});

test('whoever signs in next finds no words of somebody else', () => {
  const store = deviceStorage();
  store.setItem('coda.notified', 'ana');
  const [ana, bo] = [new Drafts(store, 'ana'), new Drafts(store, 'bo')];
  for (const each of [ana, bo]) {
    each.keep('main', 'words');
    each.keepMessage('main', { id: '1', text: 'words', at: '2026-11-28T12:00:01Z', fileNames: [] });
  }
  forgetDrafts(store, 'bo');
  expect([ana.read('main'), ana.messages('main')]).toEqual(['', []]);
  expect([bo.read('main'), bo.messages('main').length]).toEqual(['words', 1]);
  forgetDrafts(store);
  expect(store.length).toBe(1);
});

test('a temporary conversation that is ended elsewhere leaves no words here; others keep theirs', async () => {
  const store = deviceStorage();
  const ana = new Drafts(store, 'ana');
  for (const id of ['main', 'over', 'open']) {
    ana.keep(id, `draft of ${id}`);
    ana.keepMessage(id, { id: '1', text: 'words', at: '2026-11-28T12:00:01Z', fileNames: [] });
  }
  for (const id of ['over', 'open']) ana.markTemporary(id);
  const asked: string[] = [];
  await forgetEnded(ana, async (id) => {
    asked.push(id);
    return id === 'over';
  });
  expect(asked.sort()).toEqual(['open', 'over']);
  expect([ana.read('over'), ana.messages('over')]).toEqual(['', []]);
  expect([ana.read('main'), ana.read('open')]).toEqual(['draft of main', 'draft of open']);
  expect([...ana.conversations()].sort()).toEqual(['main', 'open']);
  expect(ana.temporaryOnes()).toEqual(['open']);
  forgetDrafts(store);
  expect(store.length).toBe(0);
});

test('words to edit stand alone, or below what is being written', () => {
  expect(withEdited('  ', 'call mum')).toBe('call mum');
  expect(withEdited('buy bread', 'call mum')).toBe('buy bread\ncall mum');
});

const files = (count: number, size = 10) => Array.from({ length: count }, () => ({ size }));

test('ten files go at once, nine beside a recording, and seven megabytes together', () => {
  expect(refusalOf(files(10), false)).toBeUndefined();
  expect(refusalOf(files(11), false)).toBe('At most 10 files at once.');
  expect(refusalOf(files(9), true)).toBeUndefined();
  expect(refusalOf(files(10), true)).toBe('At most 9 files beside a recording.');
  expect(refusalOf(files(2, 4_000_000), false)).toBe('Files of at most 7.0 MB together.');
});

test('a recording waits while the files leave no room for it', () => {
  expect(refusalOfSpoken(files(9), { size: 10 })).toBeUndefined();
  expect(refusalOfSpoken(files(10), { size: 10 })).toMatch(
    /^At most 9 files beside a recording, and 7\.0 MB together\./,
  );
  expect(refusalOfSpoken(files(1, 6_000_000), { size: 2_000_000 })).toMatch(/Take one out/);
});

test('Enter sends, but for a new line, a composition and a touch screen; Escape stops what is running', () => {
  const pressed = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };
  const here = { isBusy: false, isTouch: false };
  expect(actOfField(pressed, here)).toBe('send');
  expect(actOfField({ ...pressed, shiftKey: true }, here)).toBeUndefined();
  expect(actOfField({ ...pressed, isComposing: true }, here)).toBeUndefined();
  expect(actOfField({ ...pressed, keyCode: 229 }, here)).toBeUndefined();
  expect(actOfField(pressed, { ...here, isTouch: true })).toBeUndefined();
  expect(actOfField({ ...pressed, key: 'Escape' }, here)).toBeUndefined();
  expect(actOfField({ ...pressed, key: 'Escape' }, { ...here, isBusy: true })).toBe('stop');
  expect(actOfField({ ...pressed, key: 'a' }, here)).toBeUndefined();
});

test('a slash offers the commands that fit what is typed of the name, and nothing once other words follow', () => {
  const commands = ['list', 'reminders', 'remind', 'unremind'].map((name) => ({
    name,
    usage: name === 'remind' ? '<what and when>' : null,
    summary: '',
  }));
  const shown = (text: string) => {
    const typed = typedCommand(text);
    return typed === undefined ? undefined : commandsFor(typed, commands).map(({ name }) => name);
  };
  expect(shown('/')).toEqual(['list', 'reminders', 'remind', 'unremind']);
  expect(shown('/Rem')).toEqual(['reminders', 'remind', 'unremind']);
  expect(shown('/nothing')).toEqual([]);
  for (const text of ['', 'rem', '/remind me', ' /rem', '/etc/hosts', `/${'a'.repeat(40)}`])
    expect(shown(text), text).toBeUndefined();
  expect(commands.map(chosenCommand)).toEqual(['/list', '/reminders', '/remind ', '/unremind']);
});

test('files with one name are told apart by their numbers', () => {
  expect(namesApart(['a.png', 'image.png', 'image.png'])).toEqual(['a.png', 'image.png (1)', 'image.png (2)']);
});
