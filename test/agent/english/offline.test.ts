import { expect, test } from 'vitest';
import type { Dialogue } from '../../../src/agent/dialogue/dialogue.ts';
import { Interpreter } from '../../../src/agent/english/index.ts';
import { allPhrases, hear } from './hear.ts';

const interpreter = new Interpreter(allPhrases);

/** The tools that are called, and what is said instead. */
function respond(text: string, dialogue: Dialogue = {}) {
  const answer = interpreter.answer(text, dialogue);
  return { calls: answer.calls.map(({ tool }) => tool), text: answer.text };
}

test('there are at least 80 sentence forms', () => {
  expect(allPhrases.length).toBeGreaterThanOrEqual(80);
});

test.each(allPhrases.map((phrase) => [phrase.example, phrase] as const))('"%s" is understood', (example, phrase) => {
  const { about } = phrase;
  const texts = about === 'note' ? ['call Bob', 'shopping list: eggs, milk'] : ['call Bob'];
  const topics = texts.flatMap((text) =>
    about
      ? [true, false].map((isNew) => ({ thing: about, text, at: '2026-11-20T08:00:00Z', isNew, isRecent: true }))
      : undefined,
  );
  const heard = topics.flatMap((topic) =>
    (['made', 'spoken'] as const).map((how) => hear(example, topic ? { topic: { ...topic, how } } : {})),
  );
  const found = heard.flatMap(({ calls, tentative }) => (phrase.tentative ? [...calls, ...tentative] : calls));
  expect(found.length, phrase.pattern).toBeGreaterThan(0);
});

test('what is not understood calls no tool of a skill', () => {
  const { calls } = respond('please take the reminder dance lessons');
  expect(calls).toEqual(['not_understood']);
});

test('what is taken back in the same breath is not done', () => {
  expect(hear('remind me to call Bob at 5, never mind')).toEqual({ calls: [], tentative: [] });
});

const ASKED_WHEN: Dialogue = {
  question: {
    kind: 'slot',
    call: { tool: 'reminder_create', input: { text: 'call Bob' } },
    slot: 'when',
    at: '2026-11-20T08:00:00Z',
  },
};

test('the answer to "when?" completes the request', () => {
  expect(hear('tomorrow at 9', ASKED_WHEN).calls).toEqual([
    { tool: 'reminder_create', input: { text: 'call Bob', when: 'tomorrow at 9' } },
  ]);
});

test.each(['I am not sure', 'no', 'Bob is a friend', 'forget it', 'what?'])(
  '"%s" after "when?" completes nothing',
  (text) => {
    const { calls } = hear(text, ASKED_WHEN);
    expect(calls.filter(({ tool }) => tool.startsWith('reminder'))).toEqual([]);
  },
);

test('a time that nobody asked for is no request', () => {
  const topic = { thing: 'reminder', how: 'made' as const, text: 'call Bob?', at: '2026-11-20T08:00:00Z' };
  expect(hear('tomorrow at 9', { topic }).calls).toEqual([]);
});

test('two requests in one message are both heard', () => {
  expect(hear('remind me to call Bob at 5pm and add a note: milk').calls).toEqual([
    { tool: 'reminder_create', input: { text: 'call Bob', when: 'at 5pm' } },
    { tool: 'note_save', input: { text: 'milk' } },
  ]);
});

test('"and" inside what is to be done does not part it', () => {
  const [call, ...more] = hear('remind me to email Ann and note down her answer tomorrow at 9').calls;
  expect(more).toEqual([]);
  expect(call?.input.text).toBe('email Ann and note down her answer');
});

test('the words of a note stay as they were written', () => {
  expect(hear('note:  Call  "Bob" (re: 50% off!) :)').calls).toEqual([
    { tool: 'note_save', input: { text: 'Call  "Bob" (re: 50% off!) :)' } },
  ]);
});

test('a message of more than 10,000 characters is refused in words', () => {
  const { text, calls } = respond(`note: ${'x'.repeat(10_000)}`);
  expect(calls).toEqual([]);
  expect(text).toContain('10,000');
});

test.each(['remind me ', 'remind me and ', 'every day ', 'not ( [ { | ', 'move it to ', 'in in in ', '? ', '"'])(
  'nothing of 10,000 characters of %j is too much',
  (part) => {
    const { text, calls } = respond(part.repeat(10_000 / part.length));
    expect(text !== '' || calls.length > 0).toBe(true);
  },
);
