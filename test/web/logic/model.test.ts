import { expect, test } from 'vitest';
import { hasChoice, modelName, modelsOf } from '../../../src/web/chat/model.tsx';

const choice = { chosen: null, answers: 'a/one', set: 'a/one', choices: ['a/one'] };
const state = (data: typeof choice) => ({ data }) as never;

test('one model alone is no choice, with or without its name among the choices', () => {
  expect(hasChoice(state(choice))).toBe(false);
  expect(hasChoice(state({ ...choice, choices: [] }))).toBe(false);
  expect(hasChoice(state({ ...choice, choices: ['b/two'] }))).toBe(true);
  expect(modelsOf({ ...choice, choices: ['b/two'] })).toEqual(['a/one', 'b/two']);
});

test('a model is told by its name, and by its provider where two have it', () => {
  expect(modelName('a/deep/one', ['a/deep/one', 'b/two'])).toBe('deep/one');
  expect(modelName('a/one', ['a/one', 'b/one'])).toBe('a/one');
});
