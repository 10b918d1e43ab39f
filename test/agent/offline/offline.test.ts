import { expect, test } from 'vitest';
import { allPhrases, hear, respond } from './hear.ts';

test('there are at least 80 sentence forms', () => {
  expect(allPhrases.length).toBeGreaterThanOrEqual(80);
});

test.each(allPhrases.map((phrase) => [phrase.example, phrase] as const))(
  '"%s" is understood',
  async (example, phrase) => {
    const [call, ...more] = await hear(example);
    expect(call, phrase.pattern).toBeDefined();
    expect(more).toEqual([]);
  },
);

test('what a tool answered is said as it is', async () => {
  const { text, stop, calls } = await respond([
    { role: 'user', text: 'what time is it' },
    { role: 'assistant', text: '', calls: [{ id: '1', name: 'time_in', input: {} }] },
    { role: 'tool', callId: '1', name: 'time_in', text: 'It is 09:00.', ok: true },
  ]);
  expect({ text, stop, calls }).toEqual({ text: 'It is 09:00.', stop: 'end', calls: [] });
});

test('what is not understood is said, with three examples and how to add a model', async () => {
  const { text, calls, stop } = await respond([{ role: 'user', text: 'please take the reminder dance lessons' }]);
  expect({ calls, stop }).toEqual({ calls: [], stop: 'end' });
  expect(text.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(3);
  expect(text).toContain('reminder');
  expect(text).toContain('docs/models.md');
});

test('what is taken back in the same breath is not done', async () => {
  const { text, calls } = await respond([{ role: 'user', text: 'remind me to call Bob at 5, never mind' }]);
  expect({ text, calls }).toEqual({ text: 'All right, I did nothing.', calls: [] });
});

const afterAskingWhen = (text: string) =>
  respond([
    { role: 'user', text: 'Remind me to call Bob.' },
    { role: 'assistant', text: 'When should I remind you to call Bob? For example "tomorrow at 9".' },
    { role: 'user', text },
  ]);

test('the answer to "when?" completes the request', async () => {
  const { calls } = await afterAskingWhen('tomorrow at 9');
  expect(calls).toEqual([{ tool: 'reminder_create', input: { text: 'call Bob', when: 'tomorrow at 9' } }]);
});

test.each(['I am not sure', 'no', 'Bob is a friend', 'forget it', 'what?'])(
  '"%s" after "when?" completes nothing',
  async (text) => {
    const { calls } = await afterAskingWhen(text);
    expect(calls.filter(({ tool }) => tool !== 'smalltalk')).toEqual([]);
  },
);

test('a time that nobody asked for is no request', async () => {
  const { calls } = await respond([
    { role: 'user', text: 'snooze' },
    { role: 'assistant', text: "I'll bring up “call Bob?” again on Fri 20 Nov at 09:16 (Europe/Berlin)." },
    { role: 'user', text: 'tomorrow at 9' },
  ]);
  expect(calls).toEqual([]);
});

test('two requests in one message are both heard', async () => {
  expect(await hear('remind me to call Bob at 5pm and add a note: milk')).toEqual([
    { tool: 'reminder_create', input: { text: 'call Bob', when: 'at 5pm' } },
    { tool: 'note_save', input: { text: 'milk' } },
  ]);
});

test('"and" inside what is to be done does not part it', async () => {
  const [call, ...more] = await hear('remind me to email Ann and note down her answer tomorrow at 9');
  expect(more).toEqual([]);
  expect(call?.input.text).toBe('email Ann and note down her answer');
});

test('the words of a note stay as they were written', async () => {
  expect(await hear('note:  Call  "Bob" (re: 50% off!) :)')).toEqual([
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
