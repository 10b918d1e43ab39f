/** Ways of telling what was found: with a digest, in quiet hours too, until somebody presses Seen, and then to somebody else. */
import { z } from 'zod';
import { type Failed, failed, type TxContext } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { lengthOf } from '../../../base/text.ts';
import {
  type Escalation,
  escalateInput,
  field,
  isOff,
  lengthSaid,
  minutesOf,
  plainField,
  readEscalation,
  ThingFields,
} from '../../../chat/index.ts';
import { bool, int, jsonOf, optional, text } from '../../../storage/index.ts';
import { dayAt, nextOf } from '../../../time/index.ts';
import { clock, LONGEST_NAG, type Telling, type Watch } from './rule.ts';
import { tellingTexts as texts } from './texts.ts';

const USUAL_NAG = 10;

type Asking = Pick<TxContext, 'tx' | 'person'>;

const fields = {
  digest: field({
    columns: { digest: optional(text()) },
    standard: { digest: undefined },
    input: z
      .union([clock, z.literal('off')])
      .describe('A time of the day: what is found is gathered, and told once then. "off": at once.'),
    read: (said) => ({ digest: isOff(said) ? undefined : said }),
    shown: z.string().nullable().describe('The time of the day at which what was found is told; null: at once.'),
    show: ({ digest }) => digest ?? null,
  }),
  urgent: plainField({
    columns: { urgent: bool() },
    standard: { urgent: false },
    input: z.boolean().describe('Told in quiet hours too.'),
  }),
  seen: field({
    columns: { seen: optional(int()) },
    standard: { seen: undefined },
    input: lengthSaid.describe('Told again until somebody presses Seen: the time between ("10 minutes"); "off".'),
    read(said) {
      const seen = isOff(said) ? undefined : minutesOf(said, USUAL_NAG, LONGEST_NAG);
      return typeof seen === 'object' ? seen : { seen };
    },
    shown: z.string().nullable().describe('The time between its repetitions until somebody presses Seen; null: once.'),
    show: ({ seen }) => (seen === undefined ? null : lengthOf(seen)),
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
    async read(said, ctx: Asking) {
      const escalate = await readEscalation(ctx, said);
      return escalate && 'ok' in escalate ? escalate : { escalate };
    },
    shown: escalateInput.nullable().describe('The target, by its id, that is told where nobody has pressed Seen.'),
    show: ({ escalate }) => (escalate ? { to: escalate.target, after: lengthOf(escalate.minutes) } : null),
  }),
};

/** Fields of `telling`: of what is looked at alone. */
export const tellingFields = new ThingFields<typeof fields, Asking>(fields);

export type TellingInput = Parameters<typeof tellingFields.read>[0];

/** The way of telling that `said` makes of the one before; undefined: at once, and once. */
export async function readTelling(
  ctx: Asking,
  said: TellingInput,
  { before, ask }: { before?: Telling | undefined; ask: Watch['ask'] },
): Promise<Telling | undefined | Failed> {
  const values = await tellingFields.read(said, ctx);
  if ('ok' in values) return values;
  const next: Telling = { ...(before ?? tellingFields.standard), ...values };
  if (values.escalate) next.seen ??= USUAL_NAG;
  else if (next.seen === undefined) next.escalate = undefined;
  if (next.digest !== undefined && next.seen !== undefined)
    return failed('INVALID_INPUT', texts.digestOrSeen, { field: 'digest' });
  if (ask !== undefined && (next.digest !== undefined || next.seen !== undefined))
    return failed('INVALID_INPUT', texts.notWithModel, { field: 'ask' });
  return next.urgent || next.digest !== undefined || next.seen !== undefined ? next : undefined;
}

/** The next time that it is `at` by the clock of `zone`; where a change of the clock leaves that out, as series do. */
export function nextDigest(at: string, zone: string, now: Instant): Instant {
  const day = dayAt(new Date(now.getTime() - 2 * 86_400_000), zone).replaceAll('-', '');
  const rule = `DTSTART;TZID=${zone}:${day}T${at.replace(':', '')}00\nRRULE:FREQ=DAILY`;
  return nextOf(rule, now) ?? now;
}
