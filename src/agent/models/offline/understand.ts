import type { Phrase } from '../../phrase.ts';
import type { Call } from '../../tool.ts';
import { beginnings, ending, isAsking, isTakenBack } from './courtesy.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { type Word, wordsOf, written } from './words.ts';

/** What a message asks for. */
export type Understood =
  | { kind: 'calls'; calls: Call[] }
  /** It was said and taken back in one breath. */
  | { kind: 'nothing' }
  | { kind: 'unknown' };

interface Form {
  phrase: Phrase;
  pattern: Pattern;
}

/** Ways of fitting one pattern that are tried before it is given up. */
const MOST_FITS = 24;

/** Places that are tried as the border between two requests. */
const MOST_BREAKS = 6;

export class Understanding {
  private readonly byFirst = new Map<string, Form[]>();
  private readonly others: Form[] = [];

  /** Throws an Error for a malformed pattern. */
  constructor(phrases: readonly Phrase[]) {
    for (const phrase of phrases) {
      const form = { phrase, pattern: compilePattern(phrase.pattern) };
      if (!form.pattern.first) this.others.push(form);
      for (const word of form.pattern.first ?? []) {
        const known = this.byFirst.get(word);
        if (known) known.push(form);
        else this.byFirst.set(word, [form]);
      }
    }
  }

  understand(text: string): Understood {
    const words = wordsOf(text);
    if (words.length === 0 || isQuotation(text)) return { kind: 'unknown' };
    if (isTakenBack(words)) return { kind: 'nothing' };
    const two = this.inTwo(text, words);
    if (two) return { kind: 'calls', calls: two };
    const one = this.request(text, words, 0, ending(words));
    return one ? { kind: 'calls', calls: [one] } : { kind: 'unknown' };
  }

  /** The call that the words from `from` to `to` ask for, courtesies taken off until something fits. */
  private request(text: string, words: readonly Word[], from: number, to: number): Call | undefined {
    const part = words.slice(from, to);
    for (const start of beginnings(part, part.length)) {
      const call = this.best(text, part, start);
      if (call) return call;
    }
    return undefined;
  }

  /** Of all forms that fit and make sense, the one that names most of the words itself. */
  private best(text: string, words: readonly Word[], start: number): Call | undefined {
    const present = new Set(words.map((word) => word.norm));
    const asking = isAsking(words, start);
    let best: { call: Call; literals: number } | undefined;
    for (const forms of [this.byFirst.get(words[start]?.norm ?? '') ?? [], this.others]) {
      for (const { phrase, pattern } of forms) {
        if (!pattern.required.every((word) => present.has(word))) continue;
        let left = MOST_FITS;
        pattern.fits(words, start, words.length, ({ slots, literals }) => {
          if (best && literals <= best.literals) return --left > 0;
          const said = slots.map(({ name, from, to }) => {
            const slot = written(text, words, from, to);
            return [name, asking && to === words.length ? slot.replace(/\s*[?]+$/, '') : slot] as const;
          });
          const call = phrase.call(Object.fromEntries(said));
          if (call) best = { call, literals };
          return --left > 0;
        });
      }
    }
    return best?.call;
  }

  /**
   * Two requests in one message, only where the second begins like one: "and" inside a reminder's text is far more
   * common than between two requests.
   */
  private inTwo(text: string, words: readonly Word[]): Call[] | undefined {
    const to = ending(words);
    let tried = 0;
    for (let at = 1; at < to - 1; at++) {
      const before = words[at - 1] as Word;
      const joined = words[at]?.norm === 'and' || words[at]?.norm === 'then' || words[at]?.norm === 'also';
      if (!joined && !/[.!?;\n]["”’')\]]*$/u.test(text.slice(before.start, before.end + 1))) continue;
      const second = joined ? afterJoin(words, at) : at;
      const forms = joined ? OPENERS : [...OPENERS, ...OPENERS_AFTER_STOP];
      if (!forms.some((opener) => opens(words, second, opener))) continue;
      if (++tried > MOST_BREAKS) return undefined;
      const left = this.request(text, words, 0, at);
      const right = left && this.request(text, words, second, to);
      if (left && right) return [left, right];
    }
    return undefined;
  }
}

/** It begins with somebody's words in quotes and goes on: they are spoken about, not meant. */
function isQuotation(text: string): boolean {
  const quoted = /^["“«]([^"”»]*)["”»]\s*(\S?)/.exec(text.trim());
  return quoted !== null && quoted[2] !== '';
}

function afterJoin(words: readonly Word[], at: number): number {
  let next = at;
  while (['and', 'then', 'also', 'please', 'can', 'could', 'you'].includes(words[next]?.norm ?? '')) next++;
  return next;
}

/** How a second request begins, after "and" as after a full stop. A `:` stands for a mark after the word. */
const OPENERS = openers(
  'remind me',
  'set a reminder',
  'set another reminder',
  'add a reminder',
  'wake me',
  'note:',
  'add a note:',
  'make a note:',
  'take a note:',
  'add a note that',
  'make a note that',
  'show me my',
  'list my',
  'what are my',
  'what time is it',
);

/** After a full stop only: after "and" these may still be what is to be done ("call Bob and take a note"). */
const OPENERS_AFTER_STOP = openers(
  'also remind me',
  'add a note',
  'make a note',
  'take a note',
  'note that',
  'note down',
  'show me',
  'whats my',
  'cancel',
  'snooze',
);

function openers(...forms: string[]): string[][] {
  return forms.map((form) => form.split(' '));
}

function opens(words: readonly Word[], at: number, opener: readonly string[]): boolean {
  return opener.every((form, index) => {
    const word = words[at + index];
    const norm = form.replace(/:$/, '');
    return word?.norm === norm && (norm === form || word.marked);
  });
}
