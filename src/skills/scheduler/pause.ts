/** Schedules that are off until a date: the occurrence with which they go on. */
import { type Failed, failed } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { nextOf } from '../../time/index.ts';
import type { Wish } from './schedule.ts';
import { texts } from './texts.ts';
import { isPushed } from './watch/rule.ts';

export const isOfHook = ({ watch }: Pick<Wish, 'watch'>): boolean => watch !== undefined && isPushed(watch.source);

export const isPaused = ({ offUntil }: Pick<Wish, 'offUntil'>, now: Instant): boolean =>
  offUntil !== undefined && offUntil > now;

/**
 * `wish` with the first occurrence after its pause as its next one; where a pause of `before` is taken back, with the next
 * one from `now`. Failed: it does not come after the pause.
 */
export function planAround<T extends Wish>(wish: T, before: Wish | undefined, now: Instant): T | Failed {
  const { offUntil, rule, nextAt, title } = wish;
  if (offUntil === undefined || offUntil <= now) {
    const isResumed = before !== undefined && isPaused(before, now) && rule !== undefined && before.rule === rule;
    return { ...wish, offUntil: undefined, nextAt: isResumed ? nextOf(rule, now) : nextAt };
  }
  if (isOfHook(wish)) return { ...wish, state: 'on' };
  const next = rule === undefined ? nextAt : nextOf(rule, new Date(offUntil.getTime() - 1));
  if (!next || next < offUntil) return failed('PAST', texts.noneAfter(title));
  return { ...wish, state: 'on', nextAt: next };
}
