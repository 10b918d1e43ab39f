import { english } from './lang/en.ts';
import { SHORTS } from './lang/en-words.ts';
import { layoutOf } from './layout.ts';
import type { Token } from './tokens.ts';

/** A sentence with its short forms written out. */
export interface WrittenOut {
  tokens: readonly Token[];
  /** Whether one of them may as well be a name. */
  isDoubtful: boolean;
}

/**
 * "tom" is tomorrow to those who write in haste, and Tom to those who write no capitals. Where it stands tells which:
 * undefined when there is none, or when all of them are names.
 */
export function writtenOut(tokens: readonly Token[]): WrittenOut | undefined {
  if (!tokens.some(({ raw }) => SHORTS.has(raw.toLowerCase()))) return undefined;
  const { body, connector, hasLead } = layoutOf(tokens);
  // The capital of a first word says nothing.
  const shortAt = ({ raw }: Token, at: number) => SHORTS.get(at === body[0] ? raw.toLowerCase() : raw);
  const places = tokens.flatMap((token, at) => (shortAt(token, at) === undefined ? [] : [at]));
  const kinds = new Map(
    places.map((at): [number, Kind] => {
      const opens = at === body[0] && connector === '';
      const kind = opens ? openingKind(tokens, at, hasLead) : innerKind(tokens, at);
      return [at, kind === 'day' && !SHORTS.has(tokens[at]?.raw ?? '') ? 'doubt' : kind];
    }),
  );
  if ([...kinds.values()].every((kind) => kind === 'name')) return undefined;
  return {
    tokens: tokens.map((token, at) =>
      kinds.has(at) && kinds.get(at) !== 'name' ? { ...token, text: shortAt(token, at) ?? '' } : token,
    ),
    isDoubtful: [...kinds.values()].includes('doubt'),
  };
}

type Kind = 'day' | 'doubt' | 'name';

/** "Remind me tom to call", "tom 5pm dentist", but "tom is here at 5". */
function openingKind(tokens: readonly Token[], at: number, hasLead: boolean): Kind {
  const next = tokens[at + 1]?.text ?? '';
  return isTimely(next) || (hasLead && /^(?:to|about|that|[,:-]?)$/.test(next)) ? 'day' : 'name';
}

/** "Call at 3pm tom", "gym tom at 9", "call tom at 9". */
function innerKind(tokens: readonly Token[], at: number): Kind {
  const before = tokens[at - 1]?.text ?? '';
  const next = tokens[at + 1]?.text ?? '';
  const isLast = /^[,.;!?)]?$/.test(next);
  if (english.names.personal.has(before) || BEFORE_NAMES.test(before) || !(isLast || isTimely(next))) return 'name';
  const isTied = /^(?:day|night|morning)$/.test(tokens[at - 2]?.text ?? '') && /^(?:after|before)$/.test(before);
  return isTied || PARTS.test(next) || (isLast && (english.temporal.has(before) || /^\d/.test(before)))
    ? 'day'
    : 'doubt';
}

const isTimely = (word: string): boolean => /^(?:at|by|~|noon|midnight|\d.*)$/.test(word) || PARTS.test(word);

const PARTS = /^(?:morning|afternoon|evening|night|lunch|eve)$/;

/** What a person follows, beside those to whom something is said. */
const BEFORE_NAMES =
  /^(?:see|visit|help|get|up|off|drive|take|bring|fetch|let|join|interview|to|from|of|by|about|give|send|show|owe|hug|is|are|like|dear|mr|dr|w|\/)$/;
