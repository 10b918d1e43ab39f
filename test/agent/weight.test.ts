/** The ledger of what a plain message carries: whoever adds to it takes something away. */
import { expect, test } from 'vitest';
import { weigh } from '../support/weight.ts';

const ALWAYS = [
  'reminder_create',
  'reminder_list',
  'reminder_change',
  'note_save',
  'note_search',
  'note_change',
  'memory_save',
  'memory_search',
  'schedule_create',
  'date_of',
  'web_fetch',
  'web_search',
  'skill_activate',
  'undo',
  'conversation_search',
  'more_tools',
];

test.each([
  [64_000, 2_000],
  [8_192, 1_700],
  [4_096, 1_500],
  // A quarter is kept for the answer: 1,500 are left for talk.
  [4_000, 1_500],
])('hello in a window of %i tokens carries at most %i', async (window, most) => {
  const { all, system, tools, toolTokens } = await weigh(window);
  expect(all).toBeLessThanOrEqual(most);
  expect(system).toBeLessThanOrEqual(600);
  expect(toolTokens).toBeLessThanOrEqual(1_300);
  expect(tools.map(({ name }) => name)).toEqual(ALWAYS);
  expect(tools.filter(({ tokens }) => tokens > 200)).toEqual([]);
});

test.each(['openai', 'anthropic'] as const)('the tools are the same bytes at every window, to %s', async (wire) => {
  const [large, small] = [await weigh(200_000, wire), await weigh(4_096, wire)];
  expect(small.bytes).toBe(large.bytes);
  expect(small.tools.map(({ name }) => name)).toEqual(ALWAYS);
});

test('each tool and field says what it is for, in a form that small models can fill', async () => {
  const { tools } = await weigh(4_096);
  for (const { name, schema } of tools) {
    const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
    const bare = Object.entries(properties).filter(([, { description }]) => !description);
    expect([name, bare]).toEqual([name, []]);
    expect(JSON.stringify(schema)).not.toContain('anyOf');
  }
  const beginnings = tools.map(({ description }) => description.split(/\s+/).slice(0, 4).join(' '));
  expect(new Set(beginnings).size).toBe(tools.length);
});
