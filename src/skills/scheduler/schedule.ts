import type { Instant } from '../../base/clock.ts';
import {
  bigint,
  bool,
  Columns,
  type ItemOf,
  instant,
  int,
  isSet,
  jsonOf,
  named,
  optional,
  text,
  uuid,
} from '../../storage/index.ts';
import { occurrences } from '../../time/index.ts';
import { planFields, tellingColumn } from './watch/fields.ts';
import { type Watch, watch } from './watch/rule.ts';

/** `done`: it was for once, and that is over. */
export type ScheduleState = 'on' | 'off' | 'done' | 'deleted';

export type RoutineName = 'briefing' | 'weekly-review';

/** The commands that show the routines. The shipped skill that guides a person through their week is `/weekly-review`. */
export const ROUTINE_COMMANDS: Readonly<Record<RoutineName, string>> = {
  briefing: 'briefing',
  'weekly-review': 'week',
};

const COMMAND = /^\/(\S+)([\s\S]*)$/;

/** The command for what a schedule runs, `/name rest`: a routine goes before a skill of its name. Pure. */
export function commandRun(run: string): string {
  const [, name = '', rest = ''] = COMMAND.exec(run) ?? [];
  return Object.hasOwn(ROUTINE_COMMANDS, name) ? `/${ROUTINE_COMMANDS[name as RoutineName]}${rest}` : run;
}

export function storedRun(run: string): string {
  const [, name = '', rest = ''] = COMMAND.exec(run) ?? [];
  const [routine] = Object.entries(ROUTINE_COMMANDS).find(([, command]) => command === name) ?? [];
  return routine === undefined ? run : `/${routine}${rest}`;
}

export const schedules = new Columns({
  /** Short: people type it. */
  id: text(),
  personId: uuid(),
  conversationId: uuid(),
  ...planFields.columns,
  /** The words that begin the turn; undefined where `run` does. */
  prompt: optional(text()),
  run: optional(text()),
  /** Source and rule of one that looks at something: it begins no turn. */
  watch: optional(
    jsonOf<Watch>(
      (stored) => watch.parse(stored),
      (value) => value,
    ),
  ),
  /** Ways of telling what was found; undefined: at once, and once. */
  telling: optional(tellingColumn),
  /** RFC 5545 text; undefined: once. */
  rule: optional(text()),
  zone: text(),
  state: text<ScheduleState>(),
  nextAt: optional(instant()),
  isRunning: named('running', isSet('uuid')),
  lastAt: optional(instant()),
  lastOutcome: optional(text()),
  lastError: optional(text()),
  lastMs: optional(bigint()),
  /** In a row. */
  failures: int(),
  tainted: bool(),
  version: int(),
});

/** A schedule of a person: each occurrence begins a turn of theirs. */
export type PersonSchedule = ItemOf<typeof schedules>;

export const saved = schedules.pick(
  'conversationId',
  ...planFields.keys,
  'prompt',
  'run',
  'watch',
  'rule',
  'zone',
  'state',
  'nextAt',
  'tainted',
  'telling',
);

export type Wish = ItemOf<typeof saved>;

const OCCURRENCES_LOOKED_AT = 60;

/** The shortest time between two occurrences of `rule` after `now`, in milliseconds. */
export function smallestStep(rule: string, now: Instant): number {
  let [smallest, before, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const at of occurrences(rule, { after: now })) {
    smallest = Math.min(smallest, at.getTime() - before);
    before = at.getTime();
    if (++count === OCCURRENCES_LOOKED_AT) break;
  }
  return smallest;
}

/** Tells the worker that something is due; a hint, given after the commit. */
export type WakeAt = (at: Instant) => void;
