/** Lists of tools, in the three forms that people write: a list, words, words with commas. */

import type { Json } from '../../../base/json.ts';

export interface ToolList {
  readonly tools: readonly string[];
  /** Something in it is no name of a tool. */
  readonly isUnclear: boolean;
}

/** Undefined where it is neither a text nor a list. */
export function readTools(value: Json): ToolList | undefined {
  if (typeof value === 'string') return splitTools(value);
  if (!Array.isArray(value)) return undefined;
  const lists = value.map((item): ToolList => {
    if (typeof item === 'string') return splitTools(item);
    return { tools: [], isUnclear: true };
  });
  return { tools: unique(lists.flatMap(({ tools }) => tools)), isUnclear: lists.some(({ isUnclear }) => isUnclear) };
}

/** `Read, Bash(git add:*)` and `Read Bash(git add:*)`: what stands in brackets belongs together. */
export function splitTools(text: string): ToolList {
  const tools: string[] = [];
  let depth = 0;
  let tool = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth > 0 || !/[\s,;]/.test(character)) {
      tool += character;
      continue;
    }
    tools.push(tool);
    tool = '';
  }
  const written = [...tools, tool].map((one) => one.trim()).filter((one) => one !== '');
  const names = written.map(withoutRemains);
  const isUnclear = depth !== 0 || names.some((name, index) => name !== written[index] || !/[\p{L}\p{N}*]/u.test(name));
  return { tools: unique(names.filter((name) => name !== '')), isUnclear };
}

/** Of a list that was never closed, or whose quotes do not match, `[` and `"` stay with the names. */
const withoutRemains = (name: string): string => name.replace(/^[[\]{}"'`]+|[[\]{}"'`]+$/g, '');

const unique = (tools: readonly string[]): string[] => [...new Set(tools)];
