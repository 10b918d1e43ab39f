/** Logistic regression between the tiers: pure, deterministic, and done in milliseconds. */
import type { Tier } from '../../../agent/index.ts';
import { featuresOf, SIZE } from './features.ts';

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
