/** A sentence as words that know where they stand in it. */

export interface Word {
  /** Lower case, without apostrophes and the punctuation around it: `Don't` → `dont`. */
  norm: string;
  /** Where it stands in the text, punctuation around it included. */
  start: number;
  end: number;
  /** A colon, comma, dash, full stop or line break follows it. */
  marked: boolean;
}

/** Texting spellings, as what they stand for. Only `norm` is spelt out; what the person wrote stays in their texts. */
const SPELT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    and: 'n nd & +',
    you: 'u yu',
    your: 'ur',
    are: 'r',
    to: 'tp',
    please: 'pls plss plsss plssss plz plzz plse pleez',
    thanks: 'thx tnx thnx ty tysm',
    can: 'cn',
    could: 'cud cld',
    would: 'wud wld',
    should: 'shud shld shd',
    what: 'wat wut wot',
    whats: 'wats wuts wots',
    when: 'wen',
    about: 'abt bout',
    before: 'b4',
    that: 'tht dat',
    have: 'hav hv',
    'what have': 'whatve',
    remind: 'rmd rmnd rmind',
    cancel: 'cncl',
    timezone: 'tz',
    delete: 'del dlt',
    'want to': 'wanna',
    'going to': 'gonna',
    'got to': 'gotta',
    'have to': 'hafta',
    'let me': 'lemme',
    'give me': 'gimme',
    'remind me': 'remindme',
    'never mind': 'nvm nm nevermind nvmd',
  }).flatMap(([meant, spellings]) => spellings.split(' ').map((spelling) => [spelling, meant] as const)),
);

const TOKEN = /\S+/g;
const OUTER = /^[^\p{L}\p{N}\p{S}#]+|[^\p{L}\p{N}\p{S}#]+$/gu;

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const raw = match[0];
    const bare = raw
      .toLowerCase()
      .replace(/['’‘`]/g, '')
      .replace(OUTER, '');
    const norm = SPELT.get(raw === '&' ? raw : bare) ?? bare;
    const last = words.at(-1);
    const end = match.index + raw.length;
    if (norm === '') {
      // A dash or bracket alone belongs to the word before it.
      if (last) {
        last.marked = true;
        last.end = end;
      }
      continue;
    }
    const marked = /[:,;.!?…–—-]["”’')\]]*$/u.test(raw) || text[end] === '\n' || text[end] === '\r';
    // Of two words written as one, the second has no letters of its own.
    const [one = '', other] = norm.split(' ');
    words.push({ norm: one, start: match.index, end, marked: marked && other === undefined });
    if (other !== undefined) words.push({ norm: other, start: end, end, marked });
  }
  return words;
}

/**
 * What was written from word `from` up to word `to`, without the punctuation that ends a sentence or a clause. A
 * question mark stays: it says that this was no statement.
 */
export function written(text: string, words: readonly Word[], from: number, to: number): string {
  const first = words[from];
  const last = words[to - 1];
  if (!first || !last) return '';
  return text
    .slice(first.start, last.end)
    .replace(/(?<![.!])[.!]$|(?<![,;:])[,;:]+$|(?<!\s)\s+[-–—]+$/u, '')
    .trim();
}
