import { expect, test } from 'vitest';
import type { Dialogue } from '../../../src/agent/dialogue/dialogue.ts';
import { offlineModel } from '../../../src/agent/english/index.ts';
import type { ModelEvent, ModelMessage } from '../../../src/agent/index.ts';
import { allPhrases, hear } from './hear.ts';

const offline = offlineModel(allPhrases);

/** What the offline model answers: the calls it makes, and what it says. */
async function respond(messages: ModelMessage[], dialogue: Dialogue = {}) {
  const request = { system: '', moving: '', messages, tools: [], maxTokens: 1_000, dialogue };
  const events: ModelEvent[] = [];
  for await (const event of offline.generate(request, new AbortController().signal)) events.push(event);
  return {
    calls: events.flatMap((event) => (event.type === 'call' ? [event.call.name] : [])),
    text: events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''),
    stop: events.flatMap((event) => (event.type === 'stop' ? [event.reason] : [])).join(),
  };
}

test('there are at least 80 sentence forms', () => {
  expect(allPhrases.length).toBeGreaterThanOrEqual(80);
});

test.each(allPhrases.map((phrase) => [phrase.example, phrase] as const))('"%s" is understood', (example, phrase) => {
  const { about } = phrase;
  const topic = about ? { thing: about, text: 'call Bob', at: '2026-11-20T08:00:00Z' } : undefined;
  const heard = (['made', 'spoken'] as const).map((how) => hear(example, topic ? { topic: { ...topic, how } } : {}));
  const found = heard.flatMap(({ calls, tentative }) => (phrase.tentative ? [...calls, ...tentative] : calls));
  expect(found.length, phrase.pattern).toBeGreaterThan(0);
});

test('what a tool answered is said as it is', async () => {
  const { text, stop, calls } = await respond([
    { role: 'user', text: 'what time is it' },
    { role: 'assistant', text: '', calls: [{ id: '1', name: 'time_in', input: {} }] },
    { role: 'tool', callId: '1', name: 'time_in', text: 'It is 09:00.', ok: true },
  ]);
  expect({ text, stop, calls }).toEqual({ text: 'It is 09:00.', stop: 'end', calls: [] });
});

test('what is not understood calls no tool of a skill', async () => {
  const { calls } = await respond([{ role: 'user', text: 'please take the reminder dance lessons' }]);
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

test('a message of more than 10,000 characters is refused in words', async () => {
  const { text, calls } = await respond([{ role: 'user', text: `note: ${'x'.repeat(10_000)}` }]);
  expect(calls).toEqual([]);
  expect(text).toContain('10,000');
});

test.each(['remind me ', 'remind me and ', 'every day ', 'not ( [ { | ', 'move it to ', 'in in in ', '? ', '"'])(
  'nothing of 10,000 characters of %j is too much',
  async (part) => {
    const { stop } = await respond([{ role: 'user', text: part.repeat(10_000 / part.length) }]);
    expect(stop).not.toBe('');
  },
);
