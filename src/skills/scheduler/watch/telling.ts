/** Ways of telling what was found: with a digest, in quiet hours too, until somebody presses Seen, and then to somebody else. */
import { type Failed, failed } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { dayAt, nextOf } from '../../../time/index.ts';
import { type Asking, type Telling, tellingFields, USUAL_NAG } from './fields.ts';
import type { Watch } from './rule.ts';
import { tellingTexts as texts } from './texts.ts';

export type TellingInput = Parameters<typeof tellingFields.read>[0];

/** The way of telling that `input` makes of the one before; undefined: at once, and once. */
export async function readTelling(
  ctx: Asking,
  input: TellingInput,
  { before, ask }: { before?: Telling | undefined; ask: Watch['ask'] },
): Promise<Telling | undefined | Failed> {
  const values = await tellingFields.read(input, ctx);
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
