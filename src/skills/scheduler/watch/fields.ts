/** Fields of a schedule beside its time and its work, and of one that looks at something the ways of telling. */
import { z } from 'zod';
import { type Failed, failed, type TxContext } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { lengthOf } from '../../../base/text.ts';
import {
  type Escalation,
  escalateInput,
  escalationSaid,
  field,
  isOff,
  lengthSaid,
  minutesOf,
  plainField,
  readEscalation,
  ThingFields,
  targetMeant,
} from '../../../chat/index.ts';
import { bool, Columns, instant, int, jsonOf, optional, type StoredJson, text } from '../../../storage/index.ts';
import { readSlot } from '../../../time/index.ts';
import { clock, LONGEST_NAG } from './rule.ts';
import { formTexts, untilTexts } from './texts.ts';

export const USUAL_NAG = 10;

/** Policy on occurrences missed while coda was off: the latest is made up for, or none, or each. */
const MISSED = ['latest', 'skip', 'each'] as const;

export type Asking = Pick<TxContext, 'tx' | 'person'>;
type Planning = Asking & Pick<TxContext, 'when'>;

const asTyped = (words: string): string => words;

const LONGEST_PAUSE_DAYS = 731;
const DAY_MS = 86_400_000;

const datetime = z.iso.datetime();

const untilSaid = z.string().trim().min(1).max(200);

/** The beginning of the day that the words name, or their instant where they name an hour. */
export function readUntil(words: string, { when }: Pick<TxContext, 'when'>): Instant | Failed {
  const date = words.trim().replace(/^until\s/i, '');
  const at = instantIn(date, when);
  if (!at) return failed('NOT_A_DATE', untilTexts.noDate(date));
  if (at <= when.now) return failed('PAST', untilTexts.datePassed);
  const days = (at.getTime() - when.now.getTime()) / DAY_MS;
  return days > LONGEST_PAUSE_DAYS ? failed('NEVER', untilTexts.dateTooFar) : at;
}

function instantIn(words: string, when: TxContext['when']): Instant | undefined {
  if (datetime.safeParse(words).success) return new Date(words);
  const day = readSlot(`${words} at 00:00`, when);
  if (day.kind === 'once') return day.at;
  if (day.kind === 'reject' && day.code === 'PAST') return when.now;
  // Words with an hour of their own.
  const hour = readSlot(words, when);
  return hour.kind === 'once' ? hour.at : undefined;
}

const plan = {
  missed: plainField({
    columns: { missed: text<(typeof MISSED)[number]>() },
    standard: { missed: 'latest' },
    input: z
      .enum(MISSED)
      .describe('Occurrences missed while I was off: latest = the last is made up for; skip; each = all are.'),
    // Any other word is refused with those that there are.
    flag: { usage: '<policy>', read: (words) => words as (typeof MISSED)[number] },
    form: { label: formTexts.labels.missed, kind: 'choice', choices: formTexts.missed },
  }),
  title: field({
    columns: { title: text() },
    /** Its work names it. */
    standard: { title: '' },
    input: z.string().max(80),
    read: (words) => (words.trim() === '' ? {} : { title: words.trim() }),
    shown: z.string(),
    show: ({ title }) => title,
    flag: { usage: '<title>', read: asTyped },
    form: { label: formTexts.labels.title, kind: 'words' },
  }),
  tell: field({
    /** The target (`delivery/targets`) that is told what comes of it; undefined: its conversation. */
    columns: { targetId: optional(text()) },
    standard: { targetId: undefined },
    input: z.string().max(200).describe('Where it is told: a name of target_list; "here": where it is planned.'),
    async read(words, ctx: Asking) {
      const targetId = await targetMeant(ctx, words);
      return typeof targetId === 'object' ? targetId : { targetId };
    },
    shown: z.string().nullable().describe('Id of the target that is told the result; null: its conversation.'),
    show: ({ targetId }) => targetId ?? null,
    flag: { usage: '<target>', read: asTyped },
    form: { label: formTexts.labels.tell, kind: 'place', empty: formTexts.empty.tell, isOpen: true },
  }),
  off_until: field({
    /** Nothing of it runs before, and nothing is made up for. In the past: it is over. */
    columns: { offUntil: optional(instant()) },
    standard: { offUntil: undefined },
    input: untilSaid.describe('Off until then, in words: "tomorrow", "in a week", "4 December".'),
    read(words, ctx: Planning) {
      const offUntil = readUntil(words, ctx);
      return 'ok' in offUntil ? offUntil : { offUntil };
    },
    shown: z.iso.datetime().nullable().describe('Off until then; null, or in the past: as `on` says.'),
    show: ({ offUntil }) => offUntil?.toISOString() ?? null,
  }),
};

export const planFields = new ThingFields<typeof plan, Planning>(plan);

/** A form has them open, beside a source alone. */
const OF_LOOKS = { needs: 'source', isOpen: true } as const;

const telling = {
  digest: field({
    columns: { digest: optional(text()) },
    standard: { digest: undefined },
    input: z
      .union([clock, z.literal('off')])
      .describe('A time of the day: what is found is gathered, and told once then. "off": at once.'),
    read: (words) => ({ digest: isOff(words) ? undefined : words }),
    shown: z.string().nullable().describe('The time of the day at which what was found is told; null: at once.'),
    show: ({ digest }) => digest ?? null,
    flag: { usage: '<time>', read: (words) => words.toLowerCase() },
    form: { label: formTexts.labels.digest, kind: 'words', example: '18:00', ...OF_LOOKS },
  }),
  urgent: plainField({
    columns: { urgent: bool() },
    standard: { urgent: false },
    input: z.boolean().describe('Told in quiet hours too.'),
    flag: { usage: '', read: (words) => !isOff(words) },
    form: { label: formTexts.labels.urgent, kind: 'check', ...OF_LOOKS },
  }),
  seen: field({
    columns: { seen: optional(int()) },
    standard: { seen: undefined },
    input: lengthSaid.describe('Told again until somebody presses Seen: the time between ("10 minutes"); "off".'),
    read(words) {
      const minutes = isOff(words) ? undefined : minutesOf(words, USUAL_NAG, LONGEST_NAG);
      return typeof minutes === 'object' ? minutes : { seen: minutes };
    },
    shown: z.string().nullable().describe('The time between its repetitions until somebody presses Seen; null: once.'),
    show: ({ seen }) => (seen === undefined ? null : lengthOf(seen)),
    flag: { usage: '<how often>', read: asTyped },
    form: { label: formTexts.labels.seen, kind: 'words', example: '10 minutes', ...OF_LOOKS },
  }),
  escalate: field({
    columns: {
      escalate: optional(
        jsonOf<Escalation>(
          (stored) => stored as Escalation,
          (value) => value,
        ),
      ),
    },
    standard: { escalate: undefined },
    input: escalateInput.describe(
      'A name of target_list, told where nobody has pressed Seen after that time ("30 minutes"); to: "off".',
    ),
    async read(escalation, ctx: Asking) {
      const escalate = await readEscalation(ctx, escalation);
      return escalate && 'ok' in escalate ? escalate : { escalate };
    },
    shown: escalateInput.nullable().describe('The target, by its id, that is told where nobody has pressed Seen.'),
    show: ({ escalate }) => (escalate ? { to: escalate.target, after: lengthOf(escalate.minutes) } : null),
    flag: { usage: '<who> after <how long>', read: escalationSaid },
    form: { label: formTexts.labels.escalate, kind: 'target', empty: formTexts.empty.escalate, ...OF_LOOKS },
  }),
};

/** Fields of `telling`: of what is looked at alone. */
export const tellingFields = new ThingFields<typeof telling, Asking>(telling);

export type Telling = typeof tellingFields.standard;

const tellingColumns = new Columns(tellingFields.columns);

/** The ways of telling of a schedule, in one column of its row. */
export const tellingColumn = jsonOf<Telling>(
  (stored) => ({ ...tellingFields.standard, ...tellingColumns.pickJson(stored as StoredJson) }),
  (value) => value,
);
