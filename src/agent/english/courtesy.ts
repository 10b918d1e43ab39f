/** What people say around a request without meaning anything by it, and what takes a request back. */
import type { Word } from './words.ts';

interface Form {
  words: readonly { norm: string; marked: boolean }[];
  /** Only where a mark stands before it. */
  behindMark: boolean;
}

const list = (text: string): Form[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({
      words: line
        .replace(/^, /, '')
        .split(' ')
        .map((word) => ({ norm: word.replace(/,$/, ''), marked: word.endsWith(',') })),
      behindMark: line.startsWith(', '),
    }));

/** At the beginning; with a `,` only where a mark follows: "no, make it 7", but not "no reminders". */
const BEFORE = list(`
  please
  kindly
  just
  hey
  hi
  hello
  yo
  oi
  ey
  bro
  dude
  mate
  man,
  ok
  okay
  alright
  all right
  right
  well
  so
  um
  uh
  oh
  ah
  also
  and
  then
  now
  great
  cool
  nice
  perfect
  no,
  nope,
  actually
  wait
  sorry
  oops
  yes
  yeah
  yep
  yup
  sure
  you can
  you may
  good morning
  good evening
  good afternoon
  coda
  hey coda
  assistant
  buddy
  can you
  could you
  would you
  will you
  can we
  could we
  would you mind
  would you be so kind as to
  would you be so kind to
  could you be so kind as to
  i was wondering if you could
  i wonder if you could
  would it be ok if you could
  quick one
  quick question
  one more thing
  one thing
  do you mind
  can i get you to
  could i get you to
  can i ask you to
  could i ask you to
  i want you to
  i need you to
  id like you to
  i would like you to
  id love you to
  i would love you to
  id appreciate it if you would
  id appreciate it if you could
  i would appreciate it if you could
  it would be great if you could
  itd be great if you could
  would it be possible to
  is it possible to
  any chance you could
  any chance you can
  be a dear and
  do me a favor and
  do me a favour and
  make sure to
  be sure to
  go ahead and
  quickly
  possibly
  quick
  thanks
  thank you
  cheers
  ta
  thing is,
  two things,
  three things,
  2 things,
  3 things,
  a few things,
  few things,
  couple of things,
  a couple of things,
  nah
  ugh
  hmm
  hm
  mm
  on second thought
  on second thoughts
  y'all can
  yall can
  going to need you to
  i am going to need you to
  im going to need you to
  when its possible
  you could
  lets
  let us
  ⏰
  👋
  🙏
`);

/** At the end. `,` before a line: only after a comma or the like, since the words may belong to what is said. */
const AFTER = list(`
  please
  please and thank you
  , thanks
  , thank you
  , cheers
  , thanks a lot
  , thank you very much
  , thanks so much
  , thank you so much
  , thanks in advance
  , coda
  , ok
  , okay
  , k
  , mate
  , buddy
  , man
  , dude
  , would you
  , will you
  , can you
  , could you
  , if you can
  , if you could
  , if you dont mind
  , if possible
  , if thats ok
  , if thats okay
  , when you can
  , when you get a chance
  lol
  haha
  xx
  tho
  though
  rn
  atm
  , all good
  , no worries
  , sorry
  thanks
  thank you
  thank you so much
  thanks so much
  thanks a lot
  thank you very much
  cheers
  ta
  pretty please
  🙏
  👍
  😊
  🙂
  😀
  😁
  😅
  🥺
  😘
  ❤️
  ❤
  👌
  ✌
  🙌
  , bye
  , lol
  , that would be great
  , that would be lovely
  , thatd be great
`);

/** At the end: what came before is not wanted after all. */
const TAKEN_BACK = list(`
  never mind
  scratch that
  just kidding
  jk
  no wait
  wait no
  , forget it
  , forget that
  , forget about it
  , ignore that
  , ignore me
  , kidding
  , not
  , actually no
  , actually dont
  , actually not
  , or not
  , maybe not
  , no
  , no dont
  , no forget it
  , on second thought no
  , dont
  , dont bother
`);

/** Said alone. */
const TAKING_BACK = list(`
  never mind
  never mind that
  never mind about that
  scratch that
  forget it
  forget that
  forget about it
  forget about that
  forget i asked
  forget i said anything
  ignore that
  disregard
  disregard that
  strike that
  just kidding
  jk
  actually no
  actually dont
  dont worry about it
  dont worry about that
  actually never mind
  no dont
  on second thought no
  on second thoughts no
  dont bother
  not anymore
  not needed anymore
  no longer needed
`);

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
  for (let at = 0; ; ) {
    let length = 0;
    for (const form of BEFORE)
      if (form.words.length > length && stands(words, form, at, to)) length = form.words.length;
    at += length;
    if (length === 0 || at >= to) return starts;
    starts.push(at);
  }
}

/** Where the sentence ends without the courtesies at its end. */
export function ending(words: readonly Word[]): number {
  for (let to = words.length; ; ) {
    const length = Math.max(0, ...AFTER.map((form) => (endsWith(words, form, to) ? form.words.length : 0)));
    if (length === 0 || length >= to) return to;
    to -= length;
  }
}

/** A request and its end: "remind me …, never mind". */
export function isTakenBack(words: readonly Word[]): boolean {
  return TAKEN_BACK.some((form) => form.words.length < words.length && endsWith(words, form, words.length));
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
        (rest.length === 0 || ((words[to - 1]?.marked || rest[0]?.norm === 'already') && isReason(rest)))
      );
    }),
  );
}

const isReason = (words: readonly Word[]): boolean =>
  words.length <= 6 &&
  ['ill', 'i', 'its', 'not', 'no', 'thats', 'dont', 'changed', 'already', 'got', 'we'].includes(words[0]?.norm ?? '');

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
  |awesome|brilliant|one more thing|oh and one more thing|and one more thing|ok thanks|great thanks|got it|i think|not much|nothing much|not a lot|all good|im good|im fine|same|same here|good thanks|fine thanks`
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
