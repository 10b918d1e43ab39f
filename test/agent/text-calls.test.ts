import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsIn, withoutCalls } from '../../src/agent/text-calls.ts';

const tools = [
  {
    name: 'note_save',
    description: 'Saves a note.',
    schema: {
      type: 'object',
      properties: { text: { type: 'string' }, times: { type: 'integer' } },
      required: ['text'],
      additionalProperties: false,
    },
  },
  { name: 'note_list', description: 'Lists notes.', schema: { type: 'object', properties: {} } },
];
const milk = { name: 'note_save', input: { text: 'milk' } };
const list = { name: 'note_list', input: {} };
const JSON_CALL = '{"name": "note_save", "arguments": {"text": "milk"}}';
const LIST_CALL = '{"name": "note_list", "arguments": {}}';
const fence = (content: string, mark = 'json') => `\`\`\`${mark}\n${content}\n\`\`\``;

const read = (text: string) => {
  const spoken = callsIn(text, tools);
  return spoken && { text: spoken.text, calls: spoken.calls.map(({ name, input }) => ({ name, input })) };
};

describe('a call that was written as text is one', () => {
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
    [
      'a number that came as text',
      '{"name":"note_save","arguments":{"text":"milk","times":"2"}}',
      [{ ...milk, input: { text: 'milk', times: 2 } }],
    ],
    ['a fenced block', fence(JSON_CALL), [milk]],
    ['a fenced block without a mark', fence(JSON_CALL, ''), [milk]],
    ['a fenced block at the end', `I will save it.\n\n${fence(JSON_CALL)}`, [milk], 'I will save it.'],
    ['a block for calls', `Yes.\n${fence(JSON_CALL, 'tool_call')}`, [milk], 'Yes.'],
    ['a block for calls without an end', `\`\`\`tool_call\n${JSON_CALL}`, [milk]],
    ['a block with broken JSON', fence("{name: 'note_save', arguments: {text: 'milk'}", 'tool_call'), [milk]],
    ['a block without arguments', fence('{"name": "note_list"}', 'tool_call'), [list]],
    ['two blocks', `${fence(JSON_CALL, 'tool_call')}\n${fence(LIST_CALL, 'tool_call')}`, [milk, list]],
    [
      'a block with a result that the model made up',
      `${fence(JSON_CALL, 'tool_call')}\n<tool_result>Saved.</tool_result>\nIt is saved.\n${fence(LIST_CALL, 'tool_call')}`,
      [milk],
    ],
    ['Qwen’s tags', `<tool_call>\n${JSON_CALL}\n</tool_call>`, [milk]],
    [
      'Qwen’s tags, twice',
      `Both.\n<tool_call>${JSON_CALL}</tool_call>\n<tool_call>${LIST_CALL}</tool_call>`,
      [milk, list],
      'Both.',
    ],
    ['Qwen’s tags without an end', `<tool_call>\n${JSON_CALL}`, [milk]],
    [
      'Qwen’s elements',
      '<tool_call>\n<function=note_save>\n<parameter=text>\nmilk\n</parameter>\n</function>\n</tool_call>',
      [milk],
    ],
    ['elements alone', '<function=note_save><parameter=text>milk</parameter></function>', [milk]],
    ['Mistral’s mark', `[TOOL_CALLS][${JSON_CALL}]`, [milk]],
    ['Llama’s mark', `<|python_tag|>${JSON_CALL}<|eom_id|>`, [milk]],
    [
      'a wrong call in a block for calls, for the tool to refuse',
      fence('{"name":"note_save","arguments":{}}', 'tool_call'),
      [{ name: 'note_save', input: {} }],
    ],
  ])('%s', (_, text, calls, said = '') => {
    expect(read(text)).toEqual({ text: said, calls });
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
    ['tags in a fenced block', `So it is written:\n${fence(`<tool_call>\n${JSON_CALL}\n</tool_call>`, 'xml')}`],
    ['tags around a placeholder', '<tool_call>\n{"name": "<function-name>", "arguments": {}}\n</tool_call>'],
    ['two calls of which one is unknown', `<tool_call>${JSON_CALL}</tool_call>\n<tool_call>{"name":"x"}</tool_call>`],
    ['a number', '7'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test('where no tools are offered', () => {
    expect(callsIn(JSON_CALL, [])).toBeUndefined();
  });

  test('whatever it is made of', () => {
    const words = [
      '```',
      'json',
      '\n',
      '{',
      '}',
      '"',
      'name',
      'note_save',
      ':',
      '<tool_call>',
      '</tool_call>',
      '[',
      ']',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words)), (pieces) => {
        const spoken = callsIn(pieces.join(''), tools);
        for (const { name } of spoken?.calls ?? []) expect(name).toBe('note_save');
      }),
    );
  });
});

test.each([
  ['It is so.\n\n```tool_call\n{"na', 'It is so.'],
  ['It is so.\n<tool_call>', 'It is so.'],
  ['It is so.\n```json\n{"a": 1}\n```', 'It is so.'],
  ['It is so.\n``', 'It is so.'],
  ['{"name', ''],
  ['It is so.\n```json\n{"a": 1}\n```\nAnd so on.', 'It is so.\n```json\n{"a": 1}\n```\nAnd so on.'],
  ['It is so.\n```python\nprint()', 'It is so.\n```python\nprint()'],
  ['[1] is a source', '[1] is a source'],
])('what may become a call is not shown meanwhile: %j', (text, shown) => {
  expect(withoutCalls(text)).toBe(shown);
});
