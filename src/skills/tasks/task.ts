import { z } from 'zod';
import type { Instant } from '../../base/clock.ts';
import {
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
import { nextOf, parseWhen } from '../../time/index.ts';

export const MOST_STEPS = 50;
/** Characters. */
export const LONGEST = { title: 120, step: 1_000, result: 2_000, reason: 500 } as const;
export const MOST_FILES = 10;

export const BLOCKS = ['waiting_for_person', 'waiting_for_time', 'external', 'failed'] as const;
/** Why a task cannot go on; `external`: something outside, which neither the person nor coda can hurry. */
export type BlockType = (typeof BLOCKS)[number];

export type TaskState = 'active' | 'blocked' | 'done' | 'cancelled';

export const stepSchema = z.object({
  text: z.string(),
  by: z.enum(['assistant', 'person']),
  specialist: z.string().optional(),
  result: z.string().optional(),
  files: z.array(z.string()).readonly().optional(),
});
export type Step = z.output<typeof stepSchema>;

/** The stored form carries its version, so that a later one can read it. */
const stored = z.object({ v: z.literal(1), steps: z.array(stepSchema) });

export const tasks = new Columns({
  id: text(),
  personId: uuid(),
  conversationId: uuid(),
  title: text(),
  steps: jsonOf<readonly Step[]>(
    (value) => stored.parse(value).steps,
    (steps) => ({ v: 1, steps }),
  ),
  /** The index of the step that is next; as many as there are steps when all are done. */
  step: int(),
  state: text<TaskState>(),
  blockType: optional(text<BlockType>()),
  blockReason: optional(text()),
  /** RFC 5545 text: it is taken up at each occurrence; undefined: at `nextAt` alone. */
  rule: optional(text()),
  zone: text(),
  /** When it is taken up; undefined: it rests, or a turn works on it. */
  nextAt: optional(instant()),
  isRunning: named('running', isSet('uuid')),
  /** Number of times it was taken up without a word of the person's. */
  resumed: int(),
  tainted: bool(),
  version: int(),
});

/** A request that takes days: steps in order, the first of which that is not done is next. */
export type Task = ItemOf<typeof tasks>;

export const saved = tasks.pick(
  'title',
  'steps',
  'step',
  'state',
  'blockType',
  'blockReason',
  'rule',
  'zone',
  'nextAt',
  'tainted',
);

export type Wish = ItemOf<typeof saved> & { resumed?: number };

/** Reads a step as it was written: "you: call them" is the person's, "@research: compare" is a specialist's. */
export function readStep(words: string, by: Step['by']): Step {
  const phrase = words.trim().replace(/^(?:[-*•]|\d{1,3}[.)])\s+/, '');
  const own = /^(?:you|me|person)\s*:\s*(.+)$/is.exec(phrase)?.[1];
  if (own !== undefined) return { text: own, by: 'person' };
  const mine = /^(?:coda|assistant)\s*:\s*(.+)$/is.exec(phrase)?.[1];
  if (mine !== undefined) return { text: mine, by: 'assistant' };
  const [, specialist, handed] = /^@([a-z][a-z0-9-]*)\s*:?\s+(.+)$/is.exec(phrase) ?? [];
  if (specialist !== undefined && handed !== undefined)
    return { text: handed, by: 'assistant', specialist: specialist.toLowerCase() };
  return { text: phrase, by };
}

export const isOpen = ({ state }: Pick<Task, 'state'>): boolean => state === 'active' || state === 'blocked';

/** The instant rounded up to the grid of `cron`; the instant itself where there is none. */
export function onGrid(at: Instant, cron: string, zone: string): Instant {
  if (cron === '') return at;
  const read = parseWhen(cron, { now: at, zone });
  if (read.kind !== 'recurring') return at;
  return nextOf(read.rule, new Date(at.getTime() - 1)) ?? at;
}
