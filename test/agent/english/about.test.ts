import { expect, test } from 'vitest';
import { Interpreter } from '../../../src/agent/english/index.ts';
import { interpreterOf } from '../../../src/agent/index.ts';
import { play } from '../../support/play.ts';
import { allPhrases } from './hear.ts';

test('before others, words that are not understood show only what was set there', async () => {
  await using coda = await play();
  const alone = coda.person('ana');
  const among = coda.person('ana', { channel: 'general' });
  await alone.says('remind me to ring Sue at 2pm');
  await among.says('remind me to order the cake at 3pm');
  expect(await among.says('Sue is on holiday')).not.toContain('ring Sue');
  expect(await among.says('the cake is a lie')).toContain('order the cake');
  expect(await alone.says('the cake is a lie')).toContain('order the cake');
  expect(await alone.says('Sue is on holiday')).toContain('ring Sue');
});

test('where the model is away, that is said, and no reminder is asked about', () => {
  const interpreter = new Interpreter(allPhrases);
  const said = 'the dentist has no time for me before four now';
  expect(interpreter.answer(said, {}, 'The model is away.')).toEqual({
    text: 'The model is away.',
    calls: [],
    notices: [],
  });
  expect(interpreter.answer(said, {}).calls).toHaveLength(1);
});

test('phrases that could not be loaded are loaded with the next message', async () => {
  let tries = 0;
  const interpreter = interpreterOf(async () => {
    if (++tries === 1) throw new Error('EMFILE');
    return allPhrases;
  });
  await expect(interpreter()).rejects.toThrow('EMFILE');
  expect((await interpreter()).answer('my reminders', {}).calls).toHaveLength(1);
  expect(await interpreter()).toBe(await interpreter());
});
