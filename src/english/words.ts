import { stripEnd } from '../base/text.ts';
import { ruleIn } from '../time/index.ts';
/** A message as words, each with its place in the text, and the courtesies around it. Pure. */

/** A word: `norm` is in lower case, `lead` the signs before it. The two words of "what's" share its place. */
export interface Word {
  norm: string;
  from: number;
  to: number;
  lead: string;
  /** All that stands between it and the next word: `, `, `?`, a line break. */
  mark: string;
}

const CONTRACTIONS: Readonly<Record<string, string>> = {
  "i'm": 'i am',
  im: 'i am',
  "i've": 'i have',
  "i'd": 'i would',
  "i'll": 'i will',
  "it's": 'it is',
  "that's": 'that is',
  "what's": 'what is',
  whats: 'what is',
  "where's": 'where is',
  "when's": 'when is',
  "who's": 'who is',
  "how's": 'how is',
  "don't": 'do not',
  dont: 'do not',
  "can't": 'can not',
  "let's": 'let us',
  '&': 'and',
  pls: 'please',
  plz: 'please',
  thx: 'thanks',
  u: 'you',
  r: 'are',
  ur: 'your',
};

const BEFORE = /^["'“”‘’([{<*_~`]+/u;
const BEHIND = '"\'“”‘’)]}>*_~`,.!?;:…';

export function wordsOf(text: string): Word[] {
  const rule = ruleIn(text);
  const chunks = [...text.matchAll(/\S+/g)].flatMap((match) => {
    const [chunk] = match;
    // A cron expression is one word.
    if (rule && match.index >= rule.from && match.index < rule.to)
      return match.index === rule.from ? [{ lead: '', bare: text.slice(rule.from, rule.to), ...rule }] : [];
    const lead = BEFORE.exec(chunk)?.[0] ?? '';
    const bare = stripEnd(chunk.slice(lead.length), BEHIND);
    const from = match.index + lead.length;
    return /[\p{L}\p{N}\p{Extended_Pictographic}&%]/u.test(bare) ? [{ lead, bare, from, to: from + bare.length }] : [];
  });
  return chunks.flatMap(({ bare, lead, from, to }, at): Word[] => {
    const next = chunks[at + 1];
    const mark = text.slice(to, next ? next.from - next.lead.length : text.length);
    const word = bare.toLowerCase().replace(/[‘’ʼ]/g, "'");
    const norms = Object.hasOwn(CONTRACTIONS, word) ? (CONTRACTIONS[word] as string).split(' ') : [word];
    const last = norms.length - 1;
    return norms.map((norm, at) => ({ norm, from, to, lead: at === 0 ? lead : '', mark: at === last ? mark : '' }));
  });
}

export function verbatim(text: string, words: readonly Word[]): string {
  const [first, last] = [words[0], words.at(-1)];
  return first && last ? text.slice(first.from, last.to) : '';
}

const list = (phrases: string): string[][] => phrases.split('|').map((phrase) => phrase.split(' '));

/** Said before a request, the longest first. */
const OPENINGS = list(
  'i should like you to|i would like you to|i want you to|i need you to|i should like to|i would like to|i should like|would you kindly|' +
    'could you kindly|would you please|could you please|can you please|would you mind|i would like|go ahead and|by the way|' +
    'never mind|i am sorry|my mistake|i want to|i need to|would you|could you|can you|will you|may i|can i|no wait|' +
    'good morning|good afternoon|good evening|hold on|and then|and also|oh and|please|kindly|hello|hey|hi|coda|ok|okay|' +
    'alright|right|actually|sorry|wait|well|fine|great|perfect|thanks|oops|nvm|ugh|yes|yeah|yep|no|nope|hmm|um|uh|ah|oh|' +
    'and|but|then|also|plus|just|quick|quickly|so|now',
);
const ASKING_OPENINGS = list('tell me|show me|let me know|remind me again|do you know');
const CLOSINGS = list(
  'thank you very much indeed|thank you very much|thank you so much|thanks a lot|many thanks|thank you|if you would|' +
    'if you can|if possible|if i may ask|if i may|for me please|for me|would you|will you|could you|can you|please|thanks|cheers|ta|' +
    'ok|okay|coda|indeed',
);
/** Without meaning between and behind the words of a form; at the end of a text they are its words. */
const FILLERS = list(
  'at the moment|at present|right away|right now|one more time|once more|after all|by the way|as well|any more|for now|' +
    'again|instead|rather|too|also|now|rn|then|already|just|please|still|anymore|actually|quickly',
);
const ADDING = new Set(['and', 'also', 'plus', 'too', 'well']);
const CORRECTING = new Set('no nope sorry actually wait oops instead rather mistake nvm but'.split(' '));

const begins = (words: readonly Word[], phrase: readonly string[], at: number): boolean =>
  phrase.every((norm, index) => words[at + index]?.norm === norm);

/** The first word behind a filler that begins at `at`; `at` where none does. */
export function behindFiller(words: readonly Word[], at: number): number {
  const filler = FILLERS.find((phrase) => begins(words, phrase, at));
  return at + (filler?.length ?? 0);
}

export function beforeFillers(words: readonly Word[], from: number, to: number): number {
  const filler = FILLERS.find((phrase) => to - phrase.length > from && begins(words, phrase, to - phrase.length));
  return filler ? beforeFillers(words, from, to - filler.length) : to;
}

export const isSign = ({ norm }: Word): boolean => !/[\p{L}\p{N}&%]/u.test(norm);

const NAMING = new Set('about for of with called named reminder note list task schedule'.split(' '));

/** The words without the courtesies around them. Those that alone make up the message stay. */
export function withoutCourtesies(words: readonly Word[]): readonly Word[] {
  let [from, to] = [0, words.length];
  const isBefore = (phrase: readonly string[]) => from + phrase.length < to && begins(words, phrase, from);
  const isBeforeQuestion = (phrase: readonly string[]) => ASKS.test(words[from + phrase.length]?.norm ?? '');
  const opening = (): readonly string[] | undefined =>
    OPENINGS.find(isBefore) ?? ASKING_OPENINGS.find((phrase) => isBefore(phrase) && isBeforeQuestion(phrase));
  let signs = to;
  while (signs > 1 && isSign(words[signs - 1] as Word)) signs--;
  // "The reminder about 💊": signs behind these are the name, and no smile.
  if (!NAMING.has(words[signs - 1]?.norm ?? '')) to = signs;
  for (let courtesy: readonly string[] | undefined = []; courtesy; from += courtesy?.length ?? 0) courtesy = opening();
  for (let closing: readonly string[] | undefined = []; closing; to -= closing?.length ?? 0)
    closing = CLOSINGS.find(
      (phrase) => to - phrase.length > from && begins(words.slice(0, to), phrase, to - phrase.length),
    );
  return words.slice(from, to);
}

export const endsCourteous = (words: readonly Word[]): boolean =>
  [...OPENINGS, ...CLOSINGS].some(
    (phrase) => phrase.length <= words.length && begins(words, phrase, words.length - phrase.length),
  );

export function isCourteous(words: readonly Word[]): boolean {
  const courtesy = OPENINGS.find((phrase) => begins(words, phrase, 0));
  return courtesy !== undefined && (courtesy.length === words.length || isCourteous(words.slice(courtesy.length)));
}

export function followsAs(words: readonly Word[], bare: readonly Word[]): { isMore: boolean; isCorrection: boolean } {
  const from = words.indexOf(bare[0] as Word);
  const to = words.indexOf(bare.at(-1) as Word) + 1;
  const filled = beforeFillers(words, from, to);
  const around = [...words.slice(0, from), ...words.slice(filled)].map(({ norm }) => norm);
  return {
    isMore: around.some((norm) => ADDING.has(norm)),
    isCorrection: around.some((norm) => CORRECTING.has(norm)),
  };
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** A word that belongs to the one behind it, so that nothing ends with it. */
export const BINDING = set(
  'a an the my our your his her their this that these those of for with from to about at on in by into onto and or but ' +
    'than as if is are was were be not no before after until till',
);

/** Words that say too little to tell one request from another. */
export const COMMON = set(
  'a an the my me i you we our your it is are am be was do does did to of for with from about at on in by and or but that ' +
    'this what which who when where how will would can could should have has had not no all any some please us',
);

const ASKS = /^(?:what|when|where|who|which|how|why|is|are|do|does|did|can|could)$/;

export const isAsking = (text: string, words: readonly Word[]): boolean =>
  /\?["'”’)\s]*$/.test(text) || (ASKS.test(words[0]?.norm ?? '') && words[1]?.norm !== 'not');
