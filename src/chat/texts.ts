import { type Cost, money, type QuirkTold, type RecalledContext } from '../agent/index.ts';
import { formOf, inlineCode, lengthOf, listOf, plural, roughDuration, shorten } from '../base/text.ts';
import type { Role } from '../people/index.ts';
import { type Command, TOPICS } from './skill.ts';

export const plannedGone = (name: string) =>
  `A schedule of yours should run \`${name}\`, which is not there any more. "/schedules" shows your schedules.`;

export const severalFiles = () => 'Which of these files is to be looked at?';

export const unknownCommand = (name: string, near: string | undefined) =>
  `I do not know \`/${name}\`.${near ? ` Did you mean \`/${near}\`?` : ''} \`/help\` lists what I know.`;

export const callNeedsModel = () =>
  'Skills and specialists are instructions for a model, and no model is configured here. The owner can add one in the `models` block of the configuration; a local one needs no key (docs/models.md).';

export const buttonGone = () => 'That has been answered, or the button has already been used or is too old.';

export const buttonNotYours = () => 'That button is for somebody else.';

export const buttonUsed = (label: string, name: string) => `${label} — ${name.replace(/[\\*_`~|<>@#[\]]/g, '')}`;

export const ownerOnly = (command: string) => `\`/${command}\` is for my owner alone.`;

export const notAllowed = (command: string) => `You may not use \`/${command}\` here. Ask my owner if you should.`;

export const begunAfresh = (keeps: readonly string[]) =>
  ['A fresh start: I will not look back at what was said here before.', ...keepsNote(keeps)].join(' ');

function keepsNote(keeps: readonly string[]): string[] {
  const list = listOf(keeps);
  return list === '' ? [] : [`${list.charAt(0).toUpperCase()}${list.slice(1)} stay.`];
}

export const stoppingNotice = () => 'Stopping.';

export const nothingRuns = () => 'Nothing is running here.';

export const reallyForget = (keeps: readonly string[]) =>
  `I would delete ${listOf([...keeps.map((kind) => `your ${kind}`), 'what we said to each other', 'your settings'])}. This cannot be taken back. Is that what you want?`;

export function forgottenReport(erased: ReadonlyMap<string, number>): string {
  const report = listOf([...erased].map(([table, count]) => `${table.replaceAll('_', ' ')} ${count}`));
  return `Done: I have forgotten everything about you. If you write again, we begin anew.${report ? ` Erased or blanked, table by table: ${report}.` : ''}`;
}

export const exportNotice = () => 'This is everything that I have stored of you. Shall I forget it now?';

export const exportNotHere = () => 'Others read here, so I do not show it. Ask me in a direct message.';

export const keptNotice = () => 'Nothing was deleted.';

type HelpEntry = Pick<Command, 'name' | 'summary' | 'usage' | 'topic'>;

/** A few sentences to begin with, and where the rest is. */
function firstHelp(name: string, commands: readonly HelpEntry[], examples: readonly string[]): string {
  const topics = TOPICS.filter((topic) => commands.some((command) => command.topic === topic));
  const words = [...topics.slice(0, MOST_TOPICS).map((topic) => topic.toLowerCase()), 'all'];
  return [
    `I am ${name}. Say it in your own words, for example:`,
    ...examples.map((example) => `- ${example}`),
    '',
    `More: ${words.map((word) => `\`/help ${word}\``).join(', ')}.`,
  ].join('\n');
}

const MOST_TOPICS = 3;

/**
 * The first sentences; everything for `all`, or what is about a word. Where no sentences are understood, the commands that
 * people use first, by topic.
 */
export function help(
  name: string,
  commands: readonly HelpEntry[],
  examples: readonly string[],
  about: string | undefined,
): string {
  if (about === undefined && examples.length > 0) return firstHelp(name, commands, examples);
  const wanted = about === undefined || about === 'all' ? undefined : about.replace(/^\//, '');
  const isAbout = (text: string) => wanted === undefined || text.toLowerCase().includes(wanted);
  const entries = commands.filter(
    ({ name: command, summary, topic }) =>
      (about !== undefined || topic !== undefined) && isAbout(`${command} ${summary} ${topic ?? ''}`),
  );
  const lines = examples.filter(isAbout).map((example) => `- ${example}`);
  if (wanted !== undefined && entries.length + lines.length === 0) return nothingAbout(wanted);
  const topics = [...TOPICS, undefined].filter((topic) => entries.some((command) => command.topic === topic));
  const more = about === undefined ? commands.length - entries.length : 0;
  return [
    ...(lines.length > 0 ? [`I am ${name}. Say it in your own words, for example:`, ...lines] : [`I am ${name}.`]),
    ...topics.flatMap((topic) => [
      '',
      `${topic ?? 'More'}:`,
      ...entries.filter((command) => command.topic === topic).map(commandLine),
    ]),
    ...(more > 0 ? ['', `\`/help all\` shows ${plural(more, 'more command')}, \`/help WORD\` those about it.`] : []),
  ].join('\n');
}

const commandLine = ({ name, usage, summary }: HelpEntry): string =>
  `- \`/${name}${usage ? ` ${usage}` : ''}\`: ${summary}`;

const nothingAbout = (word: string): string =>
  `Nothing that I can do is called ${word}. \`/help\` shows what people use first, \`/help all\` everything.`;

export const costsNothing = () => `Nothing: no model is asked. ${noModel()}`;

export const noModel = () =>
  'No model is configured, so I understand plain requests: `/help` shows them. The owner can add one in the `models` block of the configuration; a local one needs no key (docs/models.md).';

export function modelIs(
  name: string,
  names: readonly string[],
  { resting, silenceMs }: { resting: readonly string[]; silenceMs(name: string): number },
): string {
  const others = names.map(
    (each) => `- \`${each}\`${resting.includes(each) ? ' (cannot be reached at the moment)' : ''}`,
  );
  return [
    `\`${name}\` answers here. It is given up when it sends nothing for ${roughDuration(silenceMs(name))}. There are:`,
    ...others,
    '`/model name` chooses another one for this conversation.',
  ].join('\n');
}

/** `tools`: tools that came to the conversation, with the group or the server that they belong to. */
export function toolsShown(always: number, tools: readonly { name: string; group?: string; by?: string }[]): string {
  const names = tools.map(({ name, group, by }) => `\`${name}\` (${by ?? (group === 'unshown' ? 'named' : group)})`);
  const here = names.length > 0 ? `; to this conversation also came ${listOf(names)}` : '';
  return `A model is shown ${plural(always, 'tool')} always, and others by state or when it asks for them${here}.`;
}

export const modelQuirk = (name: string, { what, instead, setting }: QuirkTold) =>
  `\`${name}\` refuses ${what}: ${instead}.${setting === undefined ? '' : ` \`${setting}\` says so from the start.`}`;

export const quirksWearOff = (isOwner: boolean) =>
  `It is tried again after an hour${isOwner ? ', or at once after `/model forget`' : ''}.`;

export const quirksForgotten = () => 'Forgotten: the next requests hold everything again.';

export const onlyOwnerForgets = () => 'Only an owner can have that forgotten.';

export const modelRefuses = (reason: string) => `It refused the last request: ${inlineCode(reason)}`;

export const modelSet = (name: string) => `From now on \`${name}\` answers in this conversation.`;

export const unknownModel = (name: string, near: string | undefined, names: readonly string[]) =>
  `I know no model \`${name}\`.${near ? ` Did you mean \`${near}\`?` : ''} There are: ${names.map((each) => `\`${each}\``).join(', ')}.`;

export const modelGone = (former: string, answering: string) =>
  `\`${former}\` was chosen here and can no longer be asked: \`${answering}\` answers, as set.`;

export const notYoursToChoose = (name: string) => `Whoever owns me has not said that everybody may choose \`${name}\`.`;

export const onOrOff = (command: string) => `Say \`/${command} on\` or \`/${command} off\`.`;

export const thinkingNotice = (name: string) => `\`${name}\` thinks about what you say here, until \`/think off\`.`;

export const notThinking = () => 'The usual model answers here again.';

export const soulIs = (soul: string | undefined) =>
  soul === undefined
    ? 'Here I am as I am everywhere. `/soul` and a few words change that for this conversation.'
    : `In this conversation I am to be so:\n\n> ${soul.replaceAll('\n', '\n> ')}\n\n\`/soul default\` ends it.`;

export const soulSet = () => 'I will keep to that in this conversation. `/soul default` ends it.';

export const soulGone = () => 'Here I am as I am everywhere again.';

export const soulTooLong = (most: number) => `That is too much to be; keep it below ${plural(most, 'character')}.`;

export function cost(lines: readonly [string, Cost, number?][], currency: string): string {
  return lines
    .map(([span, { calls, input, cached, output, unpriced, price }, budget]) => {
      const of = budget === undefined ? '' : ` of ${money(budget, currency)}`;
      const tokens = `${plural(calls, 'call')}, ${thousands(input + cached)} ${formOf(input + cached, 'token')} read (${thousands(cached)} from the cache), ${thousands(output)} written`;
      const more =
        unpriced > 0
          ? `; ${thousands(unpriced)} ${formOf(unpriced, 'token')} of models without a known price are not in it`
          : '';
      return `**${span}:** ${money(price, currency)}${of} (${tokens}${more})`;
    })
    .join('\n');
}

export function context(
  filled: readonly { part: string; tokens: number }[],
  limit: number,
  model: string,
  { summary, history }: { summary: { messages: number } | null; history: readonly unknown[] },
): string {
  const total = filled.reduce((sum, { tokens }) => sum + tokens, 0);
  const rows = filled
    .filter(({ tokens }) => tokens > 0)
    .map(({ part, tokens }) => `- ${part}: ${thousands(tokens)} (${Math.round((tokens / limit) * 100)} %)`);
  const summed = summary ? `, ${plural(summary.messages, 'message')} before summed up` : '';
  return [
    `About ${thousands(total)} of ${thousands(limit)} ${formOf(limit, 'token')} for \`${model}\`:`,
    ...rows,
    `${plural(history.length, 'message')} word for word${summed}. \`/new\` begins afresh.`,
  ].join('\n');
}

type RememberedParts = Pick<RecalledContext, 'summary' | 'history'>;

/**
 * Tainted parts of the conversation, their consequences, and the way to be rid of them; empty where all is its
 * people's.
 */
export function taints(tools: readonly string[], { summary, history }: RememberedParts, shared: boolean): string[] {
  const isSaid = history.some(({ role, tainted }) => role === 'user' && tainted);
  const hasFiles = history.some(({ content: { files, led } }) => led || files?.length);
  const others = shared ? 'what others say here' : 'what you quoted';
  const from = [
    ...tools.map((tool) => `what \`${tool}\` read`),
    ...(isSaid ? [others] : []),
    ...(hasFiles ? ['your files'] : []),
    ...(summary?.tainted ? ['the summary of what was said before'] : []),
  ];
  const isTainted = from.length > 0 || history.some(({ tainted }) => tainted);
  if (!isTainted) return [];
  const named = from.length > 0 ? from.join(', ') : 'what was read';
  return [
    `From elsewhere: ${named}. So I ask before I read an address that you have not named, and before I do anything outside.`,
    'That ends with `/new`, or when these messages are summed up.',
  ];
}

const thousands = (count: number) => Math.round(count).toLocaleString('en');

export interface KnownIdentity {
  platform: string;
  name: string;
}

function everywhere(identities: readonly KnownIdentity[]): string {
  return listOf(identities.map(({ platform, name }) => `${name.replace(/[\\*_`~|<>@#[\]]/g, '')} on ${platform}`));
}

export const linkOffer = (code: string, minutes: number, role: Role, identities: readonly KnownIdentity[]) =>
  [
    `Within ${plural(minutes, 'minute')}, tell me \`/link ${code}\` where I do not know you yet, privately. It works once.`,
    `Who enters it becomes you${role === 'owner' ? ', with your rights as my owner' : ''}: give it to nobody.`,
    ...(identities.length > 1
      ? [`So far I know you as ${everywhere(identities)}; \`/link off\` ends that for where you say it.`]
      : []),
  ].join('\n');

export const offeredElsewhere = () => 'I have sent you a code in our direct messages, where nobody else reads.';

export const personLinks = () =>
  'Only a person gets a code, no program in their name: say `/link` where you write to me yourself.';

export const notHere = () =>
  'Others read here, so I show no code. Say `/link` to me in a direct message, or choose it from the list of my commands.';

export const seenByOthers = () =>
  'Others read here, so I have made that code worthless. Get a new one with `/link` and enter it in a direct message.';

export const tooManyCodes = () => 'That were too many wrong codes. Try it again in ten minutes.';

export const noSuchCode = () =>
  'I know no such code, or it is older than ten minutes. `/link` on the other platform gives a new one.';

export const alreadyJoined = () => 'That is your own code: enter it where I do not know you yet.';

export const otherWayRound = () =>
  'You may do more here than there. Do it the other way round: `/link` here, and enter that code there.';

export const reallyJoin = (
  there: readonly KnownIdentity[],
  here: readonly KnownIdentity[],
  role: Role,
  keeps: readonly string[],
) =>
  [
    `That code is of **${everywhere(there)}**. If that is you, I join it with ${everywhere(here)}, and you are one person to me${role === 'owner' ? ', my owner' : ''}.`,
    `${keeps.length > 0 ? `Your ${listOf(keeps)}, what` : 'What'} we said to each other and what it cost come along; of your settings those over there stay. What waits for your approval has to be asked for again.`,
    'If it is somebody else, say no: they would have all of it.',
  ].join('\n');

export function joinedReport(name: string, moved: readonly { what: string; count: number }[]): string {
  const along = listOf(moved.map(({ what, count }) => plural(count, what)));
  return `Done: you are ${name} to me, here and there.${along ? ` ${along} came along.` : ''} \`/link off\` ends it.`;
}

export const wasJoined = (who: readonly KnownIdentity[]) =>
  `Your code was used: ${everywhere(who)} is you from now on. If that was not you, tell my owner, and say \`/link off\` there.`;

export const notJoined = () => 'I know you here only. `/link` gives a code for another platform.';

export const partedNotice = (others: readonly KnownIdentity[]) =>
  `From now on you stand by yourself here. What you had stays with ${everywhere(others)}.`;

const quoteWords = (words: string): string => `“${shorten(words.replace(/\s+/g, ' '), 80)}”`;

export const flagTwice = (flag: string) => `--${flag} stands there twice: say it once.`;

export const targetTexts = {
  noTarget: (name: string) => ({
    message: `I know no target ${quoteWords(name)}.`,
    remedy: '"/targets" lists where what you plan can be told.',
  }),
  targetAmbiguous: (name: string) => ({
    message: `You have several targets that ${quoteWords(name)} can mean.`,
    remedy: 'Say the name as "/targets" shows it, or the id.',
  }),
  targetNotAllowed: (name: string) => ({
    message: `What you plan may not be told in ${quoteWords(name)}.`,
    remedy: '"/targets" shows what was allowed.',
  }),
  noDm: 'That is for you alone, and I have no direct conversation with you. Write to me directly, and ask me there.',
  noEscalation: {
    message: 'Who is to be told then?',
    remedy: 'Name one of your targets: "/targets" lists them.',
  },
  badLength: (words: string, longest: number) => ({
    message: `${quoteWords(words)} is no length of time between a minute and ${lengthOf(longest)}.`,
    remedy: 'For example "10 minutes".',
  }),
};
