/** Plans as models make them: a line that a person would type is read as one, any other sentence is work to do. */
import { expect, test } from 'vitest';
import { createShort, scheduleChange } from '../../../src/skills/scheduler/short.ts';

const { call } = createShort({ runnable: (name) => name === 'briefing' });

test.each([
  'Check the feed https://example.com/rss and summarize the new articles for me',
  'Open the page https://example.com/ and give me a summary',
  'Read the file notes/todo.md and tell me what is open',
  'Run a web search about coda',
  'send me my agenda',
])('%s is work to do, whole', (what) => {
  expect(call({ when: 'every day at 8', what })).toEqual({
    tool: 'schedule_create',
    input: { when: 'every day at 8', prompt: what },
  });
});

test.each([
  ['page https://example.com/ --below 40', { kind: 'web_watch', url: 'https://example.com/' }],
  ['feed https://example.com/rss', { kind: 'feed', url: 'https://example.com/rss' }],
  ['page shop.example/kettle', { kind: 'web_watch', url: 'https://shop.example/kettle' }],
  ['calendar webcal://example.com/c.ics', { kind: 'appointment', url: 'https://example.com/c.ics' }],
  ['calendar https://example.com/c.ics 30', { kind: 'appointment', url: 'https://example.com/c.ics', minutes: 30 }],
  ['hook box.disk --above 90', { kind: 'hook', hook: 'box', field: 'disk' }],
])('%s is a rule', (what, source) => {
  expect(call({ when: 'every hour', what })).toMatchObject({ input: { when: 'every hour', source } });
});

test('a skill is run by its name', () => {
  expect(call({ when: 'every day at 8', what: 'run briefing' })).toMatchObject({ input: { run: 'briefing' } });
});

test('a change is flags alone or words alone', () => {
  const change = (what: string) => scheduleChange.form?.short?.call({ which: '1', do: 'edit', what });
  expect(change('--above 95')).toMatchObject({ input: { rule: { is: 'above', number: 95 } } });
  expect(change('Write a summary -- short and friendly')).toMatchObject({
    input: { prompt: 'Write a summary -- short and friendly' },
  });
  expect(change('Check prices --above 95')).toMatchObject({ ok: false });
});
