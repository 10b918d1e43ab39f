import type { Instant } from '../base/clock.ts';

/** Rows somewhere that fall due: jobs, reminders, parts to send again. The worker looks after all of them with one timer. */
export interface DueSource {
  name: string;
  /**
   * A scalar subquery, without parameters, giving the earliest due instant or null: the worker joins those of all
   * sources into one statement. It must be answered by an index: by `order by … limit 1`, since `min` reads all rows
   * where the planner takes them for few.
   */
  earliest: string;
  /** The size of such a set: after a smaller one nothing is left that is due. Left out: it is asked again. */
  batch?: number;
  /**
   * Carries out what is due at `now`, one bounded set at a time, in transactions of its own; returns how many. It is
   * called again until it returns 0. Several processes may call it at once; whatever it does is done once.
   */
  fire(now: Instant): Promise<number>;
}
