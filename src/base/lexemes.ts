/** English lexemes of a text: words without endings and without words that say nothing, as full text search has them. */

const STOP = new Set(
  (
    'i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its ' +
    'itself they them their theirs themselves what which who whom whose this that these those am is are was were be been ' +
    'being have has had having do does did doing a an the and but if or because as until while of at by for with about ' +
    'against between into through during before after above below to from up down in out on off over under again further ' +
    'then once here there when where why how all any both each few more most other some such no nor not only own same so ' +
    'than too very s t can will just don should now ll ve re d m'
  ).split(' '),
);

const IRREGULAR = new Map(
  Object.entries({
    buy: 'bought',
    teach: 'taught',
    think: 'thought',
    bring: 'brought',
    catch: 'caught',
    sell: 'sold',
    tell: 'told',
    say: 'said',
    go: 'went gone',
    see: 'saw seen',
    eat: 'ate eaten',
    drink: 'drank drunk',
    drive: 'drove driven',
    write: 'wrote written',
    ride: 'rode ridden',
    break: 'broke broken',
    speak: 'spoke spoken',
    steal: 'stole stolen',
    choose: 'chose chosen',
    give: 'gave given',
    take: 'took taken',
    get: 'got gotten',
    forget: 'forgot forgotten',
    win: 'won',
    run: 'ran',
    begin: 'began begun',
    swim: 'swam swum',
    sing: 'sang sung',
    fall: 'fell fallen',
    feel: 'felt',
    fly: 'flew flown',
    grow: 'grew grown',
    know: 'knew known',
    throw: 'threw thrown',
    draw: 'drew drawn',
    build: 'built',
    lend: 'lent',
    send: 'sent',
    spend: 'spent',
    lose: 'lost',
    leave: 'left',
    keep: 'kept',
    sleep: 'slept',
    meet: 'met',
    make: 'made',
    hear: 'heard',
    find: 'found',
    hold: 'held',
    stand: 'stood',
    understand: 'understood',
    become: 'became',
    come: 'came',
    wear: 'wore worn',
    pay: 'paid',
    bite: 'bit bitten',
    child: 'children',
    man: 'men',
    woman: 'women',
    foot: 'feet',
    tooth: 'teeth',
    mouse: 'mice',
    person: 'people',
    wife: 'wives',
    life: 'lives',
    knife: 'knives',
  }).flatMap(([stem, forms]) => forms.split(' ').map((form) => [form, stem] as const)),
);

const LONGEST = 40;

/** The lexemes of `text` in order, with repetitions. Other scripts keep their words as they stand. */
export function lexemesOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{N}+(?:[.:]\p{N}+)*|\p{L}[\p{L}\p{M}\p{N}]*(?:['’]\p{L}+)*/gu) ?? [];
  return words.flatMap((word) => {
    const bare = word.replace(/['’](?:s|d|m|t|ll|ve|re)$|['’]/gu, '').slice(0, LONGEST);
    return bare === '' || STOP.has(bare) ? [] : [stemOf(bare)];
  });
}

/** The words of a text in lower case, without possessive endings; `17:00` is one. */
export function wordsIn(text: string): string[] {
  const words = text.toLowerCase().match(/\p{N}+[:.]\p{N}\p{N}\p{L}*|[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu) ?? [];
  return words.map((word) => word.replace(/['’]s$|['’]/gu, ''));
}

const SPELT: Readonly<Record<string, string>> = {
  ß: 'ss',
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  æ: 'ae',
  œ: 'oe',
  ø: 'oe',
  å: 'aa',
};

/** Letters as they are compared where a name is looked for: full width, ligatures, and ß or ö however they are written. */
export const foldLetters = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ßäöüæœøå]/g, (letter) => SPELT[letter] ?? letter);

const inFullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** Other spellings of a word, for an index that has the letters as they were written: the likeliest first. */
export function spellingsOf(word: string): string[] {
  const plain = word.normalize('NFKC').toLowerCase();
  const folded = foldLetters(word);
  const inUmlauts = folded.replace(/ae/g, 'ä').replace(/oe/g, 'ö').replace(/ue/g, 'ü');
  const others = [
    plain,
    folded,
    inUmlauts,
    folded.replace(/ss/g, 'ß'),
    inUmlauts.replace(/ss/g, 'ß'),
    folded.replace(/ae/g, 'æ').replace(/oe/g, 'œ'),
    plain.replace(/ffi/g, 'ﬃ').replace(/fi/g, 'ﬁ').replace(/fl/g, 'ﬂ'),
    inFullWidth(plain),
  ];
  return [...new Set(others)].filter((each) => each !== word);
}

const BESIDE_SIGNS = new Set(
  'the my our a an this that of about with for called named one reminder note list task schedule'.split(' '),
);

/** Emoji and other signs of a text, without the mark that only chooses how one is drawn. */
export const signsIn = (text: string): string[] =>
  [...text.normalize('NFC').matchAll(/\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|\p{S}/gu)].map(
    ([sign]) => sign,
  );

/**
 * The signs of a name that leaves no letters ("the reminder about 💊"): it means what has them, or nothing. Undefined where the
 * name has letters, or is none.
 */
export function signsNamed(name: string): string[] | undefined {
  const signs = signsIn(name);
  const isBare = signs.length > 0 && wordsIn(name).every((word) => BESIDE_SIGNS.has(word));
  return isBare ? signs : undefined;
}

export const hasSigns = (text: string, signs: readonly string[]): boolean => {
  const own = signsIn(text);
  return signs.every((sign) => own.includes(sign));
};

export const isFormOf = (one: string, other: string): boolean => one === other || stemOf(one) === stemOf(other);

const VOWEL = 'aeiouy';
const STEP2: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['entli', 'ent'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ousli', 'ous'],
  ['iviti', 'ive'],
  ['fulli', 'ful'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['izer', 'ize'],
  ['alli', 'al'],
  ['bli', 'ble'],
];
const STEP3: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];
const STEP4 = /(?:ement|ance|ence|able|ible|ment|(?<=[st])ion|ant|ent|ism|ate|iti|ous|ive|ize|al|er|ic)$/;

/** The stem of an English word in lower case, by the rules of Porter's second stemmer: for comparing, not for reading. */
export function stemOf(form: string): string {
  const word = IRREGULAR.get(form) ?? form;
  if (word.length <= 2 || !/^[a-z]+$/.test(word)) return word;
  let stem = withoutPlural(word.replace(/^y|(?<=[aeiouy])y/g, 'Y'));
  const region = regionsOf(stem);
  stem = withoutTense(stem, region[0]);
  if (stem.length > 2 && /[yY]$/.test(stem) && !VOWEL.includes(stem.at(-2) as string)) stem = `${stem.slice(0, -1)}i`;
  const [r1, r2] = region;
  stem = replaceEnding(stem, STEP2, r1);
  if (/[cdeghkmnrt]li$/.test(stem) && stem.length - 2 >= r1) stem = stem.slice(0, -2);
  stem = replaceEnding(stem, STEP3, r1);
  const last = STEP4.exec(stem);
  if (last && last.index >= r2) stem = stem.slice(0, last.index);
  return withoutE(stem, r1, r2).toLowerCase();
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[sd]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/[us]s$/.test(word) || !word.endsWith('s')) return word;
  return /[aeiouy]./.test(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

function regionsOf(word: string): [number, number] {
  const after = (from: number) => {
    const match = /[aeiouy][^aeiouy]/.exec(word.slice(from));
    return match ? from + match.index + 2 : word.length;
  };
  const special = /^(?:gener|commun|arsen)/.exec(word);
  const r1 = special ? special[0].length : after(0);
  return [r1, after(r1)];
}

function withoutTense(word: string, r1: number): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed) return eed.index >= r1 ? `${word.slice(0, eed.index)}ee` : word;
  const match = /(?:ed|ing)(?:ly)?$/.exec(word);
  if (!match || !/[aeiouy]/.test(word.slice(0, match.index))) return word;
  const stem = word.slice(0, match.index);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(stem)) return stem.slice(0, -1);
  return isShort(stem, r1) ? `${stem}e` : stem;
}

function isShort(stem: string, r1: number): boolean {
  return r1 >= stem.length && /(?:^[aeiouy][^aeiouy]|[^aeiouy][aeiouy][^aeiouywxY])$/.test(stem);
}

function replaceEnding(word: string, endings: typeof STEP2, from: number): string {
  const rule = endings.find(([ending]) => word.endsWith(ending));
  if (!rule || word.length - rule[0].length < from) return word;
  return word.slice(0, -rule[0].length) + rule[1];
}

function withoutE(word: string, r1: number, r2: number): string {
  if (word.endsWith('ll') && word.length - 1 >= r2) return word.slice(0, -1);
  if (!word.endsWith('e')) return word;
  const at = word.length - 1;
  const isShortSyllable = /(?:^[aeiouy][^aeiouy]|[^aeiouy][aeiouy][^aeiouywxY])e$/.test(word);
  return at >= r2 || (at >= r1 && !isShortSyllable) ? word.slice(0, -1) : word;
}

// Coverage of a question's words by texts, rare words counting more: pure, over postings that the caller keeps.

const NOWHERE: ArrayLike<number> = [];

function idf(df: number, n: number): number {
  return Math.log(1 + (n - df + 0.5) / (df + 0.5));
}

/**
 * The share of the query's IDF mass that each text covers, into `covered`, which is all zero. `postings` gives the places
 * of the texts that have a term.
 */
export function coverage(
  terms: readonly string[],
  n: number,
  covered: Float32Array,
  postings: (term: string) => ArrayLike<number> | undefined,
): Float32Array {
  for (const [term, weight] of shares(terms, n, postings)) add(covered, postings(term) ?? NOWHERE, weight);
  return covered;
}

export function shares(
  terms: readonly string[],
  n: number,
  postings: (term: string) => ArrayLike<number> | undefined,
): Map<string, number> {
  const weights = new Map(terms.map((term) => [term, idf(Math.min(postings(term)?.length ?? 0, n), n)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (total > 0) for (const [term, weight] of weights) weights.set(term, weight / total);
  return weights;
}

export function add(shares: Float32Array, places: ArrayLike<number>, weight: number): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    shares[place] = (shares[place] as number) + weight;
  }
}

/** The places of the `limit` highest scores above 0 for which `admits` holds, best first; of equals the later one. */
export function top(scores: Float32Array, limit: number, admits: (place: number) => boolean): number[] {
  const best: number[] = [];
  for (let place = scores.length - 1; place >= 0; place--) {
    const score = scores[place] as number;
    if (score <= 0) continue;
    const last = best.at(-1);
    if (best.length >= limit && last !== undefined && score <= (scores[last] as number)) continue;
    if (!admits(place)) continue;
    let at = best.length;
    while (at > 0 && (scores[best[at - 1] as number] as number) < score) at--;
    best.splice(at, 0, place);
    if (best.length > limit) best.pop();
  }
  return best;
}
