/**
 * Formats in which models write calls into the text of an answer, where their server does not take them out: those of
 * the models' own chat templates and of what servers have let through.
 */
import { CALL, CALLED, CALLS, channel, deepseek, endTag, HARMONY_END, header, tag } from './thought-formats.ts';

export type CallNotation = 'json' | 'named' | 'elements' | 'pairs' | 'python';

export interface CallFormat {
  models: string;
  open: string;
  /** Ends the block; without one it goes to the end of the answer. */
  close?: string;
  reads: CallNotation;
  /**
   * Places where it opens a call: `any`: wherever it is not quoted, since nobody writes it in a sentence. `tag`: at the
   * beginning of a line, or where the answer ends with the block. `line`: at the beginning of a line.
   */
  place: 'any' | 'tag' | 'line';
  example: string;
}

export const CALL_FENCE = 'tool_call';

const FENCE = '(?:tool_calls?|tool_code|tool|function_call)';
const dsml = (slash: string, names: string) => `<${slash}[|｜]DSML[|｜] ?(?:${names})`;
const MINIMAX = String.raw`\]<\]minimax\[>\[`;

/** Tried in order: where two could open at one place, the first counts. */
export const CALL_FORMATS: readonly CallFormat[] = [
  {
    models: 'Hermes, Qwen 2.5 and 3, Granite, ERNIE',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'json',
    place: 'tag',
    example: '<tool_call>\n{"name": "note_save", "arguments": {"text": "milk"}}\n</tool_call>',
  },
  {
    models: 'GLM 4.5 to 5, Hunyuan',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'pairs',
    place: 'tag',
    example: '<tool_call>note_save<arg_key>text</arg_key><arg_value>milk</arg_value></tool_call>',
  },
  {
    models: 'Qwen3-Coder, Qwen 3.5, Nemotron 3, Step 3.5, MiMo',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'elements',
    place: 'tag',
    example: '<tool_call>\n<function=note_save>\n<parameter=text>\nmilk\n</parameter>\n</function>\n</tool_call>',
  },
  {
    models: 'Seed-OSS',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'elements',
    place: 'tag',
    example: '<seed:tool_call>\n<function=note_save>\n<parameter=text>milk</parameter>\n</function>\n</seed:tool_call>',
  },
  {
    models: 'MiniMax M2',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'elements',
    place: 'tag',
    example:
      '<minimax:tool_call>\n<invoke name="note_save">\n<parameter name="text">milk</parameter>\n</invoke>\n</minimax:tool_call>',
  },
  {
    models: 'Nemotron Nano',
    open: tag(CALL),
    close: endTag(CALL),
    reads: 'json',
    place: 'tag',
    example: '<TOOLCALL>[{"name": "note_save", "arguments": {"text": "milk"}}]</TOOLCALL>',
  },
  {
    models: 'MiniMax M1, Jamba, Hunyuan A13B',
    open: tag(CALLS),
    close: endTag(CALLS),
    reads: 'json',
    place: 'tag',
    example: '<tool_calls>\n{"name": "note_save", "arguments": {"text": "milk"}}\n</tool_calls>',
  },
  {
    models: 'Claude, Muse',
    open: tag(CALLS),
    close: endTag(CALLS),
    reads: 'elements',
    place: 'tag',
    example:
      '<atem:function_calls>\n<atem:invoke name="note_save">\n<atem:parameter name="text">milk</atem:parameter>\n</atem:invoke>\n</atem:function_calls>',
  },
  {
    models: 'OLMo 3',
    open: tag(CALLS),
    close: endTag(CALLS),
    reads: 'python',
    place: 'tag',
    example: '<function_calls>note_save(text="milk")</function_calls>',
  },
  {
    models: 'Qwen3-Coder without its outer tag',
    open: String.raw`<function=[\w.:-]{1,100}>`,
    close: '</function>',
    reads: 'elements',
    place: 'tag',
    example: '<function=note_save>\n<parameter=text>\nmilk\n</parameter>\n</function>',
  },
  {
    models: 'Llama 3.1',
    open: String.raw`<function=[\w.:-]{1,100}>`,
    close: '</function>',
    reads: 'elements',
    place: 'tag',
    example: '<function=note_save>{"text": "milk"}</function>',
  },
  {
    models: 'MiniMax M3',
    open: MINIMAX,
    close: String.raw`${MINIMAX}\s*</tool_call>`,
    reads: 'elements',
    place: 'any',
    example:
      ']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="note_save">]<]minimax[>[<text>milk]<]minimax[>[</text>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>',
  },
  {
    models: 'DeepSeek V3, R1',
    open: deepseek('tool calls? begin'),
    close: deepseek('tool calls end'),
    reads: 'named',
    place: 'any',
    example:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>note_save\n```json\n{"text": "milk"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  },
  {
    models: 'DeepSeek V3.1',
    open: deepseek('tool calls? begin'),
    close: deepseek('tool calls end'),
    reads: 'named',
    place: 'any',
    example:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>note_save<｜tool▁sep｜>{"text": "milk"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  },
  {
    models: 'DeepSeek V3.2, V4',
    open: String.raw`${dsml('', 'function_calls|tool_calls|calls')}>|${dsml('', 'invoke')}\b[^<>]{0,200}>`,
    close: `${dsml('/', 'function_calls|tool_calls|calls')}>`,
    reads: 'elements',
    place: 'any',
    example:
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="note_save">\n<｜DSML｜parameter name="text" string="true">milk</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
  },
  {
    models: 'Kimi K2',
    open: deepseek('tool calls? section begin'),
    close: deepseek('tool calls? section end'),
    reads: 'named',
    place: 'any',
    example:
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.note_save:0<|tool_call_argument_begin|>{"text": "milk"}<|tool_call_end|><|tool_calls_section_end|>',
  },
  {
    models: 'Kimi K3',
    open: channel('open', String.raw`(?:tools|(?:tools)?call\b[^<]{0,200})`),
    close: channel('close', '(?:tools)?(?:tools|message)'),
    reads: 'elements',
    place: 'any',
    example:
      '<|open|>tools<|sep|><|open|>call tool="note_save" index="1"<|sep|><|open|>argument key="text" type="string"<|sep|>milk<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
  },
  {
    models: 'gpt-oss (harmony)',
    open: header(String.raw`to=(?!(?:user|self|assistant)\b)`),
    close: HARMONY_END,
    reads: 'named',
    place: 'any',
    example:
      '<|start|>assistant<|channel|>commentary to=functions.note_save <|constrain|>json<|message|>{"text": "milk"}<|call|>',
  },
  {
    models: 'gpt-oss (harmony) without its tokens',
    open: `assistant(?:commentary)? ?${CALLED}`,
    close: String.raw`(?=assistant(?:analysis|commentary|final))|<\|(?:call|end|return)\|>`,
    reads: 'named',
    place: 'any',
    example: 'assistantcommentary to=functions.note_save json{"text": "milk"}',
  },
  {
    models: 'gpt-oss (harmony) whose channels are words',
    open: `(?:commentary|analysis) ?${CALLED}`,
    close: String.raw`(?=assistant(?:analysis|commentary|final))|<\|(?:call|end|return)\|>`,
    reads: 'named',
    place: 'line',
    example: 'commentary to=functions.note_save json{"text": "milk"}',
  },
  {
    models: 'Mistral up to v7',
    open: String.raw`\[TOOL_CALLS\]`,
    close: String.raw`\[/TOOL_CALLS\]|</s>|(?=\[TOOL_CALLS\])`,
    reads: 'json',
    place: 'any',
    example: '[TOOL_CALLS][{"name": "note_save", "arguments": {"text": "milk"}}]',
  },
  {
    models: 'Mistral from v11 on: Devstral, Magistral, Ministral 3',
    open: String.raw`\[TOOL_CALLS\]`,
    close: String.raw`\[/TOOL_CALLS\]|</s>|(?=\[TOOL_CALLS\])`,
    reads: 'named',
    place: 'any',
    example: '[TOOL_CALLS]note_save[ARGS]{"text": "milk"}',
  },
  {
    models: 'Llama 3',
    open: String.raw`<\|python_tag\|>`,
    close: String.raw`<\|e(?:om|ot)(?:_id)?\|>`,
    reads: 'json',
    place: 'any',
    example: '<|python_tag|>{"name": "note_save", "parameters": {"text": "milk"}}<|eom_id|>',
  },
  {
    models: 'Llama 4',
    open: String.raw`<\|python_start\|>`,
    close: String.raw`<\|python_end\|>`,
    reads: 'python',
    place: 'any',
    example: '<|python_start|>[note_save(text="milk")]<|python_end|>',
  },
  {
    models: 'LFM 2',
    open: String.raw`<\|tool_call_start\|>`,
    close: String.raw`<\|tool_call_end\|>`,
    reads: 'python',
    place: 'any',
    example: '<|tool_call_start|>[note_save(text="milk")]<|tool_call_end|>',
  },
  {
    models: 'Gemma 4',
    open: String.raw`<\|tool_call>`,
    close: String.raw`<tool_call\|>`,
    reads: 'named',
    place: 'any',
    example: '<|tool_call>call:note_save{text:<|"|>milk<|"|>}<tool_call|>',
  },
  {
    models: 'FunctionGemma',
    open: '<start_function_call>',
    close: '<end_function_call>',
    reads: 'named',
    place: 'any',
    example: '<start_function_call>call:note_save{text:<escape>milk<escape>}<end_function_call>',
  },
  {
    models: 'Phi-4-mini, Granite 3',
    open: String.raw`<\|tool_call\|>`,
    close: String.raw`<\|/tool_call\|>`,
    reads: 'json',
    place: 'any',
    example: '<|tool_call|>[{"name": "note_save", "arguments": {"text": "milk"}}]<|/tool_call|>',
  },
  {
    models: 'Command A, R7B',
    open: String.raw`<\|START_ACTION\|>`,
    close: String.raw`<\|END_ACTION\|>`,
    reads: 'json',
    place: 'any',
    example:
      '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "note_save", "parameters": {"text": "milk"}}]<|END_ACTION|>',
  },
  {
    models: 'Apertus',
    open: String.raw`<\|tools_prefix\|>`,
    close: String.raw`<\|tools_suffix\|>`,
    reads: 'json',
    place: 'any',
    example: '<|tools_prefix|>[{"note_save": {"text": "milk"}}]<|tools_suffix|>',
  },
  {
    models: 'InternLM',
    open: String.raw`<\|action_start\|>`,
    close: String.raw`<\|action_end\|>`,
    reads: 'json',
    place: 'any',
    example: '<|action_start|><|plugin|>{"name": "note_save", "parameters": {"text": "milk"}}<|action_end|>',
  },
  {
    models: 'Inkling',
    open: String.raw`<\|message_model\|>[\w.:-]{0,100}<\|content_invoke_tool_json\|>`,
    close: String.raw`<\|end_message\|>`,
    reads: 'json',
    place: 'any',
    example:
      '<|message_model|>note_save<|content_invoke_tool_json|>{"name": "note_save", "args": {"text": "milk"}}<|end_message|>',
  },
  {
    models: 'Phi-4, Firefunction',
    open: String.raw`functools(?=\[)`,
    reads: 'json',
    place: 'line',
    example: 'functools[{"name": "note_save", "arguments": {"text": "milk"}}]',
  },
  {
    models: 'coda’s own form, for models without tools',
    open: String.raw`\x60\x60\x60[^\S\n]*${FENCE}(?=[\s{[])`,
    close: String.raw`\x60\x60\x60`,
    reads: 'json',
    place: 'line',
    example: '```tool_call\n{"name": "note_save", "arguments": {"text": "milk"}}\n```',
  },
  {
    models: 'Gemma 2 and 3',
    open: String.raw`\x60\x60\x60[^\S\n]*${FENCE}(?=[\s{[])`,
    close: String.raw`\x60\x60\x60`,
    reads: 'python',
    place: 'line',
    example: '```tool_code\nprint(note_save(text="milk"))\n```',
  },
];

const VALUE = '(?:[a-z]+:|[|｜]DSML[|｜] ?)?(?:parameter|param|argument|arg_value)';
const VALUE_OPEN = new RegExp(String.raw`<${VALUE}(?:[=:\s][^<>]*)?>|<\|open\|>argument\b`, 'gi');
const VALUE_CLOSE = new RegExp(String.raw`</${VALUE}(?::[\w-]+)?>|<\|close\|>argument\b`, 'gi');

/** True if the end of a block's content stands within an argument: an element that is open, or a text in JSON. Pure. */
export function isWithinValue(content: string): boolean {
  const opened = content.match(VALUE_OPEN)?.length ?? 0;
  if (opened > 0) return opened > (content.match(VALUE_CLOSE)?.length ?? 0);
  const json = content.slice(content.search(/[{[]/));
  return /[{[]/.test(content) && (json.replace(/\\[\s\S]/g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}
