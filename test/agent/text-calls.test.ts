import { describe, expect, test } from 'vitest';
import { CALL_FORMATS } from '../../src/agent/inference/strip-thinking/call-formats.ts';
import { inPieces, readPieces } from './written.ts';

const milk = { name: 'note_save', input: { text: 'milk' } };
const list = { name: 'note_list', input: {} };
const JSON_CALL = '{"name": "note_save", "arguments": {"text": "milk"}}';
const LIST_CALL = '{"name": "note_list", "arguments": {}}';
const fence = (content: string, mark = 'json') => `\`\`\`${mark}\n${content}\n\`\`\``;
const tagged = (content: string) => `<tool_call>\n${content}\n</tool_call>`;

/** The same in whatever pieces it comes, and nothing is shown that is not said in the end. */
function read(text: string) {
  const { shown: _, ...whole } = readPieces([text]);
  for (const size of [1, 3, 7]) {
    const { shown, ...came } = readPieces(inPieces(text, size));
    expect(came).toEqual(whole);
    for (const each of shown) expect(`${whole.text.trim()}\n`.startsWith(each.trim())).toBe(true);
  }
  return whole;
}

describe('every format is read, and nothing of it is shown', () => {
  test.each(CALL_FORMATS)('$models: $example', ({ example, place }) => {
    expect(read(example)).toMatchObject({ text: '', calls: [milk] });
    expect(read(`I save it.\n\n${example}`)).toMatchObject({ text: 'I save it.', calls: [milk] });
    expect(read(`${example}\n`)).toMatchObject({ text: '', calls: [milk] });
    expect(read(`${example}${place === 'line' ? '\n' : ''}<|im_end|>`)).toMatchObject({ text: '', calls: [milk] });
    if (place !== 'line') expect(read(`I save it.${example}`)).toMatchObject({ text: 'I save it.', calls: [milk] });
    // Behind a thought, and where the model forgot to end it.
    for (const end of ['\n</think>\n\n', '</think>', ...(place === 'line' ? [] : ['\n'])])
      expect(read(`<think>Hm, milk.${end}${example}`)).toMatchObject({ text: '', calls: [milk] });
  });

  test.each([
    'analysisHm.assistantcommentary to=functions.note_save json{"text": "milk"}',
    'analysisHm.commentary to=note_save code{"text": "milk"}',
    'analysisHm.assistant to=functions.note_save commentary json{"text": "milk"}',
    'analysis to=functions.note_save code{"text": "milk"}',
  ])('channels whose marks are gone: %s', (answer) => {
    expect(read(answer)).toMatchObject({ text: '', calls: [milk] });
  });

  test.each(CALL_FORMATS)('$models: of no tool that is offered: $example', ({ example, place }) => {
    const unknown = example.replaceAll('note_save', 'note_eat');
    const before = place === 'any' ? 'I save it. ' : 'I save it.\n';
    const came = read(before + unknown);
    expect(came).toMatchObject({ text: 'I save it.', calls: [] });
    expect(came.problem).toMatch(/^There is no tool “.*note_eat.*”\.$/);
  });

  test.each(CALL_FORMATS)('$models: shown in code: $example', ({ example }) => {
    const quoted = [
      ...(example.includes('`') || example.includes('\n') ? [] : [`Models write \`${example}\` for it.`]),
      `So it is written:\n\n\`\`\`\`xml\n${example}\n\`\`\`\`\nThat is all.`,
      `So it is written:\n\n~~~\n${example}\n~~~`,
    ];
    for (const text of quoted) expect(read(text)).toMatchObject({ text, calls: [], problem: undefined });
  });
});

describe('a call that was written as text is one', () => {
  const ARGUMENTS = '{"text": "milk", "times": 2, "tags": ["a", "b"], "where": {"city": "Rome"}}';
  const all = { name: 'note_save', input: JSON.parse(ARGUMENTS) };
  const kimi = (name: string, input: string) =>
    `<|tool_call_begin|>functions.${name}<|tool_call_argument_begin|>${input}<|tool_call_end|>`;
  const deepseek = (name: string, input: string) =>
    `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${input}<｜tool▁call▁end｜>`;
  const element = (name: string, value: string) => `<parameter=${name}>\n${value}\n</parameter>\n`;

  test.each<[string, string, object[], string?]>([
    ['JSON alone', JSON_CALL, [milk]],
    ['JSON with its arguments as text', '{"name":"note_save","arguments":"{\\"text\\":\\"milk\\"}"}', [milk]],
    ['JSON as other models write it', '{"tool": "note_save", "parameters": {"text": "milk"}}', [milk]],
    ['JSON as an agent writes it', '{"action": "note_save", "action_input": {"text": "milk"}}', [milk]],
    ['JSON as the API has it', `{"type":"function","function":${JSON_CALL}}`, [milk]],
    ['JSON of several as the API has it', `{"tool_calls":[{"type":"function","function":${JSON_CALL}}]}`, [milk]],
    ['JSON by the tool’s name', '{"note_save": {"text": "milk"}}', [milk]],
    ['a list of JSON', `[${JSON_CALL}, ${LIST_CALL}]`, [milk, list]],
    ['JSON one after another', `${JSON_CALL}\n${LIST_CALL}`, [milk, list]],
    ['JSON with the end of a tag', `${JSON_CALL}\n</tool_call>`, [milk]],
    [
      'a number that came as text',
      tagged('{"name":"note_save","arguments":{"text":"milk","times":"2"}}'),
      [{ ...milk, input: { text: 'milk', times: 2 } }],
    ],
    ['a fenced block', fence(JSON_CALL), [milk]],
    ['a fenced block without a mark', fence(JSON_CALL, ''), [milk]],
    ['a fenced block at the end', `I will save it.\n\n${fence(JSON_CALL)}`, [milk], 'I will save it.'],
    ['a block for calls', `Yes.\n${fence(JSON_CALL, 'tool_call')}`, [milk], 'Yes.'],
    ['a block for calls without an end', `\`\`\`tool_call\n${JSON_CALL}`, [milk]],
    ['a block with broken JSON', fence("{name: 'note_save', arguments: {text: 'milk'}", 'tool_call'), [milk]],
    ['a block without arguments', fence('{"name": "note_list"}', 'tool_call'), [list]],
    [
      'a block with a fence in it',
      fence('{"name": "note_save", "arguments": {"text": "```\\nx\\n```"}}', 'tool_call'),
      [{ name: 'note_save', input: { text: '```\nx\n```' } }],
    ],
    ['two blocks', `${fence(JSON_CALL, 'tool_call')}\n${fence(LIST_CALL, 'tool_call')}`, [milk, list]],
    [
      'a block with a result that the model made up',
      `${fence(JSON_CALL, 'tool_call')}\n<tool_result>Saved.</tool_result>\nIt is saved.\n${fence(LIST_CALL, 'tool_call')}`,
      [milk],
    ],
    ['a list with what the model goes on with', `[TOOL_CALLS][${JSON_CALL}]\n\nIt is saved.`, [milk]],
    ['tags, twice', `Both.\n${tagged(JSON_CALL)}\n${tagged(LIST_CALL)}`, [milk, list], 'Both.'],
    [
      'tags, twice on a line',
      `Both.<tool_call>${JSON_CALL}</tool_call><tool_call>${LIST_CALL}</tool_call>`,
      [milk, list],
      'Both.',
    ],
    ['tags without an end', `<tool_call>\n${JSON_CALL}`, [milk]],
    ['tags behind words without an end', `I save it.<tool_call>${JSON_CALL}`, [milk], 'I save it.'],
    [
      'tags with their end within a text',
      tagged('{"name": "note_save", "arguments": {"text": "a </tool_call> b"}}'),
      [{ name: 'note_save', input: { text: 'a </tool_call> b' } }],
    ],
    [
      'tags with marks within a text',
      tagged(`<function=note_save>\n${element('text', '<think>x</think></tool_call>')}</function>`),
      [{ name: 'note_save', input: { text: '<think>x</think></tool_call>' } }],
    ],
    [
      'elements of every type',
      tagged(
        `<function=note_save>\n${element('text', 'milk')}${element('times', '2')}${element('tags', '["a", "b"]')}${element('where', '{"city": "Rome"}')}</function>`,
      ),
      [all],
    ],
    [
      'elements without an end each',
      tagged('<function=note_save>\n<parameter=text>\nmilk\n<parameter=times>\n2\n</function>'),
      [{ name: 'note_save', input: { text: 'milk', times: 2 } }],
    ],
    [
      'elements of several lines',
      tagged(`<function=note_save>\n${element('text', 'a\n<b:c>\n\nd')}</function>`),
      [{ name: 'note_save', input: { text: 'a\n<b:c>\n\nd' } }],
    ],
    ['an element without arguments', '<function=note_list></function>', [list]],
    [
      'DeepSeek’s elements with their types',
      `<｜DSML｜tool_calls>
<｜DSML｜invoke name="note_save">
<｜DSML｜parameter name="text" string="true">2</｜DSML｜parameter>
<｜DSML｜parameter name="times" string="false">2</｜DSML｜parameter>
<｜DSML｜parameter name="tags" string="false">["a"]</｜DSML｜parameter>
</｜DSML｜invoke>
<｜DSML｜invoke name="note_list">
</｜DSML｜invoke>
</｜DSML｜tool_calls>`,
      [{ name: 'note_save', input: { text: '2', times: 2, tags: ['a'] } }, list],
    ],
    [
      'DeepSeek’s later elements',
      '<｜DSML｜ calls>\n<｜DSML｜ invoke name="note_save">\n<｜DSML｜ parameter name="text" string="true">milk</｜DSML｜ parameter>\n</｜DSML｜ invoke>\n</｜DSML｜ calls>',
      [milk],
    ],
    [
      'DeepSeek’s two',
      `<｜tool▁calls▁begin｜>${deepseek('note_save', '{"text": "milk"}')}\n${deepseek('note_list', '{}')}<｜tool▁calls▁end｜>`,
      [milk, list],
    ],
    [
      'DeepSeek’s tokens as others write them',
      '<|tool_calls_begin|><|tool_call_begin|>note_save<|tool_sep|>{"text": "milk"}<|tool_call_end|><|tool_calls_end|>',
      [milk],
    ],
    [
      'Kimi’s two',
      `<|tool_calls_section_begin|>${kimi('note_save:0', ARGUMENTS)}${kimi('note_list:1', '{}')}<|tool_calls_section_end|>`,
      [all, list],
    ],
    ['Kimi’s without its section', kimi('note_save:0', '{"text": "milk"}'), [milk]],
    // oh-my-pi 8495
    [
      'Kimi K3’s as a gateway flattens it',
      '<|open|>toolscall tool="note_save" index="1"<|sep|><|open|>argument key="text" type="string"<|sep|>milk<|close|>argument<|sep|><|close|>call<|sep|>\n<|close|>toolsmessage<|sep|>',
      [milk],
    ],
    [
      'Kimi K3’s numbers',
      '<|open|>tools<|sep|><|open|>call tool="note_save" index="1"<|sep|><|open|>argument key="text" type="string"<|sep|>2<|close|>argument<|sep|><|open|>argument key="times" type="integer"<|sep|>2<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
      [{ name: 'note_save', input: { text: '2', times: 2 } }],
    ],
    [
      'GLM’s on lines',
      '<tool_call>note_save\n<arg_key>text</arg_key>\n<arg_value>milk</arg_value>\n<arg_key>times</arg_key>\n<arg_value>2</arg_value>\n</tool_call>',
      [{ name: 'note_save', input: { text: 'milk', times: 2 } }],
    ],
    ['GLM’s without arguments', '<tool_call>note_list</tool_call>', [list]],
    [
      'Hunyuan’s with its suffixes',
      '<tool_calls:61><tool_call:61>note_save<tool_sep:61><arg_key:61>text</arg_key:61><arg_value:61>milk</arg_value:61></tool_call:61></tool_calls:61>',
      [milk],
    ],
    // MiniMax-M3 31
    [
      'MiniMax’s behind a sentence',
      'Let me save it.]<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="note_save">]<]minimax[>[<text>milk]<]minimax[>[</text>]<]minimax[>[<times>2]<]minimax[>[</times>]<]minimax[>[<tags>]<]minimax[>[<item>a]<]minimax[>[</item>]<]minimax[>[<item>b]<]minimax[>[</item>]<]minimax[>[</tags>]<]minimax[>[<where>]<]minimax[>[<city>Rome]<]minimax[>[</city>]<]minimax[>[</where>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>',
      [all],
      'Let me save it.',
    ],
    ['several in one block of JSON', `<tool_calls>\n${JSON_CALL}\n${LIST_CALL}\n</tool_calls>`, [milk, list]],
    [
      'harmony with a preamble',
      '<|channel|>analysis<|message|>Save it.<|end|><|start|>assistant<|channel|>commentary<|message|>I save it.<|end|><|start|>assistant<|channel|>commentary to=functions.note_save<|constrain|>json<|message|>{"text": "milk"}<|call|>',
      [milk],
      'I save it.',
    ],
    [
      'harmony with the recipient first',
      '<|start|>assistant to=functions.note_save<|channel|>commentary json<|message|>{"text": "milk"}<|call|>',
      [milk],
    ],
    [
      'harmony twice',
      '<|channel|>commentary to=functions.note_save<|message|>{"text": "milk"}<|call|><|start|>assistant<|channel|>commentary to=functions.note_list<|message|>{}<|call|>',
      [milk, list],
    ],
    [
      'harmony without its tokens, behind a thought',
      'analysisThe user wants milk.assistantcommentary to=functions.note_savejson{"text": "milk"}',
      [milk],
    ],
    ['Mistral’s two', '[TOOL_CALLS]note_save[ARGS]{"text": "milk"}[TOOL_CALLS]note_list[ARGS]{}', [milk, list]],
    ['Mistral’s with an id', '[TOOL_CALLS]note_save[CALL_ID]a1b2c3d4e[ARGS]{"text": "milk"}</s>', [milk]],
    ['Llama’s list of functions alone', '[note_save(text="milk"), note_list()]', [milk, list]],
    ['a function alone', "note_save(text='milk', times=2)", [{ name: 'note_save', input: { text: 'milk', times: 2 } }]],
    [
      'functions with every type',
      fence('note_save(text="a = \\"b\\" (c)", times=2, tags=["a", "b"], where={"city": "Rome"})', 'tool_code'),
      [{ name: 'note_save', input: { ...all.input, text: 'a = "b" (c)' } }],
    ],
    [
      'Gemma’s of every type',
      '<|tool_call>call:note_save{tags:[<|"|>a<|"|>,<|"|>b<|"|>],text:<|"|>milk<|"|>,times:2,where:{city:<|"|>Rome<|"|>}}<tool_call|>',
      [all],
    ],
    [
      'Gemma’s two',
      '<|tool_call>call:note_save{text:<|"|>say "hi", {now}<|"|>}<tool_call|><|tool_call>call:note_list{}<tool_call|>',
      [{ name: 'note_save', input: { text: 'say "hi", {now}' } }, list],
    ],
    [
      'FunctionGemma’s text with brackets',
      '<start_function_call>call:note_save{text:<escape>a, {b}: "c"<escape>,times:2}<end_function_call>',
      [{ name: 'note_save', input: { text: 'a, {b}: "c"', times: 2 } }],
    ],
    ['a name with its namespace', tagged('{"name": "default_api.note_save", "arguments": {"text": "milk"}}'), [milk]],
    [
      'a name with its channel',
      tagged('{"name": "note_save<|channel|>commentary", "arguments": {"text": "milk"}}'),
      [milk],
    ],
    [
      'a wrong call in a block for calls, for the tool to refuse',
      fence('{"name":"note_save","arguments":{}}', 'tool_call'),
      [{ name: 'note_save', input: {} }],
    ],
  ])('%s', (_, text, calls, said = '') => {
    expect(read(text)).toMatchObject({ text: said, calls, problem: undefined });
  });
});

describe('an answer is no call', () => {
  test.each([
    ['JSON of something else', '{"city": "Rome", "population": 2800000}'],
    ['JSON of a tool that is not there', '{"name": "note_eat", "arguments": {}}'],
    ['JSON whose arguments do not fit', '{"name": "note_save", "arguments": {"what": "milk"}}'],
    ['JSON with more than a call has', '{"name": "note_save", "arguments": {"text": "milk"}, "price": 3}'],
    ['JSON without arguments', '{"name": "note_list"}'],
    ['JSON in a sentence', `Call it so: ${JSON_CALL}`],
    ['JSON before a sentence', `${JSON_CALL}\n\nThat saves it.`],
    ['an example', `A call looks like this, for example:\n${fence(JSON_CALL)}`],
    ['a fenced block before a sentence', `${fence(JSON_CALL)}\n\nThat is how it is called.`],
    ['a fenced block of another language', fence(JSON_CALL, 'yaml')],
    ['tags within a sentence', `Models write <tool_call>${JSON_CALL}</tool_call> for it.`],
    ['tags of a tool that is not there at the end of a sentence', 'Models write <tool_call>{"name": "x"}</tool_call>'],
    ['a tag within a sentence', 'The tag <tool_call> opens a call.\nAnd <function=x> does too.'],
    ['tags in a quoted line', `> <tool_call>${JSON_CALL}</tool_call>`],
    ['tags in indented code', `So:\n\n    <tool_call>${JSON_CALL}</tool_call>`],
    ['tags in quotes', `It is called "<tool_call>${JSON_CALL}</tool_call>".`],
    ['a list', '[1] is a source, [2] is another one.'],
    ['a function of something else', 'print(note_save)'],
    ['a function in a sentence', 'note_save(text="milk") saves milk.'],
    ['a word that a mark begins with', 'assistant analysis: functools and <b>bold</b> [TODO] a < b.'],
    ['a number', '7'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(read(text)).toMatchObject({ text, calls: [], problem: undefined });
  });

  test('where no tools are offered', () => {
    expect(readPieces([JSON_CALL], [])).toMatchObject({ text: JSON_CALL, calls: [] });
    expect(readPieces([`Yes.\n${tagged(JSON_CALL)}`], [])).toMatchObject({ text: 'Yes.', calls: [] });
  });
});

describe('a block that can only be a call is hidden, and why it is none is known', () => {
  test.each([
    ['a placeholder', tagged('{"name": "<function-name>", "arguments": {}}'), /^There is no tool “<function-name>”\.$/],
    ['nothing that can be read', `Yes.\n${tagged('save the milk, please')}`, /^It could not be read\.$/],
    ['two of which one is unknown', `${tagged(JSON_CALL)}\n${tagged('{"name":"x"}')}`, /“x”/],
    ['a program', fence('import notes\nfor n in notes: print(n)', 'tool_code'), /^It could not be read\.$/],
    ['too much', tagged(`{"name": "note_save", "arguments": {"text": "${'x'.repeat(200_000)}"}}`), /could not be read/],
  ])('%s', (_, text, why) => {
    const { text: said, calls, problem } = readPieces([text]);
    expect([said, calls]).toEqual([text.startsWith('Yes.') ? 'Yes.' : '', []]);
    expect(problem).toMatch(why);
  });

  test('one without a word is passed over', () => {
    expect(read('<tool_call></tool_call>\n\nHello!')).toMatchObject({ text: 'Hello!', calls: [], problem: undefined });
  });
});

test.each([
  ['It is so.\n\n```tool_call\n{"na', 'It is so.'],
  ['It is so.\n<tool_call>', 'It is so.'],
  ['It is so.\n```json\n{"a": 1}\n```', 'It is so.'],
  ['It is so.\n``', 'It is so.'],
  ['{"name', ''],
  ['[note_sa', ''],
  ['note_save(te', ''],
  ['It is so.\n```json\n{"a": 1}\n```\nAnd so on.', 'It is so.\n```json\n{"a": 1}\n```\nAnd so on.'],
  ['It is so.\n```python\nprint()', 'It is so.\n```python\nprint()'],
  ['[1] is a source', '[1] is a source'],
])('what may become a call is not shown meanwhile: %j', (text, shown) => {
  expect(readPieces([text]).shown.at(-1)?.trimEnd()).toBe(shown);
});
