/** Logistic regression between the tiers: pure, deterministic, and done in milliseconds. */
import type { Tier } from '../../../agent/index.ts';
import { lexemesOf } from '../../../base/lexemes.ts';

export const TIERS: readonly Tier[] = ['light', 'default', 'heavy'];

/** A row of `SIZE` weights for each tier. */
export type Weights = readonly (readonly number[])[];

/** A message, and the tier that should have answered it. */
export interface Example {
  text: string;
  tier: Tier;
}

const ROUNDS = 200;
const RATE = 1;
/** Keeps weights of rare words small. */
const SHRINK = 0.002;
/** The light tier is chosen only where it is as likely as this to do: a bad answer costs more than a dear one. */
const SURE = 0.6;

/** Weights that fit the examples: gradient descent over all of them, from zero. */
export function train(examples: readonly Example[]): Weights {
  const seen = examples.map(({ text, tier }) => ({ entries: entriesOf(text), right: TIERS.indexOf(tier) }));
  const weights = TIERS.map(() => new Float64Array(SIZE));
  for (let round = 0; round < ROUNDS; round++) {
    const steps = TIERS.map(() => new Float64Array(SIZE));
    for (const { entries, right } of seen) {
      const likely = chances(weights, entries);
      for (let tier = 0; tier < steps.length; tier++) {
        addTo(steps[tier] as Float64Array, entries, (likely[tier] as number) - (tier === right ? 1 : 0));
      }
    }
    for (const [tier, row] of weights.entries()) descend(row, steps[tier] as Float64Array, seen.length);
  }
  return weights.map((row) => [...row].map((weight) => Math.round(weight * 1e6) / 1e6));
}

/** Most numbers of a message are 0: the others, with their places. */
interface Entries {
  places: readonly number[];
  values: readonly number[];
}

function entriesOf(text: string): Entries {
  const all = featuresOf(text);
  const places = [...all.keys()].filter((place) => all[place] !== 0);
  return { places, values: places.map((place) => all[place] as number) };
}

function addTo(step: Float64Array, { places, values }: Entries, error: number): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    step[place] = (step[place] as number) + error * (values[at] as number);
  }
}

function descend(row: Float64Array, step: Float64Array, count: number): void {
  for (let each = 0; each < SIZE; each++) {
    const weight = row[each] as number;
    row[each] = weight - RATE * ((step[each] as number) / count + SHRINK * weight);
  }
}

/** The tier for a message. */
export function choose(weights: Weights, text: string): Tier {
  const [light = 0, usual = 0, heavy = 0] = chances(weights, entriesOf(text));
  if (light >= SURE) return 'light';
  return heavy > Math.max(usual, light) ? 'heavy' : 'default';
}

/** Probability of each tier. */
function chances(weights: readonly ArrayLike<number>[], { places, values }: Entries): number[] {
  const sums = weights.map((row) => {
    let sum = 0;
    for (let at = 0; at < places.length; at++) sum += (values[at] as number) * (row[places[at] as number] ?? 0);
    return sum;
  });
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// Features of a message for the choice of a tier: cheap counts and words, as numbers.

/** Changes with what the numbers mean: weights of another version are not used. */
export const VERSION = 1;

/** Stems share so many places. */
const BUCKETS = 48;
/** Characters that are looked at. */
const LONGEST = 8_000;

const KINDS: readonly RegExp[] = [
  /\b(?:think|reason|reflect)\b|\bstep by step\b|\bin[ -]depth\b|\btake your time\b/i,
  /\b(?:why|compare|versus|vs|pros and cons|trade-?offs?|prove|derive|optimi[sz]e|strateg\w+)\b/i,
  /\b(?:plan|design|architect\w*|analy[sz]e|review|debug|refactor|estimate|decide|evaluate)\b/i,
  /\b(?:write|draft|rewrite|translate|summari[sz]e|explain|essay|report|letter)\b/i,
  /\b(?:what time|what day|remind|note|list|show|add|delete|done|snooze|weather|undo|cancel)\b/i,
  /^\W*(?:hi|hello|hey|thanks?|thank you|ok(?:ay)?|yes|no|good (?:morning|evening|night))\b/i,
  /```|[{};]\s*$|=>|\bfunction\b|\bselect\b.+\bfrom\b/im,
  /https?:\/\//i,
];

const COUNTS = 8;

/** Length of the vector that describes a message. */
const SIZE = COUNTS + KINDS.length + BUCKETS;

/** The numbers of a message, each from 0 to 1. Pure. */
function featuresOf(message: string): Float64Array {
  const text = message.slice(0, LONGEST);
  const words = text.split(/\s+/).filter((word) => word !== '');
  const of = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const counts = [
    1,
    Math.min(1, Math.log2(1 + text.length) / 13),
    Math.min(1, Math.log2(1 + words.length) / 11),
    text.length >= 2_000 ? 1 : 0,
    Math.min(1, of(/\n/g) / 20),
    Math.min(1, of(/\?/g) / 3),
    Math.min(1, of(/\p{N}/gu) / 20),
    Math.min(1, of(/\b(?:and|then|but|also|if)\b/gi) / 8),
  ];
  const values = new Float64Array(SIZE);
  values.set([...counts, ...KINDS.map((kind) => (kind.test(text) ? 1 : 0))]);
  for (const stem of lexemesOf(text)) values[COUNTS + KINDS.length + bucketOf(stem)] = 1;
  return values;
}

/** FNV-1a: the same on every machine. */
function bucketOf(stem: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < stem.length; at++) hash = Math.imul(hash ^ stem.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
