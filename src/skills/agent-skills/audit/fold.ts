/** Text as a reader takes it: without what cannot be seen, look-alikes as what they look like. */

/** What has no width or turns the direction of writing, and the tags that spell ASCII without being seen. */
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Cyrillic and Greek letters that look like Latin ones. */
const LOOK_ALIKES = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    і: 'i',
    ј: 'j',
    к: 'k',
    м: 'm',
    п: 'n',
    о: 'o',
    р: 'p',
    ԛ: 'q',
    г: 'r',
    ѕ: 's',
    т: 't',
    ѵ: 'v',
    ԝ: 'w',
    х: 'x',
    у: 'y',
    А: 'A',
    В: 'B',
    С: 'C',
    Е: 'E',
    Н: 'H',
    І: 'I',
    Ј: 'J',
    К: 'K',
    М: 'M',
    О: 'O',
    Р: 'P',
    Ѕ: 'S',
    Т: 'T',
    Х: 'X',
    У: 'Y',
    ο: 'o',
    Ο: 'O',
    ν: 'v',
  }),
);

const WORD = /[a-zа-яѐ-џԁ-ԝνο]{2,60}/giu;

export function fold(line: string): string {
  const seen = line.replace(UNSEEN, '').normalize('NFKC');
  return OTHER_SCRIPT.test(seen) ? seen.replace(WORD, (word) => (isMixed(word) ? latin(word) : word)) : seen;
}

const OTHER_SCRIPT = /[\u0370-\u052f]/;

function isMixed(word: string): boolean {
  return /[a-z]/i.test(word) && OTHER_SCRIPT.test(word) && /^[a-z]+$/i.test(latin(word));
}

function latin(word: string): string {
  return Array.from(word, (sign) => LOOK_ALIKES.get(sign) ?? sign).join('');
}

/** A word in which look-alikes stand among Latin letters; undefined when there is none. */
export function mixedWord(line: string): string | undefined {
  for (const [word] of line.matchAll(WORD)) if (isMixed(word)) return word;
  return undefined;
}
