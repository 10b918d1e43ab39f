import { formOf, plural } from '../../base/text.ts';
import { formatInstant, type Reader } from '../../time/index.ts';
import type { Reason } from './draft.ts';
import type { Counts, Proposal } from './store.ts';

export const keep = () => 'Keep';
export const show = () => 'Show';
export const neverLabel = () => 'Never for this';
export const takeBack = (name: string) => `Undo ${name}`;
export const wake = () => 'Use it again';
export const remove = () => 'Remove it';

const tools = (about: string) =>
  about
    .split(', ')
    .map((tool) => `\`${tool}\``)
    .join(', then ');

const HAPPENED: Readonly<Record<Proposal['kind'], (about: string, times: string) => string>> = {
  corrected: (about, times) => `You had me do ${tools(about)} another way ${times}.`,
  mended: (about, times) => `${tools(about)}: a call failed and another one did it, ${times}.`,
  repeated: (about, times) => `I took the same steps ${times}: ${tools(about)}.`,
  wrong_skill: (about, times) => `You said ${times} that the skill \`${about}\` was meant.`,
};

const timesWords = (times: number) => (times === 2 ? 'twice' : plural(times, 'time'));

const fenceText = (text: string) => `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;

export function offer(
  {
    kind,
    about,
    name,
    before,
    cases,
    passed,
    passedBefore,
    model,
    reason,
  }: Pick<Proposal, 'kind' | 'about' | 'name' | 'before' | 'cases' | 'passed' | 'passedBefore' | 'model' | 'reason'>,
  times: number,
  changed: string,
): string {
  const what =
    before === null ? `I have drafted a skill \`${name}\`` : `I have drafted a change of the skill \`${name}\``;
  return [
    `${HAPPENED[kind](about, timesWords(times))} ${what} so that I do it right at once. Nothing changes until you keep it.`,
    ...(reason === null ? [] : [`It is a new one, as ${REASONS[reason as Reason] ?? reason}.`]),
    fenceText(changed),
    `Tried on what happened: ${passed} of ${plural(cases, 'test')} ${formOf(passed, 'passes', 'pass')} with it, ${passedBefore} without it. Written by ${model}.`,
  ].join('\n\n');
}

export const whole = ({ name, body }: Pick<Proposal, 'name' | 'body'>) =>
  `The skill \`${name}\`, all of it:\n\n${fenceText(body)}`;

export const keptNotice = (name: string) => `Kept: the skill \`${name}\` is in use. /learned shows how it fares.`;
export const askedOwner = (name: string) => `I have asked my owner whether the skill \`${name}\` may be used.`;
export const noOwner = () => 'Only my owner can let a skill in, and I cannot write to them.';
export const asksFor = (person: string) => `${person} wants to keep this skill.`;
export const neverAgain = () => 'All right: I propose no skill for this any more.';
export const takenBack = (name: string, isChange: boolean) =>
  isChange
    ? `Taken back: the skill \`${name}\` is as it was before.`
    : `Taken back: there is no skill \`${name}\` any more.`;
export const awake = (name: string) => `The skill \`${name}\` is in use again.`;

export const goneNotice = () => 'This proposal is decided already, or is there no more.';
export const privateOnly = () => 'I show that only where nobody else reads: ask me in a direct conversation.';
export const ownersOnly = () => 'Only my owner decides what skills are in use.';
export const changedNotice = (name: string) =>
  `The files of the skill \`${name}\` were changed by somebody meanwhile, so I have left them as they are.`;
export const undoLabel = (name: string) => `the skill “${name}”`;

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

const STATES: Readonly<Record<Proposal['state'], string>> = {
  offered: 'waits for you',
  asked: 'waits for my owner',
  kept: 'in use',
  never: 'not wanted',
  undone: 'taken back',
  refused: 'dropped',
  resting: 'rests',
};

export function listLearned(
  entries: readonly { proposal: Proposal; counts: Counts | undefined }[],
  reader: Reader,
): string {
  if (entries.length === 0) return 'I have learned no skills yet.';
  return ['Skills from experience:', ...entries.map((each) => line(each, reader))].join('\n');
}

function line({ proposal, counts }: { proposal: Proposal; counts: Counts | undefined }, reader: Reader): string {
  const { name, about, state, reason, createdAt, before } = proposal;
  const what = name === '' ? `a skill for ${tools(about)}` : `\`${name}\`${before === null ? '' : ' (a change)'}`;
  const why = reason === null ? '' : `: ${REASONS[reason as Reason] ?? reason}`;
  const fares = counts ? `; ${faringWords(counts)}` : '';
  return `- ${what}, ${STATES[state]}${why}, ${formatInstant(createdAt, reader)}${fares}`;
}

const faringWords = ({ offered, loaded, well, corrected, undone }: Counts) =>
  `offered ${offered}, used ${loaded}, ended well ${well}, corrected ${corrected}, undone ${undone}`;
