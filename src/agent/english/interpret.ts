/** From a message and what it may refer to, to what is to be done. */
import { type Dialogue, lastAsked } from '../dialogue/dialogue.ts';
import type { Call } from '../tool.ts';
import { isAside } from './asides.ts';
import { pointsBack } from './asked.ts';
import {
  type Act,
  acts,
  type Clause,
  clauseOf,
  dismissal,
  type Message,
  mayMean,
  takenBack,
  unclear,
} from './clause.ts';
import { bordersOf } from './clauses.ts';
import { isCondition } from './conditions.ts';
import { ending, isCourtesy, takenBackAt, takenBackWithin, takesBack } from './courtesy.ts';
import { amongAsides, inParts, isQuestionBehind, opens, parted } from './parting.ts';
import { corrections } from './slips.ts';
import type { Understanding } from './understand.ts';
import { type Word, wordsOf, written } from './words.ts';

/** `nothing`: it was said and taken back, or takes back what never was. */
export type Interpretation = Act[] | 'nothing';

/** `asks`: words that no phrase fits may be asked about. */
export function interpret(
  text: string,
  understanding: Understanding,
  dialogue: Dialogue,
  { asks = true } = {},
): Interpretation {
  const meant = meaningOf(text, understanding, dialogue);
  if (meant === 'nothing' || !asks) return meant;
  return meant.map((act) =>
    act.kind === 'call'
      ? act
      : { ...act, instead: [...act.instead, ...understanding.leftOf(act.text, dialogue.topic)] },
  );
}

function meaningOf(text: string, understanding: Understanding, dialogue: Dialogue): Interpretation {
  const words = wordsOf(text);
  const message = { text, words, understanding };
  if (isQuotation(text)) return [unclear(message, 0, words.length, [])];
  if (takesBack(words)) return backIn(dialogue, words);
  const reason = takenBackWithin(words);
  if (reason !== undefined && isAside(text, words.slice(reason), true)) return 'nothing';
  const rid = ridOf(message, dialogue);
  if (rid) return rid;
  const back = takenBackAt(words);
  // "I found my keys, never mind" may be about the keys.
  const isForgotten =
    back !== undefined && words[back]?.norm === 'forget' && isAside(text, words.slice(0, back), false);
  const dismissed = isForgotten ? dismissal(dialogue, words.slice(back)) : undefined;
  if (dismissed) return [{ kind: 'call', call: dismissed }];
  if (back !== undefined) return twiceTakenBack(message, back, dialogue) ?? 'nothing';
  const clauses = parted(message, dialogue);
  const restated = restatedIn(message, dialogue, clauses);
  if (restated) return restated;
  const isSure = clauses?.some(({ calls }) => calls.length > 0);
  if (clauses && isSure) return acts(clauses);
  const whole = clauseOf(message, 0, words.length, dialogue);
  if (clauses && !whole) return acts(clauses);
  const asked = whole ? undefined : amongAsides(message, dialogue);
  if (asked && !asked.unsure) return acts([asked]);
  const some = whole && !isQuestionBehind(message) ? undefined : inParts(message, dialogue);
  if (some) return some;
  if (whole) return acts([whole]);
  const tentative = mayMean(message, 0, words.length, dialogue);
  const unasked = dialogue.unsaid
    ? undefined
    : unaskedIn(
        message,
        tentative.some(({ call }) => call.input.when !== undefined),
      );
  const instead = [
    ...(asked?.unsure?.instead ?? []),
    ...tentative.map(({ call }) => call),
    ...(unasked?.length === 1 ? unasked : []),
  ];
  const right = spelt(message, dialogue, unasked ?? instead);
  const isNamed = tentative.some(({ phrase, literals }) => phrase.tentative !== 'last' && literals > 0);
  const [only] = right?.length === 1 ? right : [];
  // "Cancel the fish tank" names a thing before "tank" is a slip for "task".
  if (isNamed && only?.kind === 'call') {
    const [named, last] = [false, true].map((isLast) =>
      tentative.filter(({ phrase }) => (phrase.tentative === 'last') === isLast).map(({ call }) => call),
    );
    return [unclear(message, 0, words.length, [...(named ?? []), only.call, ...(last ?? [])])];
  }
  if (right) return right;
  if (unasked && tentative.length === 0) return unasked.map((call) => ({ kind: 'call', call }));
  return [unclear(message, 0, words.length, instead)];
}

/** What the person did, and to what. */
const ALREADY =
  /\b(?:i|we|ive|weve) (?:have )?already (?!changed|moved|asked|needed|wanted|told|said)(?:\w+ed|did|done|got|paid|sent|bought|rang|took|made|went|saw|spoke|wrote|gave|brought|found|met|sold)\b(.*)$/;
const FILLING =
  /\b(?:it|that|this|them|those|him|her|the|a|an|my|our|to|with|in|on|off|up|back|today|now|yesterday|earlier|just|thanks|this morning)\b/g;
const WHEN_DONE =
  /\b(?:(?:before|after|around) (?:breakfast|lunch|dinner|tea|work|school|noon|midday|\d.*)|last (?:night|week))$/;

/** "Never mind, I did it". */
const DID_IT =
  /^(?:oh |ok |actually )*(?:never mind|forget it|scratch that) (?:i|we|ive|weve) (?:have )?(?:just )?(?:did|done|sorted|finished|sent|paid) (?:it|that|this|them)(?: myself| now| earlier| today)*$/;

function backIn(dialogue: Dialogue, words: readonly Word[]): Interpretation {
  const { topic } = dialogue;
  // "Never mind, I already called them": done, however it was changed last.
  const said = words.map(({ norm }) => norm).join(' ');
  const [done, things = ''] = ALREADY.exec(said) ?? DID_IT.exec(said) ?? [];
  if (done !== undefined && topic?.thing === 'reminder' && topic.how === 'made' && !lastAsked(dialogue)) {
    // "… before lunch" tells when, and is no name.
    const named = things.replace(WHEN_DONE, ' ').replace(FILLING, ' ').trim();
    const isAtHand = named.split(/\s+/).every((word) => topic.text?.toLowerCase().includes(word));
    return [{ kind: 'call', call: { tool: `${topic.thing}_complete`, input: { which: isAtHand ? 'that' : named } } }];
  }
  const call = takenBack(dialogue) ?? dismissal(dialogue, words);
  return call ? [{ kind: 'call', call }] : 'nothing';
}

/** "Never mind, delete it": twice the same. */
function ridOf({ text, words, understanding }: Message, dialogue: Dialogue): Act[] | undefined {
  const said = words.map(({ norm }) => norm).join(' ');
  const [lead] = /^(?:oh |ok |actually )?(?:never mind|forget it|scratch that) /.exec(said) ?? [];
  if (lead === undefined) return undefined;
  const from = lead.trim().split(' ').length;
  const call = understanding.read(text, words, from, words.length, dialogue).certain?.call;
  return call?.tool.endsWith('_delete') && pointsBack(call) ? [{ kind: 'call', call }] : undefined;
}

/** "Cancel that, never mind": each says that what is at hand is not wanted. */
function twiceTakenBack({ text, words, understanding }: Message, end: number, dialogue: Dialogue): Act[] | undefined {
  const call = understanding.read(text, words, 0, end, dialogue).certain?.call;
  const isAtHand = call?.tool.endsWith('_delete') && /^(?:|it|that|this)$/.test(String(call.input.which ?? ''));
  return call && isAtHand ? [{ kind: 'call', call }] : undefined;
}

/**
 * A request that stands behind what it is about: "dentist tomorrow at 3, remind me". Where each clause is a request of its own,
 * as in `clauses`, the first is not what the second is about, unless it is to be kept besides.
 */
function restatedIn(message: Message, dialogue: Dialogue, clauses: readonly Clause[] = []): Act[] | undefined {
  const beside = clauses.length > 2 ? undefined : keptBeside(message);
  const about = beside && restatedOnce(beside.text, message, dialogue, false);
  const isOther = about?.every((act) => act.kind === 'call' && act.call.tool !== beside?.keeps.tool);
  if (beside && about && isOther) return [{ kind: 'call', call: beside.keeps }, ...about];
  const isParted = clauses.length > 0 && !clauses.some(states);
  return restatedOnce(message.text, message, dialogue, isParted) ?? restatedBehind(message, dialogue, isParted);
}

/** "It's cold today. The doctor comes on Tuesday at 11. Remind me the day before": what is chatted first belongs to neither. */
function restatedBehind(message: Message, dialogue: Dialogue, isParted: boolean): Act[] | undefined {
  const { text, words } = message;
  for (const { kind, end, at } of bordersOf(text, words)) {
    if (kind !== 'stop' && kind !== 'line') continue;
    const chat = words.slice(0, end);
    if (!isCourtesy(chat) && !isAside(text, chat, false)) return undefined;
    const found = restatedOnce(text.slice(words[at]?.start), message, dialogue, isParted);
    if (found) return found;
  }
  return undefined;
}

/** "Bin day is every Tuesday" names nothing that "bin" could do away with; "bin the note that is …" does. */
const states = ({ unsure }: Clause): boolean =>
  /\b(?:is|are|was|were)\b/i.test(unsure?.text.split(/\b(?:that|which|where|who)\b/i)[0] ?? '');

function restatedOnce(
  text: string,
  { understanding }: Message,
  dialogue: Dialogue,
  isParted: boolean,
): Act[] | undefined {
  for (const { restated } of understanding.carries) {
    const meant = restated?.(text, dialogue.topic);
    if (typeof meant === 'object' && 'instead' in meant) return [{ kind: 'unclear', text, instead: meant.instead }];
    // Several requests below one day are no single one behind what is told.
    const isOne = typeof meant === 'object' && !Array.isArray(meant);
    if (meant === undefined || (isParted && isOne)) continue;
    if (typeof meant !== 'string') return [meant].flat().map((call) => ({ kind: 'call', call }));
    const found = interpretOnce(meant, understanding, dialogue);
    if (found?.every(({ kind }) => kind === 'call')) return found;
  }
  return undefined;
}

/** "Note that the plumber comes at 3, …": what is to be kept, and the message as if only that had been told. */
function keptBeside({ text, words, understanding }: Message): { keeps: Call; text: string } | undefined {
  for (const { end, at } of bordersOf(text, words)) {
    if (!opens(words, at)) continue;
    const { certain } = understanding.read(text, words, 0, end, {});
    const told = certain?.phrase.carries ? undefined : certain?.call.input.text;
    if (certain && typeof told === 'string')
      return { keeps: certain.call, text: `${told}, ${text.slice(words[at]?.start)}` };
  }
  return undefined;
}

/** What a message may wish that only says what and when; where it can be read in another way, that is offered. */
function unaskedIn({ text, understanding }: Message, isDoubtful: boolean): Call[] | undefined {
  const all = wordsOf(text);
  const said = written(text, all, 0, ending(all));
  const lines = said.split(/\s*\n\s*/);
  for (const { words, unasked, restated } of understanding.carries) {
    if (!unasked || lines.length > MOST_LINES) continue;
    const meaning = (part: string) => {
      const asked = `${words} ${part}`;
      const meant = restated?.(asked, undefined);
      if (Array.isArray(meant)) return unasked(meant, part, isDoubtful);
      const found = interpretOnce(typeof meant === 'string' ? meant : asked, understanding, {}) ?? [];
      const calls = found.flatMap((act) => (act.kind === 'call' ? [act.call] : []));
      return calls.length > 0 && calls.length === found.length ? unasked(calls, part, isDoubtful) : undefined;
    };
    const whole = meaning(said);
    if (whole) return whole;
    const meant = lines.map(meaning);
    // A yes answers one offer: of several it would take up the last.
    const isAlone = meant.every((calls) => calls !== undefined && !calls.some(({ tool }) => tool.endsWith('_offer')));
    if (lines.length > 1 && isAlone) return meant.flatMap((calls) => calls ?? []);
  }
  return undefined;
}

/** Of what only says what and when. */
const MOST_LINES = 10;

/** The request that a typing error hides, if it is a sure one, or nothing else was found. */
function spelt({ text, words, understanding }: Message, dialogue: Dialogue, instead: readonly Call[]) {
  // "In case it rains" is no slip of something else.
  const ways = corrections(words, text, understanding.vocabulary).filter(
    (way) => isCondition(way) === isCondition(text),
  );
  const meant = ways.flatMap((way) => {
    const meaning = interpretOnce(way, understanding, dialogue);
    // "The cleaner" is no slip for "the cleaned", which would be done.
    const isDeed = words[0] !== undefined && way.startsWith(text.slice(0, words[0].end)) && meaning?.some(completes);
    return meaning === undefined || isDeed ? [] : [meaning];
  });
  const sure = meant.find((acts) => acts.every((act) => act.kind === 'call'));
  return sure ?? (instead.length === 0 ? meant[0] : undefined);
}

const completes = (act: Act): boolean =>
  act.kind === 'unclear' && act.instead.some(({ tool }) => tool.endsWith('_complete'));

/** What is understood of a text that has been spelt right. */
function interpretOnce(text: string, understanding: Understanding, dialogue: Dialogue): Act[] | undefined {
  const words = wordsOf(text);
  const message = { text, words, understanding };
  const clauses = parted(message, dialogue) ?? clauseOf(message, 0, words.length, dialogue);
  if (clauses) return acts(Array.isArray(clauses) ? clauses : [clauses]);
  const calls = mayMean(message, 0, words.length, dialogue).map(({ call }) => call);
  return calls.length > 0 ? [unclear(message, 0, words.length, calls)] : undefined;
}

/** It begins with somebody's words in quotes and goes on: they are spoken about, not meant. */
function isQuotation(text: string): boolean {
  const quoted = /^["“«]([^"”»]*)["”»]\s*(\S?)/.exec(text.trim());
  return quoted !== null && quoted[2] !== '';
}
