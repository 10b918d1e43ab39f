/** What people say around a request without meaning anything by it, and what takes a request back. */
import { AFTER, BEFORE, type Form, TAKEN_BACK, TAKING_BACK } from './courtesy-words.ts';
import type { Word } from './words.ts';

/** Whether the words up to `to` ask rather than tell: "could you …?" needs its question mark no more. */
export function isAsking(words: readonly Word[], to: number): boolean {
  return words.slice(0, to).some(({ norm }) => ASKING.has(norm));
}

const ASKING = new Set(['can', 'could', 'would', 'will', 'mind', 'possible', 'chance']);

const SAID = new Set(['say', 'says', 'said', 'saying', 'write', 'word', 'with', 'of', 'is', 'to', 'a', 'the', 'my']);

/**
 * Where the sentence may begin, outermost first: at its first word, and after each courtesy. A courtesy that is all
 * there is stays.
 */
export function beginnings(words: readonly Word[], to: number): number[] {
  const starts = [0];
  for (let at = 0; starts.length <= MOST_COURTESIES; ) {
    let length = 0;
    for (const form of BEFORE)
      if (form.words.length > length && stands(words, form, at, to)) length = form.words.length;
    at += length;
    if (length === 0 || at >= to) break;
    starts.push(at);
  }
  return starts;
}

/** Before one request. All phrases are tried behind each. */
const MOST_COURTESIES = 12;

/** Where the sentence ends without the courtesies at its end. */
export function ending(words: readonly Word[]): number {
  for (let to = words.length; ; ) {
    const length = Math.max(0, ...AFTER.map((form) => (endsWith(words, form, to) ? form.words.length : 0)));
    if (length === 0 || length >= to) return to;
    to -= length;
  }
}

/** A request and its end: "remind me …, never mind". Where the end begins; undefined for words that take nothing back. */
export function takenBackAt(words: readonly Word[]): number | undefined {
  const form = TAKEN_BACK.find((one) => one.words.length < words.length && endsWith(words, one, words.length));
  return form && words.length - form.words.length;
}

const MIDDLE: ReadonlySet<string> = new Set(['never mind', 'scratch that', 'forget it', 'forget that', 'ignore that']);
/** What may stand between the request and that. */
const BETWEEN: ReadonlySet<string> = new Set('ach oh ah actually no wait sorry well ok hmm'.split(' '));

/** "Remind me …, ach never mind, she is doing it": the word behind that; undefined where nothing is taken back. */
export function takenBackWithin(words: readonly Word[]): number | undefined {
  for (let at = 2; at < words.length - 2; at++) {
    const form = `${words[at]?.norm} ${words[at + 1]?.norm}`;
    let from = at;
    while (from > 1 && BETWEEN.has(words[from - 1]?.norm ?? '')) from--;
    if (MIDDLE.has(form) && words[from - 1]?.marked && words[at + 1]?.marked) return at + 2;
  }
  return undefined;
}

/** All that is said is that what came before is not wanted: "never mind, I'll remember". */
export function takesBack(words: readonly Word[]): boolean {
  const end = ending(words);
  return beginnings(words, end).some((start) =>
    TAKING_BACK.some((form) => {
      const to = start + form.words.length;
      const rest = words.slice(to, end);
      return (
        stands(words, form, start, end) &&
        (rest.length === 0 || ((words[to - 1]?.marked || saysDone(form, rest)) && isReason(rest)))
      );
    }),
  );
}

/** "I already rang them", "I did it". */
const saysDone = ({ words: form }: Form, words: readonly Word[]): boolean =>
  words.slice(0, 3).some(({ norm }) => norm === 'already') ||
  // "Forget that I sent them" goes on.
  (form.at(-1)?.norm !== 'that' &&
    /^(?:i|ive|we|weve) (?:just )?(?:did|done|sorted|finished|sent|paid) (?:it|that|this|them)(?: myself| now| earlier| today)*$/.test(
      words.map(({ norm }) => norm).join(' '),
    ));

/** "Never mind, it's on Thursday", "…, I need it at 7": says when it is instead. "I'll do it at 5" gives a reason. */
const saysWhen = (words: readonly Word[]): boolean => {
  const said = words.map(({ norm }) => norm).join(' ');
  return !OWN_DEED.test(said) && (AN_HOUR.test(said) || IS_ON_DAY.test(said));
};
const OWN_DEED = /^(?:ill|ive|weve|i (?:just )?(?:did|already|got|paid|sent))\b/;
const AN_HOUR = /\d|\b(?:at|instead|noon|midnight)\b/;
const IS_ON_DAY =
  /\b(?:its|it is|i (?:do )?(?:need|want|meant))\b.*\b(?:today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/;

const isReason = (words: readonly Word[]): boolean =>
  words.length <= 8 &&
  !saysWhen(words) &&
  [
    'ill',
    'i',
    'ive',
    'weve',
    'its',
    'not',
    'no',
    'thats',
    'dont',
    'changed',
    'already',
    'got',
    'we',
    'my',
    'he',
    'she',
    'hes',
    'shes',
    'somebody',
    'someone',
  ].includes(words[0]?.norm ?? '');

/** Nothing but politeness. */
export function isCourtesy(words: readonly Word[]): boolean {
  const text = words.map(({ norm }) => norm).join(' ');
  if (/^[\p{S}\s]*$/u.test(text) || COURTESIES.has(text.replace(/\s*\p{So}\p{M}*/gu, ''))) return true;
  const [last] = beginnings(words, words.length).slice(-1);
  return (
    (last ?? 0) > 0 &&
    COURTESIES.has(
      words
        .slice(last)
        .map(({ norm }) => norm)
        .join(' '),
    )
  );
}

const COURTESIES = new Set(
  `thanks|thank you|cheers|ta|thanks a lot|thank you so much|thanks so much|many thanks|great|perfect|cool|nice|ok
  |okay|please|hi|hey|hello|hiya|yo|good morning|morning|good evening|good afternoon|hey coda|hi coda|hello coda|hi there
  |coda|thanks coda|best|regards|best regards|kind regards|bye|lol|haha|sorry|thanks in advance|much appreciated|love it
  |i hope you are doing well|i hope youre doing well|i hope you are well|i hope youre well|hope you are well|hope youre well
  |hope you are doing well|hope youre doing well|i hope all is well|hope all is well|hope all is well with you|i hope this finds you well
  |hope this finds you well|i hope you are fine|hope you are fine|hope you slept well|i hope you slept well|how are you|how are you doing
  |awesome|brilliant|one more thing|oh and one more thing|and one more thing|ok thanks|great thanks|got it|i think|not much|nothing much|not a lot|all good|im good|im fine|same|same here|good thanks|fine thanks
  |you are a star|youre a star|you are the best|youre the best|you are a great help|youre a great help|you are a lifesaver|youre a lifesaver
  |you are very kind|youre very kind|how kind|so kind|that is very kind|thats very kind`
    .split('|')
    .map((one) => one.trim()),
);

function endsWith(words: readonly Word[], form: Form, to: number): boolean {
  const from = to - form.words.length;
  if (from < 0 || !stands(words, form, from, to)) return false;
  const before = words[from - 1];
  if (form.behindMark) return before?.marked === true;
  return !before || before.marked || !SAID.has(before.norm);
}

function stands(words: readonly Word[], form: Form, at: number, to: number): boolean {
  return (
    at + form.words.length <= to &&
    form.words.every(({ norm, marked }, index) => {
      const said = words[at + index];
      return said?.norm === norm && (!marked || said.marked);
    })
  );
}
