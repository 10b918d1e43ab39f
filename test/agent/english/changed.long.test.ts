import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Dialogue, playAll, readDialogues } from './dialogue.ts';

/** How what people type is changed, and what is expected then of a line (`=`, `~`) that quotes it. */
interface Way {
  name: string;
  types(words: string): string;
  expects?(line: string): string;
}

/** The same number for the same words: each run plays the same. */
const numberOf = (words: string): number => [...words].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) >>> 0, 7);

const LEADS = [
  'hey ',
  'hi coda, ',
  'ok so ',
  'um, ',
  'hello! ',
  'coda, ',
  'good morning, ',
  'oh and ',
  'right, ',
  'hiya ',
];
/** What is kept as it is typed, or too short to be begun with something else. */
const AS_TYPED = /^(?:\S+\s?){1,3}$|^(?:note|remember|[\w ]*list|shopping|packing)\b.*:/i;

const MISTYPED =
  /\b(?:remind(?:ers?)?|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|cancel|delete|every|change|snooze|minutes|december|november|january|actually|morning|evening|instead|weekday|hours|schedule|remove)\b/gi;

/** Two letters swapped, one left out, or one doubled. */
function mistyped(word: string, number: number): string {
  const at = 1 + (number % (word.length - 2));
  const [before, letter = '', next = '', after] = [word.slice(0, at), word[at], word[at + 1], word.slice(at + 2)];
  const slips = [
    `${before}${next}${letter}${after}`,
    `${before}${next}${after}`,
    `${before}${letter}${letter}${next}${after}`,
  ];
  return slips[number % 3] as string;
}

const SHORT: readonly (readonly [RegExp, string])[] = [
  [/\btomorrow\b/gi, 'tmrw'],
  [/\btonight\b/gi, 'tonite'],
  [/\bminutes\b/gi, 'mins'],
  [/\bhours\b/gi, 'hrs'],
  [/\bplease\b/gi, 'pls'],
  [/\byou\b/gi, 'u'],
  [/\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?day\b/gi, '$1'],
  [/\b(\d+) (am|pm)\b/gi, '$1$2'],
];

const withoutQuotes = (text: string) => text.replace(/[’']/g, '');

const ways: readonly Way[] = [
  {
    name: 'without capitals, apostrophes and last marks',
    types: (words) => withoutQuotes(words.toLowerCase()).replace(/[.!?]+$/, ''),
    expects: (line) => line.replace(/^[^|]*/, withoutQuotes),
  },
  {
    name: 'with something before it',
    types: (words) =>
      AS_TYPED.test(words)
        ? words
        : `${LEADS[numberOf(words) % LEADS.length]}${words.slice(0, 1).toLowerCase()}${words.slice(1)}`,
  },
  {
    name: 'in short forms',
    types: (words) => SHORT.reduce((text, [long, short]) => text.replace(long, short), words),
    expects: (line) => line.replace(/\byou\b/gi, 'u'),
  },
  {
    name: 'with a typing error',
    types: (words) => {
      const found = [...words.matchAll(MISTYPED)];
      const slip = found[numberOf(words) % found.length];
      if (!slip) return words;
      const [word] = slip;
      return `${words.slice(0, slip.index)}${mistyped(word, numberOf(words))}${words.slice(slip.index + word.length)}`;
    },
  },
];

function changed(dialogue: Dialogue, { types, expects = (line) => line }: Way): Dialogue {
  const turns = dialogue.turns.map(({ does, expects: lines }) => ({
    does: does.startsWith('> ') ? `> ${types(does.slice(2))}` : does,
    expects: lines.map((line) => (/^[=~]/.test(line) ? expects(line) : line)),
  }));
  return { ...dialogue, turns };
}

/** Every other set: whatever changes the words alters what some of them ask for, so that a few are never understood. */
const sets = readDialogues(new URL('dialogues/', import.meta.url)).filter(({ place }) =>
  /^unseen-\d*[13579]\./.test(place),
);

test.each(ways)('what is typed $name is understood as before', async (way) => {
  const played = await playAll(sets.map((each) => changed(each, way)));
  const missed = played.filter(({ understood }) => !understood);
  const harmed = played.filter(({ harm }) => harm);
  const report = missed.map(({ place, harm, log }) => `${harm ? 'HARM ' : ''}${place}\n${log}`).join('\n\n');
  const { CODA_DIALOGUES_REPORT: path } = process.env;
  if (path) writeFileSync(`${path}-${ways.indexOf(way)}.txt`, report);
  expect(missed.length, report).toBeLessThanOrEqual(played.length * 0.08);
  expect(harmed.length, harmed.map(({ log }) => log).join('\n\n')).toBeLessThanOrEqual(played.length * 0.01);
});
