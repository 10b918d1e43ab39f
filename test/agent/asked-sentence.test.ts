/** Values in the sentence of a question: a model, a page or a server chose them, and must neither write the sentence nor hide in it. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { callSentence } from '../../src/agent/approvals/sentence.ts';
import { type AnyTool, type CallContext, done, outsideTool } from '../../src/agent/index.ts';
import { approvalAsked } from '../../src/agent/texts.ts';

const letter = outsideTool({
  name: 'letter_send',
  description: 'Sends a letter.',
  effect: 'external',
  input: z.object({ to: z.string(), text: z.string() }),
  display: { asks: () => ['Send a letter to {to}: {text}'] },
  run: async () => done(''),
});

/** A tool with no sentence of its own, of the server `by`. */
const plainTool = (by?: string) =>
  outsideTool({
    name: 'forge_pay',
    description: 'Pays a bill.',
    effect: 'external',
    input: z.record(z.string(), z.unknown()),
    ...(by === undefined ? {} : { form: { by } }),
    run: async () => done(''),
  });

function sentenceOf(tool: AnyTool, input: Record<string, unknown>) {
  return callSentence({ tool, call: { id: '1', name: tool.name, input }, input }, {} as CallContext);
}

const toAna = (to: string, text = 'hi') => sentenceOf(letter, { to, text });

test('a second recipient behind a thousand blanks stands in the sentence', () => {
  expect(toAna(`ana@example.org,${' '.repeat(1_000)}bob@example.org`).plain).toContain('bob@example.org');
});

test.each([
  ['mail', `ana@example.org.${'a'.repeat(200)}.evil.example`, '.evil.example”'],
  ['the web', `https://example.org.${'a'.repeat(200)}.evil.example/${'z'.repeat(200)}`, '.evil.example…'],
  ['the web, behind a name', `https://example.org${'a'.repeat(200)}@evil.example/${'z'.repeat(200)}`, 'evil.example…'],
])('a long address of %s shows its beginning and its real host', (_, address, host) => {
  const { plain } = toAna(address);
  expect(plain).toContain(address.slice(0, 19));
  expect(plain).toContain(host);
  expect(plain).toContain('…');
  expect(plain.length).toBeLessThan(300);
});

test('no look-alike of the closing mark ends a quotation', () => {
  for (const mark of ['"', '”', '‟', '″', '＂', '❞', '〞', '״', 'ˮ', '»', '⹂'])
    expect(toAna(`bob${mark} and nobody else`).plain).toBe("Send a letter to “bob' and nobody else”: “hi”");
});

test('blanks make no empty code, which would make code of the words of coda behind them', () => {
  expect(toAna('  ', ' \n ').markdown).not.toContain('``');
});

test('marks in a value do not end the bold words before it is over', () => {
  const asked = approvalAsked(toAna('bob** [here](https://evil.example)').markdown, '');
  expect(asked.split('**')).toHaveLength(2);
});

test('names of fields of a server, and of what a model makes up, are no words of coda', () => {
  const own = sentenceOf(plainTool(), { weight_kg: 3, note: { costs_nothing: true } }).plain;
  expect(own).toBe('Pays a bill: weight kg 3, note (“costs_nothing” yes)');
  const others = sentenceOf(plainTool('forge'), { amount: 3, costs_nothing: true }).plain;
  expect(others).toBe('Use “pay” of forge: amount 3, “costs_nothing” yes');
});

test('what lies deep is bounded too, and says that there is more', () => {
  const many = Object.fromEntries([...'abcde'].map((name) => [name, [...'12345'].map((each) => each.repeat(150))]));
  const nested = outsideTool({
    ...letter,
    input: z.object({ to: z.unknown() }),
    display: { asks: () => ['Send {to}'] },
  });
  const { plain } = sentenceOf(nested, { to: many });
  expect(plain.length).toBeLessThan(900);
  expect(plain).toContain('… and 4 more');
});
