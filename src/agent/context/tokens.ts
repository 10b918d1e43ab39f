/**
 * Tokens are counted from above: a letter of a Latin text is about a quarter of one, other scripts have up to one or
 * two for each character. Reported usage then corrects it, model by model.
 */
import type { ToolSpec } from '../inference/model.ts';

export function tokensIn(text: string): number {
  // Counted natively, and most text is ASCII: the prompt is 30,000 characters, the loop below 40 µs for each message.
  if (Buffer.byteLength(text) === text.length) return Math.ceil(text.length / 3);
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x2ff) wide++;
  return Math.ceil((text.length - wide) / 3 + wide * 1.2);
}

export const IMAGE_TOKENS = 1_600;

export const MESSAGE_TOKENS = 8;

/** By the list itself: the same tools are offered again and again. */
const toolSizes = new WeakMap<readonly ToolSpec[], number>();

/** At most how many tokens the descriptions of `tools` have. A list must not change once it was counted. */
export function toolTokens(tools: readonly ToolSpec[]): number {
  const cachedCount = toolSizes.get(tools);
  if (cachedCount !== undefined) return cachedCount;
  const tokens = tokensIn(JSON.stringify(tools));
  toolSizes.set(tools, tokens);
  return tokens;
}
