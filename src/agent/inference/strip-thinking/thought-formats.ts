/** Formats in which models write thoughts, and empty marks, into the text of an answer. */

export const CALL = 'tool_call|function_call|tool_use|toolcall|longcat_tool_call';
export const CALLS = 'tool_calls|function_calls';

/** A tag with a vendor's prefix or a checkpoint's suffix, `<seed:tool_call>`, `<think:6124c78e>`. */
export const tag = (names: string, attributes = '') => String.raw`<(?:[a-z]+:)?(?:${names})(?::[\w-]+)?${attributes}>`;
export const endTag = (names: string) => String.raw`</(?:[a-z]+:)?(?:${names})(?::[\w-]+)?>`;
/** DeepSeek writes its tokens with wide bars and low lines; servers flatten them. */
export const deepseek = (words: string) => `<[|｜]${words.replaceAll(' ', '[_▁ ]')}[|｜]>`;
export const channel = (side: string, name: string) => String.raw`<\|${side}\|>${name}<\|sep\|>`;

export const HEADER = String.raw`[^<]{0,150}(?:<\|(?:channel|constrain)\|>[^<]{0,150}){0,3}`;
const inHeader = String.raw`(?:(?!<\|message\|>)[\s\S]){0,400}?`;
export const header = (words: string) =>
  String.raw`<\|(?:start|channel)\|>(?=${HEADER}<\|message\|>)${inHeader}\b${words}${inHeader}<\|message\|>`;
export const HARMONY_END = String.raw`<\|(?:call|end|return)\|>|(?=<\|(?:start|channel)\|>)`;

/** Start of a call's header whose tokens are gone: its tool behind "functions.", or before the type of its input. */
export const CALLED = String.raw`to=(?=functions|[\w.-]{1,100} {0,2}(?:commentary ?)?(?:<\|constrain\|>)?(?:json|code)\s{0,3}\{)`;

/** "assistantfinal" is the end of a thought anywhere; in two words only behind a sentence or on a line of its own. */
const WORDS_END = [
  'assistantfinal:?',
  String.raw`(?<=[.!?)"”\n] {0,2})assistant[ \n]final\b:?`,
  // Behind a token of its own the call begins with that.
  String.raw`(?<!<\|channel\|>)(?=(?:assistant)?commentary ?${CALLED}|assistant ?${CALLED})`,
].join('|');

export interface ThoughtFormat {
  models: string;
  open: string;
  close: string;
  /** Nobody writes it in a sentence: a thought also without an end. */
  certain?: true;
  /** Some templates begin the answer within it, so that only its end is seen. */
  swallowed?: true;
  /** Opens a thought only at the beginning of the answer, and without an end only where the next word is glued to it. */
  first?: true;
  example: string;
}

const THINK = 'think|thinking|thought|thoughts|reasoning|longcat_think';

export const THOUGHT_FORMATS: readonly ThoughtFormat[] = [
  {
    models: 'Qwen, DeepSeek, GLM, Kimi K2, MiniMax, Seed-OSS and most others',
    open: tag(THINK, String.raw`(?:\s[^<>]{0,200})?`),
    close: endTag(THINK),
    swallowed: true,
    example: '<think>\nHm, blue.\n</think>\n\nIt is blue.',
  },
  {
    models: 'Kimi before K2',
    open: '◁think▷',
    close: '◁/think▷',
    swallowed: true,
    example: '◁think▷Hm.◁/think▷It is blue.',
  },
  {
    models: 'Magistral, Ministral 3',
    open: String.raw`\[THINK\]`,
    close: String.raw`\[/THINK\]`,
    swallowed: true,
    example: '[THINK]Hm.[/THINK]It is blue.',
  },
  {
    models: 'Kimi K3',
    open: channel('open', 'think'),
    close: channel('close', 'think'),
    certain: true,
    swallowed: true,
    example: '<|open|>think<|sep|>Hm.<|close|>think<|sep|><|open|>response<|sep|>It is blue.<|close|>response<|sep|>',
  },
  {
    models: 'gpt-oss (harmony)',
    // A server that takes out the tokens before the channel leaves its name.
    open: String.raw`${header('(?:analysis|thoughts?)')}|(?:assistant)?analysis<\|message\|>`,
    close: HARMONY_END,
    certain: true,
    example:
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>It is blue.<|return|>',
  },
  {
    models: 'gpt-oss (harmony) without its tokens',
    open: String.raw`(?:assistant[ \n]?)?analysis`,
    close: `${WORDS_END}|<final>`,
    first: true,
    example: 'analysisThe user asks. Hm.assistantfinalIt is blue.',
  },
  {
    models: 'models that are asked to reason in tags',
    open: '<analysis>',
    close: '</analysis>',
    first: true,
    example: '<analysis>Hm.</analysis>\n<final>It is blue.</final>',
  },
  {
    models: 'Gemma 4',
    open: String.raw`<\|channel>`,
    close: String.raw`<channel\|>`,
    certain: true,
    swallowed: true,
    example: '<|channel>thought\nHm.\n<channel|>It is blue.',
  },
  {
    models: 'Command A',
    open: String.raw`<\|START_THINKING\|>`,
    close: String.raw`<\|END_THINKING\|>`,
    certain: true,
    swallowed: true,
    example: '<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>It is blue.<|END_RESPONSE|>',
  },
  {
    models: 'Apertus',
    open: String.raw`<\|inner_prefix\|>`,
    close: String.raw`<\|inner_suffix\|>`,
    certain: true,
    example: '<|inner_prefix|>Hm.<|inner_suffix|>It is blue.',
  },
  {
    models: 'OpenThinker',
    open: String.raw`<\|begin_of_thought\|>`,
    close: String.raw`<\|end_of_thought\|>`,
    certain: true,
    swallowed: true,
    example: '<|begin_of_thought|>Hm.<|end_of_thought|><|begin_of_solution|>It is blue.<|end_of_solution|>',
  },
  {
    models: 'MedGemma',
    open: '<unused94>',
    close: '<unused95>',
    certain: true,
    example: '<unused94>thought\nHm.<unused95>It is blue.',
  },
  {
    models: 'Open WebUI and services behind it',
    open: String.raw`<details\s[^<>]{0,100}type="?reasoning"?[^<>]{0,100}>`,
    close: '</details>',
    example:
      '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n> Hm.\n</details>\nIt is blue.',
  },
];

/** The tags of a thought alone, which say nothing of their own. */
export const THOUGHT_TAGS = `${tag(THINK)}|${endTag(THINK)}|◁/?think▷|\\[/?THINK\\]`;

/** Ends of calls whose beginning a server has taken out. */
export const STRAY_ENDS: readonly string[] = [
  endTag(`${CALL}|${CALLS}`),
  '<[|｜]tool[_▁ ]calls?[_▁ ](?:section[_▁ ])?end[|｜]>',
  channel('close', '(?:tools|call|argument)'),
  String.raw`<tool_call\|>|<end_function_call>|<\|/tool_call\|>|<\|tool_call_end\|>|\[/TOOL_CALLS\]`,
];

/** Marks of other speakers: the model goes on with somebody else’s part. */
export const OTHER_SPEAKERS: readonly string[] = [
  String.raw`<\|im_start\|>(?:user|system|tool)\b`,
  String.raw`<\|start_header_id\|>(?:user|system|tool|ipython)\b`,
  '<start_of_turn>user',
  String.raw`<\|turn>(?:user|system|tool)\b`,
  String.raw`<\|start\|>(?:user|system|developer|functions)\b`,
  String.raw`<\|(?:user|observation|system)\|>`,
  '<[|｜]User[|｜]>',
  String.raw`\[INST\]`,
];

export const EMPTY_MARKS: readonly string[] = [
  header('(?:final|commentary)'),
  String.raw`<\|(?:im_end|eot_id|eom_id|eot|eom|endoftext|end_of_text|end_of_msg|end_message|endofturn|eos)\|>`,
  String.raw`<\|(?:start|channel|message|constrain|call|return|end|assistant)\|>`,
  String.raw`<\|im_start\|>(?:assistant)?`,
  String.raw`<\|start_header_id\|>assistant<\|end_header_id\|>`,
  String.raw`<start_of_turn>model|<end_of_turn>|<\|turn>model|<turn\|>`,
  '<[|｜](?:end|begin)[_▁ ]of[_▁ ]sentence[|｜]>|<[|｜]Assistant[|｜]>',
  String.raw`<\|(?:START|END)_(?:RESPONSE|TEXT|OF_TURN_TOKEN)\|>|<\|(?:begin|end)_of_solution\|>`,
  channel('(?:open|close)', '(?:response|message)'),
  '</?final>|assistantfinal',
  String.raw`</s>|<eos>|<bos>|\[EOS\]|\[EOT\]|\[e~\[`,
];
