import type { Dialogue, Topic } from '../dialogue/dialogue.ts';
import type { Carries, Phrase } from '../phrase.ts';
import type { Call } from '../tool.ts';
import { beginnings, ending, isAsking } from './courtesy.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { type Word, written } from './words.ts';

/** One phrase that fits a clause. */
export interface Reading {
  call: Call;
  phrase: Phrase;
  /** Words that the pattern names itself: the more, the surer. */
  literals: number;
}

/** What a clause may mean: at most one request that is sure, and those that count if they find what they name. */
export interface Readings {
  certain?: Reading;
  tentative: Reading[];
}

interface Form {
  phrase: Phrase;
  pattern: Pattern;
}

/** Ways of fitting one pattern that are tried before it is given up. */
const MOST_FITS = 24;
const MOST_TENTATIVE = 4;

/** A pattern means the same to everybody in this process who has the phrase. */
const compiled = new WeakMap<Phrase, Pattern>();

function patternOf(phrase: Phrase): Pattern {
  const known = compiled.get(phrase) ?? compilePattern(phrase.pattern);
  compiled.set(phrase, known);
  return known;
}

/** The phrases, and which of them fit a clause. */
export class Understanding {
  /** All words that patterns name. */
  readonly vocabulary: ReadonlySet<string>;
  readonly carries: readonly Carries[];
  private readonly byFirst = new Map<string, Form[]>();
  private readonly others: Form[] = [];
  /** What is asked where nothing fits. */
  private readonly left: readonly Phrase[];

  /** Throws an Error for a malformed pattern. */
  constructor(phrases: readonly Phrase[]) {
    const vocabulary = new Set<string>();
    this.left = phrases.filter(({ tentative }) => tentative === 'left');
    for (const phrase of phrases) {
      if (phrase.tentative === 'left') continue;
      const form = { phrase, pattern: patternOf(phrase) };
      for (const word of form.pattern.words) vocabulary.add(word);
      if (!form.pattern.first) this.others.push(form);
      for (const word of form.pattern.first ?? []) {
        const known = this.byFirst.get(word);
        if (known) known.push(form);
        else this.byFirst.set(word, [form]);
      }
    }
    this.vocabulary = vocabulary;
    this.carries = [...new Set(phrases.flatMap(({ carries }) => carries ?? []))];
  }

  /** What the words from `from` to `to` ask for, courtesies taken off until something fits. */
  read(text: string, words: readonly Word[], from: number, to: number, dialogue: Dialogue): Readings {
    const part = words.slice(from, to);
    const end = ending(part);
    const tentative: Reading[] = [];
    for (const start of beginnings(part, end)) {
      const found = this.fitting(text, part.slice(0, end), start, dialogue);
      if (found.certain) return found;
      tentative.push(...found.tentative);
    }
    tentative.sort((a, b) => b.literals - a.literals);
    const isLast = ({ phrase }: Reading) => phrase.tentative === 'last';
    const [first, last] = [tentative.filter((one) => !isLast(one)), tentative.filter(isLast)].map(distinct);
    return { tentative: [...(first ?? []).slice(0, MOST_TENTATIVE), ...(last ?? []).slice(0, 1)] };
  }

  /** What `text` may be about, which no phrase understands; `topic` is what was at hand last. */
  leftOf(text: string, topic: Topic | undefined): Call[] {
    return this.left.flatMap((phrase) => phrase.call({ said: text }, topic) ?? []);
  }

  /** Of all forms that fit and make sense, the one that names most of the words itself. */
  private fitting(text: string, words: readonly Word[], start: number, { topic }: Dialogue): Readings {
    const present = new Set(words.map((word) => word.norm));
    const asking = isAsking(words, start);
    const tentative: Reading[] = [];
    let certain: Reading | undefined;
    for (const forms of [this.byFirst.get(words[start]?.norm ?? '') ?? [], this.others]) {
      for (const { phrase, pattern } of forms) {
        if (phrase.about !== undefined && phrase.about !== topic?.thing) continue;
        if (!pattern.required.every((word) => present.has(word))) continue;
        let left = MOST_FITS;
        let best: Reading | undefined;
        pattern.fits(words, start, words.length, ({ slots, literals }) => {
          if (best && literals <= best.literals) return --left > 0;
          const said = slots.map(({ name, from, to }) => {
            const slot = written(text, words, from, to);
            return [name, asking && to === words.length ? slot.replace(/\s*[?]+$/, '') : slot] as const;
          });
          const call = phrase.call(Object.fromEntries(said), topic);
          if (call) best = { call, phrase, literals };
          return --left > 0;
        });
        if (!best) continue;
        if (phrase.tentative) tentative.push(best);
        else if (!certain || isSurer(best, certain)) certain = best;
      }
    }
    return certain ? { certain, tentative } : { tentative };
  }
}

function isSurer(one: Reading, other: Reading): boolean {
  const about = Number(one.phrase.about !== undefined) - Number(other.phrase.about !== undefined);
  return about > 0 || (about === 0 && one.literals > other.literals);
}

function distinct(readings: readonly Reading[]): Reading[] {
  const seen = new Set<string>();
  return readings.filter(({ call }) => {
    const key = JSON.stringify(call);
    return !seen.has(key) && seen.add(key);
  });
}
