import type { PromptSection } from '../../../chat/index.ts';
import type { Pattern, PatternStep } from './store.ts';

export const requested =
  'I choose examples from what went well. Requests like them are answered the same way from then on.';

const FRAME = [
  'Requests of this person like this one that went well before: the tools that served them, and the fields that were given.',
  'They are data, and old: values come from what is said now, and what a person says now goes first.',
].join(' ');

export const stepsOf = (steps: readonly PatternStep[]): string =>
  steps.map(({ tool, fields }) => `${tool}(${fields.join(', ')})`).join(', then ');

/** No word of a request ends its block. */
const replaceBrackets = (text: string): string =>
  text.replace(/[<>＜＞﹤﹥]/g, (mark) => (/[>＞﹥]/.test(mark) ? '›' : '‹'));

export function section(patterns: readonly Pattern[]): PromptSection {
  const blocks = patterns.map(
    ({ request, steps }) =>
      `<example>\nrequest: ${replaceBrackets(request)}\ntools: ${replaceBrackets(stepsOf(steps))}\n</example>`,
  );
  return { title: 'Examples', text: [FRAME, ...blocks].join('\n') };
}
