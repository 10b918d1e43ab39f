/** The fields of a reminder beside its words and its time. */
import { z } from 'zod';
import { type Failed, failed } from '../../../agent/index.ts';
import { lengthOf } from '../../../base/text.ts';
import { escalateInput, escalationSaid, field, isOff, plainField, ThingFields } from '../../../chat/index.ts';
import { conversations } from '../../../delivery/index.ts';
import { bool, int, named, optional, text } from '../../../storage/index.ts';
import { parseDuration } from '../../../time/index.ts';
import { CATCH_UPS, type CatchUp } from '../config.ts';
import { escalation, escalationOf } from './escalation.ts';
import { texts } from './texts.ts';

const USUAL_NAG = '10 minutes';

export const delivery = new ThingFields({
  dm: field({
    columns: { toDm: bool() },
    standard: { toDm: false },
    input: z.boolean().describe('In a direct message instead of here.'),
    async read(toDm, { tx, place, person }) {
      const hasPlace = !toDm || place.kind === 'dm' || (await conversations.direct(tx, person.id)) !== undefined;
      return hasPlace ? { toDm } : failed('NO_DM', texts.noDm);
    },
    shown: z.boolean(),
    show: ({ toDm }) => toDm,
    form: { label: texts.labels.dm, kind: 'check' },
    says: texts.dm,
    isLoud: ({ toDm }, { place }) => toDm && place.kind !== 'dm',
  }),
  urgent: plainField({
    columns: { urgent: bool() },
    standard: { urgent: false },
    input: z.boolean().describe('Also in quiet hours.'),
    flag: {
      usage: '',
      read: (words) =>
        /^(?:on|off)?$/i.test(words) ? !isOff(words) : failed('INVALID_INPUT', texts.urgentWith(words)),
    },
    form: { label: texts.labels.urgent, kind: 'check' },
    says: texts.urgent,
    isLoud: ({ urgent }) => urgent,
  }),
  catch_up: plainField({
    /** Undefined: as it is configured for all. */
    columns: { catchUp: optional(text<CatchUp>()) },
    standard: { catchUp: undefined },
    input: z
      .enum(CATCH_UPS)
      .describe(
        'What was missed while I was off: late = said once, with how many were missed; latest = without; skip = not at all.',
      ),
    form: { label: texts.labels.catchUp, kind: 'choice', choices: texts.catchUps, empty: texts.empty.catchUp },
    says: texts.catchUp,
  }),
  nag: field({
    /** Minutes between its repetitions until it is done; undefined: it speaks once. */
    columns: { nag: named('nag_minutes', optional(int())) },
    standard: { nag: undefined },
    input: z
      .string()
      .max(60)
      .describe('Repeat until done: the time between, in the person\'s own words ("10 minutes"); "off": no longer.'),
    read(words) {
      const nag = readNag(words);
      return typeof nag === 'object' && nag !== null ? nag : { nag: nag ?? undefined };
    },
    shown: z.string().nullable().describe('The time between its repetitions until it is done.'),
    show: ({ nag }) => (nag === undefined ? null : lengthOf(nag)),
    flag: { usage: '<how often>', read: (words) => words || USUAL_NAG },
    form: { label: texts.labels.nag, kind: 'words', example: USUAL_NAG },
    says: texts.nag,
    isLoud: ({ nag }) => nag !== undefined,
  }),
  escalate: field({
    /** The target that is told where nobody has answered within so many minutes; undefined, with minutes: it is gone. */
    columns: { thenTarget: optional(text()), thenMinutes: optional(int()) },
    standard: { thenTarget: undefined, thenMinutes: undefined },
    input: escalation,
    read: (escalate, ctx) => escalationOf(ctx, escalate),
    shown: escalateInput.nullable().describe('The target, by its id, that is told where nobody has answered by then.'),
    show: ({ thenTarget, thenMinutes }) =>
      thenTarget === undefined || thenMinutes === undefined ? null : { to: thenTarget, after: lengthOf(thenMinutes) },
    flag: { usage: '<who> after <how long>', read: escalationSaid },
    form: { label: texts.labels.escalate, kind: 'target', empty: texts.empty.escalate },
    says: (reminder, escalate) => texts.escalate(reminder, escalate?.to ?? ''),
  }),
});

const LONGEST_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/**
 * Minutes between repetitions, from a person's words; null where they want none ("off", "never").
 *
 * @returns a failure `BAD_NAG` for what is no length of time between a minute and a day.
 */
function readNag(words: string): number | null | Failed {
  const interval = words
    .trim()
    .replace(/^(?:every|each)\s+/i, '')
    .replace(/^half hour$/i, '30 minutes')
    .replace(/^(?=(?:minute|hour|day)$)/i, '1 ');
  if (/^(?:off|no|none|never|not)$/i.test(interval)) return null;
  const minutes = Math.round((parseDuration(interval) ?? 0) / MINUTE_MS);
  if (minutes >= 1 && minutes <= LONGEST_MINUTES) return minutes;
  return failed('BAD_NAG', texts.badNag(words));
}
