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
