import { formOf, plural } from '../../base/text.ts';
import type { Draft, Reason } from './draft.ts';
import type { Counts } from './store.ts';

export const remove = () => 'Remove it';

const toolsOf = (about: string) => about.split(', ').join(', then ');

const HAPPENED: Readonly<Record<Draft['kind'], (about: string, times: string) => string>> = {
  corrected: (about, times) => `You had me do ${toolsOf(about)} another way ${times}.`,
  mended: (about, times) => `${toolsOf(about)}: a call failed and another one did it, ${times}.`,
  repeated: (about, times) => `I took the same steps ${times}: ${toolsOf(about)}.`,
  wrong_skill: (about, times) => `You said ${times} that the skill ${about} was meant.`,
};

const timesWords = (times: number) => (times === 2 ? 'twice' : plural(times, 'time'));

export function draftTitle({ name, about, before }: Draft): string {
  if (name === '') return `A skill for ${toolsOf(about)}`;
  return before === null ? `The skill ${name}` : `A change of the skill ${name}`;
}

export function draftDescription(draft: Draft, times: number, isOffered: boolean): string {
  const { kind, about, cases, passed, passedBefore, model, reason } = draft;
  const why = reason === null ? undefined : (REASONS[reason as Reason] ?? reason);
  const tried = `Tried on what happened: ${passed} of ${plural(cases, 'test')} ${formOf(passed, 'passes', 'pass')} with it, ${passedBefore} without it. Written by ${model}.`;
  return [
    HAPPENED[kind](about, timesWords(times)),
    isOffered ? 'I have drafted this so that I do it right at once.' : `Dropped: ${why}.`,
    ...(isOffered && why !== undefined ? [`It is a new one, as ${why}.`] : []),
    ...(isOffered ? [tried] : []),
  ].join(' ');
}

export const poor = (name: string, { loaded, well, corrected, undone }: Counts) =>
  `The skill \`${name}\`, which I learned, does not help: of ${plural(loaded, 'use')} ${well} ended well, ${plural(corrected, 'was', 'were')} put right by you, ${undone} taken back. I propose to remove it.`;
export const rests = (name: string, days: number) =>
  `The skill \`${name}\`, which I learned, was not used for ${plural(days, 'day')}. It rests now: I am not offered it any more.`;
export const restReason = (days: number) => `It was learned, and not used for ${plural(days, 'day')}.`;

const REASONS: Readonly<Record<Reason, string>> = {
  gone: 'its turns, or its skill, are no longer there',
  beside: 'the skill in use belongs to a group or stands in the configuration, and is changed there alone',
  no_answer: 'the model wrote nothing',
  no_form: 'what the model wrote was no draft',
  no_patch: 'the change did not fit the skill',
  copy: 'there is a skill like it already',
  reaches: 'it named an address or a command',
  unusable: 'it was no skill that can be used',
  audit: 'the audit found something suspicious in it',
  tests: 'it passed no more tests than before',
};

export const faringWords = ({ offered, loaded, well, corrected, undone }: Counts) =>
  `Offered ${offered}, used ${loaded}, ended well ${well}, corrected ${corrected}, undone ${undone}.`;
