/** Clauses that are written without a mark between them: "shift both to tomorrow I'm out today". */

import { taskWords } from '../../time/index.ts';
import { ADVERBS, CAUSES, PERSONS } from './asides.ts';
import type { Border } from './clauses.ts';
import type { Word } from './words.ts';

/** Begins a request behind what is told without a mark: "she has rehearsal today make it 4:30". */
export const CHANGES = new Set(
  'make move push shift change bring do cancel delete drop scrap skip bin remove put'.split(' '),
);
export const AT_HAND = new Set('it that this both them'.split(' '));

/** Nobody's own words are parted there: the request behind or before it holds none. */
export function withRunOns(words: readonly Word[], borders: readonly Border[]): Border[] {
  // "The one I'm not using" is one thing: only what cannot be told more of is a clause's end.
  const begins = ({ norm }: Word, at: number) => {
    const [before = '', next = ''] = [words[at - 1]?.norm, words[at + 1]?.norm];
    // "Make it an hour earlier so we get seats" says what for.
    if (norm === 'so') return PERSONS.has(next) && (CLOSED.test(before) || SHIFTED.test(before));
    if (CAUSES.has(norm) || before === 'tho' || before === 'though') return true;
    // "You can't cancel it" asks for nothing: what is told is complete before the request begins.
    if (CHANGES.has(norm) && (next === 'it' || next === 'that')) return CLOSED.test(before);
    if (/^(?:reminder|note)$/.test(before) || (before === 'one' && norm !== 'im'))
      return tellsOf(words.slice(at)) || isComplete(words, at);
    const isNext = before === 'one' && /^(?:first|next|last|that|this)$/.test(words[at - 2]?.norm ?? '');
    if (PERSONS.has(norm) && (norm.length > 2 || norm === 'im') && (isNext || CLOSED.test(before)))
      return !asksMore(words.slice(at + 2));
    return isWhy(words, at);
  };
  const more = words.flatMap((word, at): Border[] =>
    at > 1 && begins(word, at) && at < words.length - 1 && !borders.some((one) => one.at === at)
      ? [{ end: at, at, kind: 'join' }]
      : [],
  );
  return more.length === 0 || borders.some(({ kind }) => kind === 'line')
    ? []
    : [...borders, ...more].sort((one, other) => one.at - other.at);
}

/** "… she's here make it dad": the reason goes on to another request. */
const asksMore = (told: readonly Word[]): boolean =>
  told.some(({ norm }) => CHANGES.has(norm) && !/^(?:do|put|remove)$/.test(norm));

/** "I renewed them online", "the tooth is still in", behind "the library one"; "I made" says which one. */
const tellsOf = ([first, ...rest]: readonly Word[]): boolean =>
  first?.norm === 'the'
    ? rest.some(({ norm }) => /^(?:is|isnt|are|arent|was|were|has)$/.test(norm))
    : PERSONS.has(first?.norm ?? '') && rest.some(({ norm }) => /^(?:it|them|him|her)$/.test(norm));

/** Behind one of these a person and what they do belongs to what is said. */
const JOINING =
  /^(?:the|a|an|my|our|his|her|their|your|that|which|who|whom|what|whatever|where|when|whenever|while|until|till|til|before|after|if|unless|whether|as|than|like|because|cause|cos|cuz|since|so|and|or|but|to|for|of|in|on|at|by|with|from|about|remind|remember|forget|know|think|hope|say|says|said|mean|meant|tell|told|me|us|not|dont|only|just|did|do|does|is|are|was|were|has|have|can|could|will|would|should|must|may|might)$/;
/** Behind one of these it says which one is meant: "the note she dictated". */
const GENERIC =
  /^(?:everything|anything|something|all|any|things?|stuff|lists?|notes?|reminders?|alarms?|ones?|tasks?|message|last|first|next)$/;
/** What a person or thing is: "she's sick". */
const IS_SO =
  /^(?:sick|ill|away|off|out|busy|asleep|late|fine|sorted|over|done|gone|here|there|back|home|not|no|too|so|still|already|just|been|going|running|working|moved|cancelled|canceled|closed|shut|full|free|booked|poorly|stuck|leaving|staying|coming)$/;
const CONTRACTIONS = /^(?:hes|shes|its|theyre|were|im|ive|weve|theyve|thats|theres)$/;
const DETERMINER = /^(?:a|an|some|no|the|enough|plenty|my|our|another|one|two|it|them)$/;

/** "She's sick", "I've got a bottle here": nothing is left of it that could say which one. */
function isComplete(words: readonly Word[], at: number): boolean {
  const [word, next, object] = [words[at]?.norm ?? '', words[at + 1]?.norm ?? '', words[at + 2]?.norm ?? ''];
  if (!CONTRACTIONS.test(word)) return false;
  return IS_SO.test(next) || (next === 'got' && DETERMINER.test(object));
}

/** Words of a reason without a mark; none of them asks for more or says when. */
const LONGEST_REASON = 8;
const ASKS = new Set(
  'remind note add set show list tell snooze undo rename call what when which how please and or'.split(' '),
);
const WHEN =
  /\d|^(?:\w+days?|tomorrow|weeks?|months?|years?|days?|hours?|minutes?|mins?|noon|midnight|morning|afternoon|evening|later|earlier|sooner|instead|until|till|til|from|every|next|back|forward)$/;

/** "… its still pale", "… she just rang", "… the contract's over": why, behind a request and without a mark. */
function isWhy(words: readonly Word[], at: number): boolean {
  if (words.length - at > LONGEST_REASON) return false;
  const told = words.slice(at).map(({ norm }) => norm);
  if (told.some((norm) => WHEN.test(norm))) return false;
  if (told.slice(2).some((norm) => CHANGES.has(norm) || ASKS.has(norm) || taskWords.deeds.has(norm))) return false;
  const [before, word, next] = [words[at - 1]?.norm ?? '', words[at]?.norm ?? '', words[at + 1]?.norm ?? ''];
  if (JOINING.test(before) && !(before === 'that' && !JOINING.test(words[at - 2]?.norm ?? ''))) return false;
  const [thing, ...state] = words.slice(at + 1).map(({ norm }) => norm);
  if (/^(?:the|my|our)$/.test(word)) return /s$/.test(thing ?? '') && state.length === 1 && IS_SO.test(state[0] ?? '');
  if (GENERIC.test(before)) return false;
  if (CONTRACTIONS.test(word)) return isComplete(words, at) || /.{2}(?:ed|ing)$/.test(next);
  return /^(?:i|he|she|we|they)$/.test(word) && (ADVERBS.has(next) || tellsOf(words.slice(at)));
}

const CLOSED =
  /^(?:it|that|them|those|both|all|today|tomorrow|tonight|later|instead|now|again|off|out|rn|yet|late|busy|ill|sick|week|month|noon|[ap]m|\w+day|\d\S*)$/;

const SHIFTED = /^(?:earlier|sooner)$/;
