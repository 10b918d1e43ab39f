/** Learns from turns and their scores, and compares with the written rule. Pure. */
import type { Tier } from '../../../agent/index.ts';
import { lexemesOf } from '../../../base/lexemes.ts';

export interface ScoredText {
  text: string;
  tier: Tier;
  score: number;
}

export interface Learnt {
  weights: Weights;
  turns: number;
  heldBack: number;
  /** Held-back turns that the rule, and the learned weights, would have given to the right tier. */
  ruleRight: number;
  learntRight: number;
  isUsed: boolean;
}

const FEWEST_TURNS = 120;
const HELD_BACK_EVERY = 4;
const GOOD = 4;
const BAD = 2;
const LEAST_GAIN = 0.03;
const LEAST_DEVIATIONS = 1.64;

/** The tier that should have answered: the one that did it well, or the next larger one. Middling turns say nothing. */
function exampleOf({ text, tier, score }: ScoredText): Example | undefined {
  if (score >= GOOD) return { text, tier };
  if (score > BAD) return undefined;
  return { text, tier: TIERS[Math.min(TIERS.indexOf(tier) + 1, TIERS.length - 1)] as Tier };
}

/** The result for turns (oldest first); undefined where they are too few, or one tier did them all well. */
export function learn(turns: readonly ScoredText[], rule: (text: string) => Tier): Learnt | undefined {
  const examples = turns.flatMap((turn) => exampleOf(turn) ?? []);
  if (examples.length < FEWEST_TURNS || new Set(examples.map(({ tier }) => tier)).size < 2) return undefined;
  const cut = examples.length - Math.floor(examples.length / HELD_BACK_EVERY);
  const [trainingSet, heldBack] = [examples.slice(0, cut), examples.slice(cut)];
  const weights = train(trainingSet);
  const byRule = heldBack.map(({ text, tier }) => ({ choice: rule(text), tier }));
  const byWeights = heldBack.map(({ text, tier }) => ({ choice: choose(weights, text), tier }));
  const ruleRight = byRule.filter(isRight).length;
  const learntRight = byWeights.filter(isRight).length;
  const isUsed =
    beats(byWeights, byRule) &&
    // Nobody is answered worse so that something is saved.
    byWeights.filter(isTooSmall).length <= byRule.filter(isTooSmall).length;
  return { weights, turns: trainingSet.length, heldBack: heldBack.length, ruleRight, learntRight, isUsed };
}

interface Choice {
  choice: Tier;
  tier: Tier;
}

const isRight = ({ choice, tier }: Choice): boolean => choice === tier;
const isTooSmall = ({ choice, tier }: Choice): boolean => TIERS.indexOf(choice) < TIERS.indexOf(tier);

/** A sign test over the turns of which only one of both is right. */
function beats(ones: readonly Choice[], others: readonly Choice[]): boolean {
  const better = ones.filter((one, at) => isRight(one) && !isRight(others[at] as Choice)).length;
  const worse = ones.filter((one, at) => !isRight(one) && isRight(others[at] as Choice)).length;
  const gain = better - worse;
  return gain > 0 && gain / ones.length >= LEAST_GAIN && gain / Math.sqrt(better + worse) >= LEAST_DEVIATIONS;
}

/** Logistic regression between the tiers: pure, deterministic, and done in milliseconds. */
const TIERS: readonly Tier[] = ['light', 'default', 'heavy'];

/** A row of `VECTOR_SIZE` weights for each tier. */
export type Weights = readonly (readonly number[])[];

interface Example {
  text: string;
  tier: Tier;
}

const ROUNDS = 200;
const RATE = 1;
const WEIGHT_DECAY = 0.002;
/** The light tier is chosen only where it is as likely as this to do: a bad answer costs more than a dear one. */
const SURE = 0.6;

function train(examples: readonly Example[]): Weights {
  const samples = examples.map(({ text, tier }) => ({ entries: entriesOf(text), right: TIERS.indexOf(tier) }));
  const weights = TIERS.map(() => new Float64Array(VECTOR_SIZE));
  for (let round = 0; round < ROUNDS; round++) {
    const steps = TIERS.map(() => new Float64Array(VECTOR_SIZE));
    for (const { entries, right } of samples) {
      const likely = chances(weights, entries);
      for (let tier = 0; tier < steps.length; tier++) {
        addTo(steps[tier] as Float64Array, entries, (likely[tier] as number) - (tier === right ? 1 : 0));
      }
    }
    for (const [tier, row] of weights.entries()) descend(row, steps[tier] as Float64Array, samples.length);
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
  for (let each = 0; each < VECTOR_SIZE; each++) {
    const weight = row[each] as number;
    row[each] = weight - RATE * ((step[each] as number) / count + WEIGHT_DECAY * weight);
  }
}

export function choose(weights: Weights, text: string): Tier {
  const [light = 0, usual = 0, heavy = 0] = chances(weights, entriesOf(text));
  if (light >= SURE) return 'light';
  return heavy > Math.max(usual, light) ? 'heavy' : 'default';
}

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
const LONGEST_MESSAGE = 8_000;

const KINDS: readonly RegExp[] = [
  /\b(?:think|reason|reflect)\b|\bstep by step\b|\bin[ -]depth\b|\btake your time\b/i,
  /\b(?:why|compare|versus|vs|pros and cons|trade-?offs?|prove|derive|optimi[sz]e|strateg\w+)\b/i,
  /\b(?:plan|design|architect\w*|analy[sz]e|review|debug|refactor|estimate|decide|evaluate)\b/i,
  /\b(?:write|draft|rewrite|translate|summari[sz]e|explain|essay|report|letter)\b/i,
  /\b(?:what time|what day|remind|note|list|show|add|delete|done|snooze|weather|undo|cancel)\b/i,
  /^\W*(?:hi|hello|hey|thanks?|thank you|ok(?:ay)?|yes|no|good (?:morning|evening|night))\b/i,
  /```|[{};]\s*$|=>|\bfunction\b|\bselect\b.{1,300}\bfrom\b/im,
  /https?:\/\//i,
];

const COUNTS = 8;

const VECTOR_SIZE = COUNTS + KINDS.length + BUCKETS;

function featuresOf(message: string): Float64Array {
  const text = message.slice(0, LONGEST_MESSAGE);
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
  const values = new Float64Array(VECTOR_SIZE);
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
