/** Features of a message for the choice of a tier: cheap counts and words, as numbers. */
import { lexemesOf } from '../../../base/lexemes.ts';

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

/** So many numbers describe a message. */
export const SIZE = COUNTS + KINDS.length + BUCKETS;

/** The numbers of a message, each from 0 to 1. Pure. */
export function featuresOf(message: string): Float64Array {
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
