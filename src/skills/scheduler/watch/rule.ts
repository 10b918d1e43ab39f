/** A rule: what is looked at, and when its person is told. Decided in code; no model is asked but for `ask`. */
import { z } from 'zod';

export const WATCH_TOOL = 'schedule_watch';

const url = z.string().trim().min(1).max(2_000);
const named = z.string().trim().min(1).max(200);
/** JSON as it was read: not `z.json`, whose recursion no OpenAPI reader follows. */
export const jsonInput = z.record(z.string(), z.unknown());

export const source = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('script'),
      script: named.describe('skill/script, or the name of the script alone.'),
      args: z.array(z.string().max(1_000)).max(20).default([]),
      input: jsonInput.optional().describe('JSON on its standard input.'),
    })
    .describe('What a script of an approved skill prints.'),
  z
    .strictObject({
      kind: z.literal('web_watch'),
      url,
      part: named.optional().describe('Only the paragraphs with these words.'),
    })
    .describe('The readable text of a web page.'),
  z.strictObject({ kind: z.literal('feed'), url }).describe('Entries of an RSS or Atom feed.'),
  z
    .strictObject({ kind: z.literal('mcp'), server: named, tool: named, input: jsonInput.default({}) })
    .describe('The result of an MCP tool.'),
  z
    .strictObject({ kind: z.literal('hook'), hook: named, field: named.describe('power, or data.0.value') })
    .describe('A field of what a webhook is sent; it needs no time.'),
  z.strictObject({ kind: z.literal('file'), skill: named, path: named }).describe("A file in a skill's folder."),
  z
    .strictObject({
      kind: z.literal('appointment'),
      url,
      minutes: z.int().min(1).max(10_080).default(30).describe('So long before it begins.'),
    })
    .describe('An appointment of a calendar (ics) that nears.'),
]);
export type Source = z.output<typeof source>;

export const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time such as 08:00' });

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const conditionFields = z.strictObject({
  is: z
    .enum(['anything', 'changed', 'contains', 'lacks', 'above', 'below'])
    .default('anything')
    .describe('anything: whatever it says, once for the same; changed: another text than before.'),
  text: named.optional().describe('For contains and lacks; case does not matter.'),
  number: z.number().optional().describe('For above and below.'),
  after: named.optional().describe('The number behind these words; left out: the first one.'),
  without: named.optional().describe('Lines with these words are left out; several with commas between.'),
  times: z.int().min(1).max(100).default(1).describe('So often in a row.'),
  days: z.array(z.enum(DAYS)).min(1).max(7).optional().describe('Told on these days only.'),
  from: clock.optional(),
  to: clock.optional().describe('Told between these times of the day only.'),
  daily: z.boolean().default(false).describe('At most once a day.'),
  over: z.boolean().default(false).describe('Told also when it is over.'),
});

export const condition = conditionFields
  .refine(({ is, text }) => (is !== 'contains' && is !== 'lacks') || text !== undefined, {
    path: ['text'],
    error: 'expected the words that are looked for',
  })
  .refine(({ is, number }) => (is !== 'above' && is !== 'below') || number !== undefined, {
    path: ['number'],
    error: 'expected a number',
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    path: ['to'],
    error: 'expected both from and to, or neither',
  });
export type Condition = z.output<typeof condition>;

const { is, text, number, after, without, times, days, from, to, daily, over } = conditionFields.shape;

/** A change of a condition: fields that are left out stay, null takes one away. */
export const conditionChange = z.strictObject({
  is: is.unwrap().optional(),
  text,
  number,
  after: after.nullable(),
  without: without.nullable(),
  times: times.unwrap().optional(),
  days: days.nullable(),
  from: from.nullable(),
  to: to.nullable(),
  daily: daily.unwrap().optional(),
  over: over.unwrap().optional(),
});
export type ConditionChange = z.output<typeof conditionChange>;

/** The condition with its change, which is checked like a new one. Another state has its own words and number. */
export function changeCondition(before: Condition, change: ConditionChange) {
  const base =
    change.is === undefined || change.is === before.is ? before : { ...before, text: undefined, number: undefined };
  const entries = Object.entries({ ...base, ...change }).filter(([, value]) => value !== undefined && value !== null);
  return condition.safeParse(Object.fromEntries(entries));
}

/** `ask`: a model gets what came with these words. `budget`: what this may cost in 24 hours, in the currency of the prices. */
export const asking = {
  ask: z.string().trim().min(1).max(2_000).optional().describe('Has a model say it; left out: no model is asked.'),
  budget: z.number().min(0.001).max(100).default(0.1).describe('What `ask` may cost in a day.'),
};

export const watch = z.strictObject({ source, rule: condition.prefault({}), ...asking });
export type Watch = z.output<typeof watch>;

/** Minutes. */
export const LONGEST_NAG = 24 * 60;

/** Kinds that fetch from others' machines: they are looked at less often. */
export const isRemote = ({ kind }: Source): boolean =>
  kind === 'web_watch' || kind === 'feed' || kind === 'appointment';

/** Sources that tell coda by themselves: a schedule of theirs has no time. */
export const isPushed = ({ kind }: Source): boolean => kind === 'hook';

/** Text that is read again without harm where a process died in the middle. */
export const isRepeatable = ({ kind }: Source): boolean => kind !== 'script' && kind !== 'mcp';
