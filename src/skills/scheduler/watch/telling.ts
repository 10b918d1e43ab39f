/** Ways of telling what was found: with a digest, in quiet hours too, until somebody presses Seen, and then to somebody else. */
import { z } from 'zod';
import { type Failed, failed, type TxContext } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { escalateInput, isOff, lengthSaid, minutesOf, readEscalation } from '../../../chat/index.ts';
import { dayAt, nextOf } from '../../../time/index.ts';
import { clock, LONGEST_NAG, type Telling, type Watch } from './rule.ts';
import { tellingTexts as texts } from './texts.ts';

const USUAL_NAG = 10;

export const tellingInput = {
  digest: z
    .union([clock, z.literal('off')])
    .optional()
    .describe('A time of the day: what is found is gathered, and told once then. "off": at once.'),
  urgent: z.boolean().optional().describe('Told in quiet hours too.'),
  seen: lengthSaid
    .optional()
    .describe('Told again until somebody presses Seen: the time between ("10 minutes"); "off".'),
  escalate: escalateInput
    .optional()
    .describe('A name of target_list, told where nobody has pressed Seen after that time ("30 minutes"); to: "off".'),
};

const input = z.object(tellingInput);
export type TellingInput = z.output<typeof input>;

/** The way of telling that `said` makes of the one before; undefined: at once, and once. */
export async function readTelling(
  ctx: Pick<TxContext, 'tx' | 'person'>,
  said: TellingInput,
  { before, ask }: { before?: Telling | undefined; ask: Watch['ask'] },
): Promise<Telling | undefined | Failed> {
  const next: Telling = before ? { ...before } : { urgent: false };
  if (said.urgent !== undefined) next.urgent = said.urgent;
  if (said.digest !== undefined) next.digest = said.digest === 'off' ? undefined : said.digest;
  if (said.seen !== undefined) {
    const minutes = isOff(said.seen) ? undefined : minutesOf(said.seen, USUAL_NAG, LONGEST_NAG);
    if (typeof minutes === 'object') return { ...minutes, field: 'seen' };
    next.seen = minutes;
    if (minutes === undefined) next.escalate = undefined;
  }
  if (said.escalate !== undefined) {
    const escalation = await readEscalation(ctx, said.escalate);
    if (escalation && 'ok' in escalation) return { ...escalation, field: escalation.field ?? 'escalate.to' };
    next.escalate = escalation;
    if (escalation) next.seen ??= USUAL_NAG;
  }
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
