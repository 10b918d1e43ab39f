import { z } from 'zod';
import {
  askIfUnnamed,
  type Done,
  dataTool,
  done,
  type Failed,
  failed,
  privately,
  type ToolResult,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { wordsIn } from '../../base/lexemes.ts';
import type { Choice } from '../../delivery/index.ts';
import type { Person } from '../../people/index.ts';
import {
  describe,
  type OneTime,
  type ParsedWhen,
  type PlannedTime,
  plannedFor,
  type Recurring,
  type Reject,
  readSlot,
  storedPlan,
  type TimeReading,
} from '../../time/index.ts';
import { tellsOthers } from './fields/escalation.ts';
import { delivery } from './fields/fields.ts';
import { MOST_PENDING, refusedAsTooOften } from './limits.ts';
import { type Making, remindOther } from './other.ts';
import { madeByPerson } from './reminder.ts';
import { undoOf } from './restore.ts';
import * as store from './store.ts';
import { asksToTell, createdNotice, texts, zoneOfBrowser, zoneUnknown } from './texts.ts';

export const LONGEST_TEXT = 2_000;

export const ASKS_WHEN = {
  NO_TIME: 'when',
  PAST: 'when',
  NOT_A_DATE: 'when',
  NEVER: 'when',
  TOO_OFTEN: 'when',
} as const;

const createInput = z.object({
  text: z.string().describe('What to remind of, without the time.'),
  when: z.string().optional().describe("The person's own words; in plain English where they speak another language."),
  lead: z
    .enum(['to', 'about', 'that'])
    .optional()
    .describe('The word before `text` in "remind me to …", "about …", "that …"; the answer says it back.'),
  to: z.string().max(200).optional().describe('Somebody else, by name.'),
  ...delivery.inputs,
  waking: z
    .boolean()
    .optional()
    .describe('It wakes somebody: an hour that may be of either half of the day is of the morning.'),
});

type CreateInput = z.output<typeof createInput>;

/** Input fields that go into the buttons for an ambiguous time: all but `when` and `waking`. */
export const carriedInput = createInput.omit({ when: true, waking: true }).partial();

/** Input of a creation; `tainted`: the text was copied from a tainted reminder. */
export type ToCreate = CreateInput & { tainted?: boolean | undefined };

export function createTool(making: Making) {
  return dataTool({
    name: 'reminder_create',
    group: 'always',
    form: {
      times: ['when'],
      own: ['waking', 'escalate'],
      shows: ['text', 'when', 'to'],
    },
    dialogue: { thing: 'reminder', asks: { NO_TEXT: 'text', ...ASKS_WHEN } },
    description: 'Sets a reminder: words to say back, once or in series.',
    effect: 'write',
    policy: { act: { act: 'create', among: ['finish', 'later', 'skip', 'remove'] }, confirms: tellsOthers },
    flow: { impersonal: true },
    record: { redact: privately('text', 'escalate') },
    display: { asks: (input) => (tellsOthers(input) ? asksToTell(input) : undefined) },
    input: createInput,

    async run(input, ctx) {
      const text = input.text.trim();
      if (text === '') return failed('NO_TEXT', texts.noText);
      if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
      if (!input.when?.trim()) {
        const { message, remedy } = texts.noTime(text, input.lead, ctx.when);
        return failed('NO_TIME', message, { remedy });
      }
      const unnamed = askIfUnnamed(ctx, { text, yes: { tool: 'reminder_create', input } });
      if (unnamed) return unnamed;
      const unsaid = askForWhom(ctx, { ...input, text });
      if (unsaid) return unsaid;
      const read = readSlot(input.when, ctx.when, text);
      const when = input.waking ? inTheMorning(read, ctx.when) : read;
      if (when.kind === 'reject') return askAnother(when, { text, lead: input.lead }, ctx.when);
      const wanted = { act: 'create', ...carriedInput.parse(input), text };
      if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
      return storeUnderstood(ctx, { ...input, text }, when, making);
    },
  });
}

/** Asks where a model has chosen somebody else whom the person has not named. */
function askForWhom({ turn: { chosen } }: TxContext, { to = '', ...rest }: CreateInput): Failed | undefined {
  const name = to.trim().replace(/^@/, '').toLowerCase();
  const spokenWords = [...(chosen?.said ?? []), ...(chosen?.before ?? [])].flatMap((words) =>
    wordsIn(words.toLowerCase()),
  );
  const isNamed = wordsIn(name).some((word) => spokenWords.includes(word));
  if (!chosen || name === '' || isNamed) return undefined;
  const create = (label: string, input: object) => ({ label, tool: 'reminder_create', input: { ...rest, ...input } });
  const choices = [create(texts.forMe, {}), create(texts.forOther(to.trim()), { to })];
  const question = texts.forWhom(rest.text, to.trim());
  return failed('AMBIGUOUS', question, { choices, notices: [question] });
}

function inTheMorning(when: ParsedWhen, ctx: TxContext['when']): ParsedWhen {
  if (when.kind !== 'once' && when.kind !== 'recurring') return when;
  const [early] = hourOf(when) < 12 ? [] : (when.others ?? []).filter((other) => hourOf(other.when) < 12);
  return early ? { ...early.when, others: [{ words: describe(when, ctx), when }] } : when;
}

const hourOf = (when: OneTime | Recurring): number =>
  Number(/T(\d\d)/.exec(when.kind === 'once' ? when.local : when.rule.replace(/^DTSTART[^:]*:/, ''))?.[1]);

/** A time that cannot be: another one is asked for, and the answer is for this. */
function askAnother(
  { code, say, unread }: Reject,
  { text, lead }: Pick<CreateInput, 'text' | 'lead'>,
  reader: TxContext['when'],
): Failed {
  // The words that were not understood, with a hint, are for a model as well.
  const [why = ''] = unread === undefined ? (/^.*?[.!](?= |$)/s.exec(say) ?? []) : [];
  return failed(code, `${why || say} ${texts.noTime(text, lead, reader).message}`);
}

export function askWhich(question: string, readings: readonly TimeReading[], input: Record<string, unknown>): Failed {
  return failed('AMBIGUOUS', question, { choices: readings.map((reading) => readingChoice(reading, input)) });
}

export function readingChoice({ words, when }: TimeReading, input: Record<string, unknown>): Choice {
  return { label: words, tool: 'reminder_choose', input: { ...input, ...storedPlan(when) } };
}

async function storeUnderstood(
  ctx: TxContext,
  input: ToCreate,
  when: OneTime | Recurring,
  making: Making,
): Promise<ToolResult> {
  const schedule = plannedFor(when, ctx.clock.now());
  if (!schedule) return failed('NEVER', 'That never comes.');
  return storePlanned(ctx, input, schedule, making, when.others);
}

export async function storePlanned(
  ctx: TxContext,
  input: ToCreate,
  schedule: PlannedTime,
  making: Making,
  others: readonly TimeReading[] = [],
): Promise<ToolResult> {
  if (input.to?.trim() && input.escalate) return failed('INVALID_INPUT', texts.otherEscalates);
  if (input.to?.trim()) {
    const outcome = await remindOther(ctx, { text: input.text, to: input.to.trim() }, schedule, making);
    return outcome.ok ? showChosen(ctx, outcome, true) : outcome;
  }
  const { wakeAt } = making;
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const delivered = await delivery.read(input, ctx);
  if ('ok' in delivered) return delivered;
  const refused = await refusedAsTooOften(ctx, [{ conversationId, ...schedule, nag: delivered.nag }]);
  if (refused) return refused;
  const insertion = await store.insertReminder(
    tx,
    {
      id: shortId(),
      personId: person.id,
      conversationId,
      text: input.text,
      ...schedule,
      ...delivery.standard,
      ...delivered,
      ...madeByPerson,
      tainted: ctx.tainted || input.tainted === true,
    },
    MOST_PENDING,
    now,
  );
  if (!insertion) return failed('TOO_MANY', texts.tooMany(MOST_PENDING));
  const { reminder, isFirst, isTwin } = insertion;
  store.lists.leave(tx, person.id, conversationId);
  tx.afterCommit(() => wakeAt(schedule.plannedAt));
  const undo = undoOf(reminder, undefined);
  const home = ctx.when.zone;
  const notice = createdNotice(input.text, schedule, ctx.when, {
    ...reminder,
    lead: input.lead,
    toDm: reminder.toDm && ctx.place.kind !== 'dm',
    escalateTo: input.escalate?.to,
  });
  const guessed = isFirst && schedule.zone === home ? zoneGuess(person, home, making) : [];
  const result = done([notice, ...guessed, ...(isTwin ? [texts.twin] : [])].join('\n'), {
    undo,
    subject: reminder.text,
    id: reminder.id,
    tainted: input.tainted === true,
    times: [schedule.plannedAt.toISOString()],
    choices: [
      ...others.map((other) => readingChoice(other, { act: 'edit', which: reminder.id })),
      undoChoice(undo),
      // For a series the button asks for another time of the whole series.
      { ...texts.otherTime, tool: 'reminder_edit', input: { which: reminder.id, series: true } },
    ],
  });
  return showChosen(ctx, result, delivery.isLoud(reminder, ctx));
}

/** Said once, with the first reminder: the zone in which its time was read, where the person has not said theirs. */
function zoneGuess({ zone, zoneSource }: Person, home: string, { isZoneSet }: Making): string[] {
  if (zone === undefined) return isZoneSet ? [] : [zoneUnknown(home)];
  return zoneSource === 'browser' ? [zoneOfBrowser(home)] : [];
}

/** A model's choice that wakes somebody, or tells others, stands below the answer in coda's own words. */
function showChosen({ turn }: TxContext, result: Done, isLoud: boolean): Done {
  const [firstLine = ''] = result.text.split('\n', 1);
  return turn.chosen && isLoud ? { ...result, notices: [...(result.notices ?? []), firstLine] } : result;
}
