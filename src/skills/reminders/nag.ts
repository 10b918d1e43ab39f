/** Reminders that repeat until they are done: how often, and when next. */
import { z } from 'zod';
import { type Failed, failed } from '../../agent/index.ts';
import { parseDuration } from '../../time/index.ts';
import { MOST_NAGS } from './reminder.ts';
import { texts } from './texts.ts';

const LONGEST_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

export const nagInput = z
  .string()
  .max(60)
  .describe('Repeat until done: the time between, in the person\'s own words ("10 minutes"); "off": no longer.');

/**
 * Minutes between repetitions, from a person's words; null where they want none ("off", "never").
 *
 * @returns a failure `BAD_NAG` for what is no length of time between a minute and a day.
 */
export function readNag(words: string): number | null | Failed {
  const said = words
    .trim()
    .replace(/^(?:every|each)\s+/i, '')
    .replace(/^half hour$/i, '30 minutes')
    .replace(/^(?=(?:minute|hour|day)$)/i, '1 ');
  if (/^(?:off|no|none|never|not)$/i.test(said)) return null;
  const minutes = Math.round((parseDuration(said) ?? 0) / MINUTE_MS);
  if (minutes >= 1 && minutes <= LONGEST_MINUTES) return minutes;
  return failed('BAD_NAG', texts.badNag(words));
}

/** Repetitions within an hour. */
export const nagsAnHour = (nag: number | undefined): number =>
  nag === undefined ? 0 : Math.min(MOST_NAGS, Math.floor(60 / nag));
