import { expect, test } from 'vitest';
import { THOUGHT_FORMATS } from '../../src/agent/inference/strip-thinking/thought-formats.ts';
import { ThinkingStripper } from '../../src/agent/inference/strip-thinking.ts';

/** What is heard of `text` when it comes in pieces of `size` characters, and what was heard meanwhile. */
function hear(text: string, size = text.length || 1, expected?: (typeof THOUGHT_FORMATS)[number]) {
  const speech = new ThinkingStripper(expected);
  const shown: string[] = [];
  for (let at = 0; at < text.length; at += size) {
    speech.add(text.slice(at, at + size));
    shown.push(speech.text);
  }
  speech.readToEnd();
  return { speech, text: speech.text, shown };
}

const SIZES = [1, 3, 7, 10_000];
const [THINK] = THOUGHT_FORMATS;

test.each(THOUGHT_FORMATS)('thoughts of $models', ({ example, open }) => {
  for (const size of SIZES) {
    const { text, shown, speech } = hear(example, size);
    expect(text).toBe('It is blue.');
    expect(speech.thought).toContain('Hm');
    for (const each of shown) expect('It is blue.').toContain(each);
  }
  const [, begun = ''] = new RegExp(`^(${open})`, 'i').exec(example) ?? [];
  if (begun === 'analysis') return;
  // Written about, it is no thought.
  for (const text of [`Write \`${begun}\` for it.`, `Write "${begun}".`, `\`\`\`\n${example}\n\`\`\``])
    for (const size of SIZES) expect(hear(text, size).text).toBe(text);
});

const spoken: [what: string, text: string, said: string][] = [
  ['an empty thought', '<think>\n\n</think>\n\nIt is blue.', 'It is blue.'],
  ['a thought in capitals', '<THINK>Hm.</THINK>It is blue.', 'It is blue.'],
  ['a thought by another name', '\n<reasoning>Hm.</reasoning> It is blue.', 'It is blue.'],
  ['a thought with attributes', '<thinking budget="500" lang=en>Hm.</thinking>It is blue.', 'It is blue.'],
  ['a thought with a prefix', '<seed:think>Hm.</seed:think>It is blue.', 'It is blue.'],
  ['a thought with a suffix', '<think:6124c78e>Hm.</think:6124c78e>It is blue.', 'It is blue.'],
  ['a thought in a thought', '<think>a <think>b</think> c</think>It is blue.', 'It is blue.'],
  ['a thought that begins twice', '<think>\n<think>\nHm.</think>\nIt is blue.', 'It is blue.'],
  ['a thought that ends twice', '<think>Hm.</think>\n</think>\n\nIt is blue.', 'It is blue.'],
  ['a thought about a beginning', '<think>They ask what <think> is.</think>It is blue.', 'It is blue.'],
  ['a thought about an end', '<think>They ask what `</think>` is.</think>It is blue.', 'It is blue.'],
  ['two thoughts', '<think>Hm.</think>It is <think>no?</think>blue.', 'It is blue.'],
  ['a thought without an end', '<think>Hm, what if', ''],
  ['a thought in a channel without an end', 'It is blue.<|channel|>analysis<|message|>Or is it', 'It is blue.'],
  ['a thought whose beginning was swallowed', 'Hm, blue.\n</think>\n\nIt is blue.', 'It is blue.'],
  ['the same on one line', 'Hm, blue.</think>It is blue.', 'It is blue.'],
  ['the same of another model', 'Hm, blue.[/THINK]It is blue.', 'It is blue.'],
  ['marks within a sentence that never end', 'A <think> tag opens a thought.', 'A <think> tag opens a thought.'],
  ['an end within a sentence', 'A </think> tag ends a thought.', 'A </think> tag ends a thought.'],
  ['marks in code', 'Write `<think>` and `</think>`.', 'Write `<think>` and `</think>`.'],
  ['marks in code with backticks', 'Write ``a ` <think>`` and </s>.', 'Write ``a ` <think>`` and </s>.'],
  ['marks in quotes', 'Write "<think>" and "</think>".', 'Write "<think>" and "</think>".'],
  ['marks behind a quotation', 'He said "yes".<think>Hm.</think> And "no"<|im_end|>', 'He said "yes". And "no"'],
  ['marks behind a block of code', '```\nx\n```<think>Hm.</think>\nSo.', '```\nx\n```\nSo.'],
  ['marks in a longer fence', '````\n```\n<think>x</think>\n````', '````\n```\n<think>x</think>\n````'],
  ['the beginning of a mark', 'a < b, <thin', 'a < b, <thin'],
  [
    'details of something else',
    '<details>\n<summary>More</summary>\nx\n</details>',
    '<details>\n<summary>More</summary>\nx\n</details>',
  ],
  [
    'a message before the answer',
    '<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>final<|message|>It is blue.<|return|>',
    'I look.\n\nIt is blue.',
  ],
  ['a word that a thought begins with', 'analysis of it: blue.', 'analysis of it: blue.'],
  ['a word that a thought begins with, glued', 'AnalysisTool is blue.', 'AnalysisTool is blue.'],
];

test.each(spoken)('%s', (_, text, said) => {
  for (const size of SIZES) expect(hear(text, size).text).toBe(said);
});

test.each([
  '<|im_end|>',
  '<|im_end|>\n',
  '<|eot_id|>',
  '<|eom_id|>',
  '</s>',
  '<end_of_turn>',
  '<end_of_turn>\n<start_of_turn>user\nThanks!<end_of_turn>\n<start_of_turn>model\nYou are welcome.',
  '<|im_end|>\n<|im_start|>user\nThanks!<|im_end|>',
  '<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nThanks!',
  '<|endoftext|>',
  '<｜end▁of▁sentence｜>',
  '<|end_of_text|>',
  '<turn|>',
  '<|user|>',
  '<|return|>',
  '[e~[',
  '</tool_call>',
  '<|tool_calls_section_end|>',
  '<|im_end|></s>',
])('the end mark %j is cut, with what the model makes up behind it', (mark) => {
  for (const size of SIZES) {
    const { text, shown } = hear(`It is blue.${mark}`, size);
    expect(text.trimEnd()).toBe('It is blue.');
    for (const each of shown) expect('It is blue.\n').toContain(each);
  }
  for (const text of [`Models end with \`${mark.trim()}\`.`, `~~~\n${mark}\n~~~`]) {
    if (!/\n./.test(mark) || text.startsWith('~')) expect(hear(text, 3).text).toBe(text);
  }
});

test.each([
  ['It is<|eot_id|> blue.', 'It is blue.'],
  ['<|im_start|>assistant\nIt is blue.', 'It is blue.'],
  ['<start_of_turn>model\nIt is blue.', 'It is blue.'],
  ['<|start_header_id|>assistant<|end_header_id|>\n\nIt is blue.', 'It is blue.'],
  [
    'The mark <|im_end|> ends a turn, and <|im_start|>user begins one.',
    'The mark <|im_end|> ends a turn, and <|im_start|>user begins one.',
  ],
  ['<s>It is red.</s> It is blue.', '<s>It is red.</s> It is blue.'],
])('of %j is said %j', (text, said) => {
  for (const size of SIZES) expect(hear(text, size).text).toBe(said);
});

test('where a model is known to begin within a thought, nothing of it is shown', () => {
  for (const size of SIZES) {
    const first = hear('Hm, blue.\n</think>\n\nIt is blue.', size);
    expect(first.speech.swallowed).toBe(THINK);
    const { text, shown, speech } = hear('Hm, blue.\n</think>\n\nIt is blue.', size, first.speech.swallowed);
    expect(text).toBe('It is blue.');
    for (const each of shown) expect('It is blue.').toContain(each);
    expect(speech.swallowed).toBe(THINK);
    // One that did not think this time is heard when it has ended.
    const plain = hear('It is blue.<|im_end|>', size, THINK);
    expect([plain.text, plain.speech.swallowed]).toEqual(['It is blue.', undefined]);
    expect(hear('<think>\nHm.</think>It is blue.', size, THINK).text).toBe('It is blue.');
  }
});

test('a long thought in small pieces is heard in no time', () => {
  const speech = new ThinkingStripper();
  speech.add('<think>');
  for (let piece = 0; piece < 100_000; piece++) speech.add('word ');
  speech.add('</think>Yes.');
  speech.readToEnd();
  expect(speech.text).toBe('Yes.');
  expect(speech.thought).toHaveLength(500_015);
});

test.each([
  ['quoted marks', '"<think>" '],
  ['marks in code', '`<tool_call>` '],
  ['beginnings of thoughts', '<think> a '],
  ['ends of thoughts', '</think> a '],
  ['beginnings of calls', '<tool_call>{"a": "'],
  ['ends within a text', '<tool_call>{"a": "</tool_call>'],
  ['headers', '<|channel|>'],
  ['brackets', '[<<[<'],
  ['backticks', '``'],
  ['words that marks begin with', 'assistantcommentary to=function'],
])('many %s take no time', (_, piece) => {
  const text = piece.repeat(Math.ceil(50_000 / piece.length));
  const { speech: whole } = hear(text);
  const { speech } = hear(text, 5);
  expect([speech.text, speech.thought, speech.blocks]).toEqual([whole.text, whole.thought, whole.blocks]);
});

test.each([
  'Models write <think> before they answer and </think> behind it.',
  'The tag <think>, like </think>, is not shown.',
  'analysis of the data shows that it is blue.',
  'commentary on the game follows.',
  'analysis by the assistant final draft shows that it is blue.',
  'An assistant to=do list is blue.',
])('a sentence about a mark is text: %s', (answer) => {
  for (const pieces of [[answer], [...answer]]) {
    const stripper = new ThinkingStripper();
    for (const piece of pieces) stripper.add(piece);
    stripper.readToEnd();
    expect(stripper.text).toBe(answer);
    expect(stripper.blocks).toEqual([]);
  }
});

test.each([
  'analysis The user asks. Hm.assistantfinalIt is blue.',
  'analysis"It" is what? Hm. assistantfinal It is blue.',
  'analysis用户问。assistantfinalIt is blue.',
  '<analysis>Hm.</analysis>\n\n<final>It is blue.</final>',
  '<final>It is blue.</final>',
  'analysisThe user asks.assistantcommentaryI look.assistantfinalIt is blue.',
  'assistantfinalIt is blue.',
  'analysishm, the user asks.assistantfinalIt is blue.',
  'analysis: Hm.\nassistantfinal: It is blue.',
  'analysis- a point.assistantfinalIt is blue.',
  'assistant\nanalysisHm.\nassistantfinal\nIt is blue.',
  'assistant analysis Hm. assistant final It is blue.',
  'analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>It is blue.',
])('channels whose marks are gone are read as what they are: %s', (answer) => {
  for (const pieces of [[answer], [...answer]]) {
    const stripper = new ThinkingStripper();
    for (const piece of pieces) stripper.add(piece);
    stripper.readToEnd();
    expect(stripper.text.trim()).toBe('It is blue.');
  }
});
