/** Words and files that are not sent yet. */
import { expect, test } from 'vitest';
import { actOfField, Drafts, refusalOf, refusalOfSpoken, withEdited } from '../../../src/web/chat/draft.ts';

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test('each conversation of each person has its own draft, and an empty one leaves nothing', () => {
  const store = storage();
  const [ana, bo] = [new Drafts(store, 'ana'), new Drafts(store, 'bo')];
  ana.keep('main', 'buy bread');
  ana.keep('k3x', 'the boiler');
  expect([ana.read('main'), ana.read('k3x'), bo.read('main')]).toEqual(['buy bread', 'the boiler', '']);
  ana.keep('main', '');
  ana.keep('k3x', '');
  expect(store.kept.size).toBe(0);
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
