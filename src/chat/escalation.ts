/** Targets as people name them, and escalations: a target that is told where nobody answers. */
import { z } from 'zod';
import { type Failed, failed, type TxContext } from '../agent/index.ts';
import { conversations, targets } from '../delivery/index.ts';
import { parseDuration } from '../time/index.ts';
import { targetTexts as texts } from './texts.ts';

type Asking = Pick<TxContext, 'tx' | 'person'>;

/** True for words that take something away: "off". */
export const isOff = (words: string): boolean => /^(?:off|no|none|never)$/i.test(words.trim());

/** The id of the target that these words name; undefined: what is planned is told where it is planned. */
export async function targetMeant({ tx, person }: Asking, tell = 'here'): Promise<string | undefined | Failed> {
  if (/^(?:here|off|none)?$/i.test(tell.trim())) return undefined;
  const [target, ...others] = await targets.listNamed(tx, person.id, tell);
  if (!target) return failed('INVALID_INPUT', texts.noTarget(tell));
  if (others.length > 0) return failed('AMBIGUOUS', texts.targetAmbiguous(tell));
  if (target.state !== 'allowed') return failed('DENIED', texts.targetNotAllowed(target.name));
  // Its turns, and all that is not for the target, come to the person alone.
  return (await conversations.direct(tx, person.id)) === undefined ? failed('NO_DM', texts.noDm) : target.id;
}

/** Minutes. */
const LONGEST_WAIT = 7 * 24 * 60;
const USUAL_WAIT = 30;

export const lengthSaid = z.string().trim().max(60);

export const escalateInput = z.strictObject({
  to: z.string().trim().min(1).max(200),
  after: lengthSaid.optional(),
});

/** `minutes`: after so many without an answer `target` (its id) is told. */
export interface Escalation {
  target: string;
  minutes: number;
}

/** The target that these words mean, and after how long it is told; undefined: none ("off"). */
export async function readEscalation(
  ctx: Asking,
  { to, after = '' }: z.output<typeof escalateInput>,
): Promise<Escalation | undefined | Failed> {
  if (isOff(to)) return undefined;
  const minutes = minutesOf(after, USUAL_WAIT, LONGEST_WAIT);
  if (typeof minutes === 'object') return { ...minutes, field: 'escalate.after' };
  const target = await targetMeant(ctx, to);
  if (typeof target === 'object') return { ...target, field: 'escalate.to' };
  return target === undefined
    ? failed('INVALID_INPUT', texts.noEscalation, { field: 'escalate.to' })
    : { target, minutes };
}

/** Minutes that a length of time has ("10 minutes", "10", "every hour"); `usual` for no words. */
export function minutesOf(words: string, usual: number, longest: number): number | Failed {
  const plain = words.replace(/^(?:every|each|after)\s+/i, '');
  if (plain === '') return usual;
  const minutes = Math.round((parseDuration(/^\d+$/.test(plain) ? `${plain} minutes` : plain) ?? 0) / 60_000);
  if (minutes >= 1 && minutes <= longest) return minutes;
  return failed('INVALID_INPUT', texts.badLength(words, longest));
}

/** `bo after 30 minutes`: the time is all that stands behind the first "after". */
export function escalationSaid(value: string): z.input<typeof escalateInput> {
  const [to = '', ...after] = value.split(/\safter\s/i).map((part) => part.trim());
  return { to, ...(after.length > 0 && { after: after.join(' after ') }) };
}
