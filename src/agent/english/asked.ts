/** What words mean that point at "it" while a question is the last thing that was said. */
import type { OpenQuestion, Topic } from '../dialogue/dialogue.ts';
import { DROP } from '../dialogue/names.ts';
import type { Call } from '../tool.ts';
import { timeIn, withHour } from './answers.ts';

const CHANGES = /_(?:delete|complete|edit|snooze|again|item)$/;

/** Whether `call` changes what is at hand, without naming it. */
export const pointsBack = ({ tool, input: { which } }: Call): boolean =>
  CHANGES.test(tool) && (which === undefined || which === '' || which === 'that');

/** What is at hand where `question` was asked last. */
export function topicOf(question: OpenQuestion): Topic {
  const call = question.kind === 'slot' ? question.call : question.choices[0];
  const thing = call?.tool.split('_')[0] ?? '';
  const { at } = question;
  return { thing, how: 'made', at, isRecent: true, ...(question.kind === 'choice' && question.makes) };
}

/**
 * What `call` means, which points at what `question` asks about: to be rid of it lets go of the question, another time
 * answers it. Undefined for anything else: there is nothing yet that could be done or put off.
 */
export function meantBy(question: OpenQuestion, { tool, input }: Call): Call | undefined {
  if (tool.endsWith('_delete')) return { tool: DROP, input: {} };
  const { which: _, whole: __, ...more } = input;
  if (!tool.endsWith('_edit')) return undefined;
  const names = Object.keys(more);
  if (question.kind === 'slot') {
    const when = names.join() === question.slot && names[0] === 'when' ? timeIn(String(more.when)) : undefined;
    const { tool: asks, input: asked } = question.call;
    return when === undefined ? undefined : { tool: asks, input: { ...asked, when: withHour(when, asked.when) } };
  }
  const [only] = question.makes ? question.choices : [];
  if (!only || names.some((name) => name !== 'when' && name !== 'text')) return undefined;
  return { tool: only.tool, input: { ...only.input, ...more } };
}
