/** Acts as values: what keys, lists and the help take from them. */
import { expect, test } from 'vitest';
import {
  type Act,
  actOfKey,
  actsFor,
  actsOfRow,
  keysOf,
  pageActs,
  setPartActs,
  setRowActs,
} from '../../../src/web/app/acts.ts';

const done: Act = { label: 'Done', icon: 'check', key: 'e' };
const open: Act = { label: 'Open', key: 'Enter', href: '/notes/1' };
const fresh: Act = { label: 'New note', icon: 'plus', key: '+' };
const talk: Act = { label: 'New conversation', icon: 'plus', key: 'n' };
const undo: Act = { label: 'Take back', icon: 'undo', key: 'z', when: () => false };

test('a key is that of the row before that of the page, and nothing where it cannot be done', () => {
  const ofRow: Act = { label: 'Next step', key: 'n' };
  expect(actOfKey('n', [ofRow], [fresh], [talk])).toBe(ofRow);
  expect(actOfKey('n', [done], [fresh], [talk])).toBe(talk);
  expect(actOfKey('+', [], [fresh], [talk])).toBe(fresh);
  expect(actOfKey('z', [], [], [undo])).toBeUndefined();
  expect(actOfKey('x', [done], [fresh], [talk])).toBeUndefined();
});

test('the list has those with an icon that can be done, by any part of their words', () => {
  expect(actsFor('', [fresh], [talk, undo, open])).toEqual([fresh, talk]);
  expect(actsFor(' NEW ', [fresh], [talk])).toEqual([fresh, talk]);
  expect(actsFor('note', [fresh], [talk])).toEqual([fresh]);
  expect(actsFor('', [fresh], [fresh])).toEqual([fresh]);
});

test('the help says each key once, whatever can be done now', () => {
  expect(keysOf([done, open], [done], [fresh], [undo])).toEqual([
    ['e', 'Done'],
    ['Enter', 'Open'],
    ['+', 'New note'],
    ['z', 'Take back'],
  ]);
});

test('a row has the acts that were given last', () => {
  const row = {} as Element;
  expect(actsOfRow(row)).toEqual([]);
  setRowActs(row, [done]);
  setRowActs(row, [open]);
  expect(actsOfRow(row)).toEqual([open]);
  expect(actsOfRow(undefined)).toEqual([]);
});

test('a page has the acts of all its parts, each with those that it gave last, until it goes', () => {
  const [title, section] = [{}, {}];
  setPartActs(title, [fresh]);
  setPartActs(section, [done, open]);
  setPartActs(section, [done]);
  expect(pageActs.value).toEqual([fresh, done]);
  setPartActs(title, []);
  expect(pageActs.value).toEqual([done]);
  setPartActs(section, []);
  expect(pageActs.value).toEqual([]);
});
