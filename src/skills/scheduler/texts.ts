import type { Instant } from '../../base/clock.ts';
import { formOf, listOf, plural, shorten } from '../../base/text.ts';
import { type AgendaSection, flagTwice } from '../../chat/index.ts';
import type { ListedSchedule } from '../../jobs/index.ts';
import {
  dayAt,
  describe,
  formatClock,
  formatInstant,
  formatLongDay,
  formatMinute,
  occurrences,
  type PlannedTime,
  type Reader,
  wallTimeFor,
} from '../../time/index.ts';
import type { PersonSchedule, Wish } from './schedule.ts';
import type { Failing } from './store.ts';
import type { FlagFault } from './watch/flags.ts';
import { isPushed, type Watch } from './watch/rule.ts';
import { conditionWords, modelWords, sourceWords, tellingWords } from './watch/texts.ts';

const quoteWords = (text: string): string => `“${shorten(text.replace(/\s+/g, ' '), 80)}”`;

function whenWords({ plannedAt, rule, zone }: PlannedTime, reader: Reader): string {
  if (rule === undefined) return `on ${formatInstant(plannedAt, reader, zone, ' at ')} (${zone})`;
  const next: Instant[] = [];
  for (const at of occurrences(rule, { after: reader.now })) if (next.push(at) === 5) break;
  return describe({ kind: 'recurring', rule, zone, next }, reader);
}

/** `off until Friday 4 December 2026`: with the hour where that is not midnight. */
function offUntilWords(at: Instant, reader: Reader): string {
  const isDay = dayAt(at, reader.zone) !== dayAt(new Date(at.getTime() - 1), reader.zone);
  return `off until ${isDay ? formatLongDay(at, reader.zone) : formatInstant(at, reader, reader.zone, ' at ')}`;
}

const OUTCOMES: Record<string, string> = {
  done: 'went well',
  failed: 'failed',
  expired: 'came too late to run',
  cancelled: 'was stopped',
  interrupted: 'was cut off',
};

const durationWords = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;

export function line(
  schedule: PersonSchedule,
  reader: Reader,
  {
    cost,
    toldIn,
    thenIn,
  }: { cost?: number | undefined; toldIn?: string | undefined; thenIn?: string | undefined } = {},
): string {
  const { id, title, rule, nextAt, state, offUntil, failures, watch, zone } = schedule;
  const when =
    state === 'off' ? 'off' : nextAt ? whenWords({ plannedAt: nextAt, rule, zone }, reader) : idleWords(schedule);
  const last = lastRunWords(schedule, reader);
  const parts = [
    ...(state === 'on' && offUntil && offUntil > reader.now ? [offUntilWords(offUntil, reader)] : []),
    when,
    ...thenWords(schedule, reader),
    ...(watch ? [`${sourceWords(watch.source)} and tell ${conditionWords(watch.rule)}`] : []),
    ...(toldIn === undefined ? [] : [`told in ${toldIn}`]),
    ...(schedule.telling ? [`told ${listOf(tellingWords(schedule.telling, thenIn))}`] : []),
    ...(last ? [last] : []),
    ...(failures > 0 ? [`${plural(failures, 'failure')} in a row`] : []),
    ...(watch?.ask === undefined ? [] : [`a model for at most ${watch.budget} a day`]),
    ...(cost ? [`cost ${cost.toFixed(4)} in 30 days`] : []),
  ];
  return `${title} (\`${id}\`) — ${parts.join('; ')}`;
}

/** The last run; of a time that was left out since, neither the time nor the length are known. */
function lastRunWords(
  { isRunning, lastAt, lastOutcome, lastMs }: Pick<PersonSchedule, 'isRunning' | 'lastAt' | 'lastOutcome' | 'lastMs'>,
  reader: Reader,
): string | undefined {
  const at = lastAt && formatMinute(lastAt, reader);
  if (isRunning && at !== undefined) return `running since ${at}`;
  if (lastOutcome === 'skipped') return `left out the last time${at === undefined ? '' : `; last ran ${at}`}`;
  if (!lastOutcome || at === undefined) return undefined;
  const duration = lastMs === undefined ? '' : `, ${durationWords(lastMs)}`;
  return `last ${at}: ${OUTCOMES[lastOutcome] ?? lastOutcome}${duration}`;
}

const idleWords = ({ watch }: PersonSchedule): string => (watch && isPushed(watch.source) ? 'on' : 'running');

/** The two times after the next one, which stands with the rule. */
function thenWords({ state, rule, nextAt }: PersonSchedule, reader: Reader): string[] {
  if (state !== 'on' || rule === undefined || !nextAt) return [];
  const times: string[] = [];
  for (const at of occurrences(rule, { after: nextAt })) if (times.push(formatInstant(at, reader)) === 2) break;
  return times.length === 0 ? [] : [`then ${times.join(', ')}`];
}

export function taskLine(task: ListedSchedule, reader: Reader): string {
  const { name, enabled, nextAt, offUntil, lastStartedAt, lastEndedAt, lastError, failures } = task;
  const next = !enabled ? 'off' : nextAt ? `next ${formatInstant(nextAt, reader)}` : 'not again';
  const ms = lastStartedAt && lastEndedAt ? lastEndedAt.getTime() - lastStartedAt.getTime() : undefined;
  const last = lastStartedAt
    ? [
        `last ${formatMinute(lastStartedAt, reader)}: ${lastError === undefined ? 'went well' : `failed (${shorten(lastError, 80)})`}${ms === undefined ? '' : `, ${durationWords(ms)}`}`,
      ]
    : [];
  const failed = failures > 0 ? [`${plural(failures, 'failure')} in a row`] : [];
  const pause = enabled && offUntil && offUntil > reader.now ? [offUntilWords(offUntil, reader)] : [];
  return `- \`${name}\`: ${[...pause, next, ...last, ...failed].join('; ')}`;
}

/** A rule before it begins: what is looked at and when, and what is told. `ways`: how it is told, where not at once and once. */
export function preview(watch: Watch, when: string | undefined, ways: readonly string[] = []): string {
  const looks = `I'll ${sourceWords(watch.source)}${when === undefined ? '' : ` ${when}`}`;
  const how = ways.length === 0 ? '' : ` I'll tell it ${listOf(ways)}.`;
  return `${looks}, and tell you here ${conditionWords(watch.rule)}.${how} ${modelWords(watch)}`;
}

/** A watch, for whoever says yes to it. */
export function asksToWatch({
  source,
  rule,
  when,
  tell,
  escalate,
  ask,
}: AskedWatch): [string, Record<string, unknown>] {
  const often = when === undefined ? '' : ' {when}';
  const where = /^(?:here)?$/i.test(tell?.trim() ?? '') ? 'tell you here' : 'tell it in {tell}';
  const further = escalate ? ', and {to} where nobody answers' : '';
  const model = ask ? '; a model is asked {ask}' : '';
  return [
    `Do by myself${often}: {looks}, and ${where} {tells}${further}${model}`,
    { looks: sourceWords(source), tells: conditionWords(rule), to: escalate?.to },
  ];
}

interface AskedWatch extends Pick<Watch, 'source' | 'rule'> {
  when?: string | undefined;
  tell?: string | null | undefined;
  escalate?: { to: string } | null | undefined;
  ask?: string | null | undefined;
}

const MOST_MOVES = 10;

export const texts = {
  asksToSwitch: (on: boolean, hasEnd: boolean) =>
    `Switch the schedule {name} ${on ? 'on' : 'off'}${hasEnd ? ', until: {until}' : ''}`,
  move: 'Move my schedules too',
  moveLabel: (zone: string) => `moving your schedules to ${zone}`,
  noZone: (zone: string) => `I know no time zone ${quoteWords(zone)}.`,
  moved: (count: number, zone: string) =>
    count === 0
      ? 'You have no schedules to move.'
      : `Moved ${plural(count, 'schedule')} to ${zone}: the time of day stays.`,
  offerMove: (moves: readonly { before: PersonSchedule; after: PersonSchedule }[], reader: Reader, from: string) => {
    const at = ({ nextAt }: PersonSchedule) => (nextAt ? formatMinute(nextAt, reader) : '–');
    return [
      `${plural(moves.length, 'schedule keeps', 'schedules keep')} the time of ${from} until moved; by your clock:`,
      ...moves
        .slice(0, MOST_MOVES)
        .map(({ before, after }) => `- ${quoteWords(before.title)}: ${at(before)} → ${at(after)}`),
      ...(moves.length > MOST_MOVES ? [`and ${moves.length - MOST_MOVES} more`] : []),
    ].join('\n');
  },
  home: { title: 'Schedules', on: 'Switch on', off: 'Switch off' },
  created: (
    { title, prompt, watch, telling }: Pick<PersonSchedule, 'title' | 'prompt' | 'watch' | 'telling'>,
    plan: PlannedTime | undefined,
    reader: Reader,
    thenIn?: string,
  ) => {
    if (watch) return preview(watch, plan && whenWords(plan, reader), telling && tellingWords(telling, thenIn));
    const when = plan ? ` ${whenWords(plan, reader)}` : '';
    return prompt === undefined ? `I'll run ${title}${when}.` : `I'll do that${when}: ${quoteWords(prompt)}.`;
  },
  toldIn: (name: string) => `I'll tell it in ${name}.`,
  changed: (before: Wish, { title, watch, telling }: Wish, plan: PlannedTime | undefined, reader: Reader) => {
    const isOther = watch && (watch !== before.watch || telling !== before.telling);
    const rule = isOther
      ? ` I'll tell it ${listOf([conditionWords(watch.rule), ...tellingWords(telling ?? {})])}.`
      : '';
    return `Changed ${quoteWords(title)}${plan ? `: ${whenWords(plan, reader)}` : ''}.${rule}`;
  },
  offUntil: ({ title, offUntil, nextAt }: Pick<Wish, 'title' | 'offUntil' | 'nextAt'>, reader: Reader) => {
    const next = nextAt ? ` It goes on ${formatInstant(nextAt, reader, reader.zone, ' at ')}.` : '';
    return `${quoteWords(title)} is ${offUntilWords(offUntil ?? reader.now, reader)}.${next}`;
  },
  noneAfter: (title: string) => ({
    message: `${quoteWords(title)} does not come after that date.`,
    remedy: 'Name an earlier date, or switch it off without one.',
  }),
  onHasNoDate: {
    message: 'What is switched on has no date until which it is off.',
    remedy: 'Leave the date out, or switch it off.',
  },
  ambiguousBeside: (readings: readonly string[]) => ({
    message: `That time can mean ${listOf(readings, 'or')}, so I have changed nothing.`,
    remedy: 'Name the time exactly, or change the time first and the rest after it.',
  }),
  takesNoInput: {
    message: 'Only an MCP tool or a script is given an input.',
    remedy: 'Change it in the schedule of one.',
  },
  hookHasNoTime: {
    message: 'It has no time: it looks whenever its hook is sent something.',
    remedy: 'Leave the time out, or plan another schedule.',
  },
  waitsForHook: (title: string) => ({
    message: `${quoteWords(title)} waits for its hook: there is nothing to look at until that is sent something.`,
    remedy: 'Send the hook something to try it.',
  }),
  deleted: (title: string) => `Deleted the schedule ${quoteWords(title)}.`,
  restored: (title: string) => `Taken back: ${quoteWords(title)} is as it was before.`,
  unmade: (title: string) => `Taken back: ${quoteWords(title)} is not planned any more.`,
  label: (title: string) => `the schedule ${quoteWords(title)}`,
  reallySwitch: (task: string, on: boolean) =>
    `${quoteWords(task)} is something that I do by myself. Switch it ${on ? 'on' : 'off'}?`,
  switchIt: (on: boolean) => (on ? 'Switch it on' : 'Switch it off'),
  switched: (title: string, on: boolean) => `${quoteWords(title)} is ${on ? 'on' : 'off'}.`,
  begun: (title: string) => `${quoteWords(title)} runs now.`,
  none: 'You have planned nothing. For example: "schedule show my reminders every weekday at 8", or "turn on the daily briefing".',
  yours: 'Your schedules:',
  own: 'What I do by myself:',
  ownElsewhere: 'What I do by myself, such as backups: `/schedules all`.',
  nothingNamed: {
    message:
      'It names nothing to look at: run SCRIPT, page URL, feed URL, calendar URL, hook NAME.FIELD, file SKILL/PATH, mcp SERVER TOOL.',
    remedy: 'For example "every hour run house/disk-check --above 90".',
  },
  wrongFlag: ({ flag, given, isTwice, problem, named }: FlagFault, flags: readonly string[]) => {
    if (isTwice) return flagTwice(flag);
    if (problem !== undefined) return `${named ?? `--${flag}`}: ${problem}.`;
    return given === undefined
      ? `There is no --${flag}. There are: ${flags.map((each) => `--${each}`).join(', ')}.`
      : `--${flag} takes a number, such as --${flag} 3; ${given === '' ? 'it has none' : `“${shorten(given, 40)}” is none`}.`;
  },
  noTask: (name: string, near: string | undefined) =>
    `I know no schedule \`${name}\`.${near ? ` Did you mean \`${near}\`?` : ''} "/schedules" shows them.`,
  howTo:
    'Say `/schedules on NAME`, `/schedules off NAME`, `/schedules run NAME`, `/schedules delete NAME`, `/schedules tell NUMBER #home` or `/schedules change NUMBER --above 95`; `/schedules` shows the names.',
  configured: (name: string) =>
    `Whether \`${name}\` runs is set in config.yaml (scheduler.tasks.${name}.enabled), so I cannot switch it here.`,
  notFound: (words: string) => ({
    message: words === '' ? 'There is no schedule that you could mean.' : `I found no schedule ${quoteWords(words)}.`,
    remedy: '"/schedules" lists them.',
  }),
  which: 'Which schedule do you mean?',
  noWhat: { message: 'What should I do then?', remedy: 'For example "schedule show my reminders every weekday at 8".' },
  noWhen: (what: string) => ({
    message: `When should I do that (${quoteWords(what)})?`,
    remedy: 'For example "every weekday at 8" or "on 3 December at 9".',
  }),
  tooLong: (max: number) => `What I am to do may have at most ${max.toLocaleString('en')} ${formOf(max, 'character')}.`,
  tooOften: (minutes: number) => ({
    message: `That is too often: at most every ${minutes === 1 ? 'minute' : plural(minutes, 'minute')} can something be planned.`,
    remedy: `Say for example "every ${minutes === 1 ? 'minute' : plural(minutes, 'minute')}".`,
  }),
  tooMany: (max: number) => ({
    message: `You have ${plural(max, 'schedule')}, which is the most there can be.`,
    remedy: 'Delete one first: "/schedules" lists them.',
  }),
  never: 'That never comes.',
  noSkill: (name: string) => ({
    message: `I know nothing called \`${name}\` that I could run.`,
    remedy:
      'Say what I should do in your own words instead. A script is named by its skill: /schedule every hour run house/disk-check',
  }),
  changedSince: (title: string) => `${quoteWords(title)} has been changed since, so I left it as it is.`,
  noDm: 'That is for you alone, and I have no direct conversation with you. Write to me directly, and ask me there.',
  isOver: (title: string) => `${quoteWords(title)} is over; its time has passed.`,
  notPlanned: 'Nobody planned this turn: the person asked just now, so answer them.',
  nothing: 'Nothing to tell.',
  failing: ({ id, personName, failures, error }: Failing) =>
    `The schedule \`${id}\` of ${personName} has failed ${plural(failures, 'time')} in a row: ${shorten(error ?? 'no answer in time', 300)}`,
  taskFailing: (name: string, failures: number, error: string) =>
    `\`${name}\` has failed ${plural(failures, 'time')} in a row: ${shorten(error, 300)}`,
  switchOff: 'Switch it off',
  prompt:
    'Nobody has written just now: the message below is what the person planned to have done at this time, by a schedule of theirs. ' +
    'Do it, and answer with what they should read; they see nothing but that. What needs their consent is asked on a button. ' +
    'If there is nothing worth telling them, call nothing_to_tell instead of saying so.',
};

// Texts of the daily briefing and the weekly review.

export function routine(
  name: 'briefing' | 'weekly-review',
  sections: readonly AgendaSection[],
  { now, zone }: Reader,
): string {
  const heading = name === 'briefing' ? `${greetingAt(now, zone)} It is ${formatLongDay(now, zone)}.` : 'Your week:';
  if (sections.length === 0)
    return `${heading} ${name === 'briefing' ? 'Nothing is planned for today.' : 'Nothing happened, and nothing is coming up.'}`;
  const parts = sections.map(({ title, lines }) => [`**${title}**`, ...lines.map((line) => `- ${line}`)].join('\n'));
  return [heading, ...parts].join('\n\n');
}

function greetingAt(now: Instant, zone: string): string {
  const hour = Number(formatClock(now, { zone }).slice(0, 2));
  if (hour < 4 || hour >= 18) return 'Good evening.';
  return hour < 12 ? 'Good morning.' : 'Good afternoon.';
}

export const everyTime = ({ days, at }: { days: string; at: string }, reader: Reader) =>
  `Send it ${days} at ${wallTimeFor(at, reader)}`;

export const notHere = (title: string) =>
  `Your ${title} is for you alone, and others read here. Ask me in a direct message.`;

export const noTime = (title: string) => `When should your ${title} come? For example "every weekday at 7".`;
