/** The tags and tokens that marks are made of, as sources of regular expressions. */

export const CALL = 'tool_call|function_call|tool_use|toolcall|longcat_tool_call';
export const CALLS = 'tool_calls|function_calls';

/** A tag with a vendor's prefix or a checkpoint's suffix, `<seed:tool_call>`, `<think:6124c78e>`. */
export const tag = (names: string, attributes = '') => String.raw`<(?:[a-z]+:)?(?:${names})(?::[\w-]+)?${attributes}>`;
export const endTag = (names: string) => String.raw`</(?:[a-z]+:)?(?:${names})(?::[\w-]+)?>`;
/** DeepSeek writes its tokens with wide bars and low lines; servers flatten them. */
export const deepseek = (words: string) => `<[|｜]${words.replaceAll(' ', '[_▁ ]')}[|｜]>`;
/** Kimi K3's. */
export const channel = (side: string, name: string) => String.raw`<\|${side}\|>${name}<\|sep\|>`;

/** Within the header of a message in harmony. */
export const HEADER = String.raw`[^<]{0,150}(?:<\|(?:channel|constrain)\|>[^<]{0,150}){0,3}`;
const inHeader = String.raw`(?:(?!<\|message\|>)[\s\S]){0,400}?`;
/** The header of a message in harmony that holds these words. */
export const header = (words: string) =>
  String.raw`<\|(?:start|channel)\|>(?=${HEADER}<\|message\|>)${inHeader}\b${words}${inHeader}<\|message\|>`;
export const HARMONY_END = String.raw`<\|(?:call|end|return)\|>|(?=<\|(?:start|channel)\|>)`;
