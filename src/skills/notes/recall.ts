import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { stemOf, wordsIn } from '../../base/lexemes.ts';
import { ANY_MONTH, WEEKDAY } from '../../time/index.ts';
import type { NearText } from '../../vectors/index.ts';
import { withAny } from './finding/store.ts';
import { type NearNote, nearOnes } from './meaning/store.ts';
import type { Note } from './note.ts';
import { BESIDE, CLOSE, candidatesFor, fuseRanks, type RankedNote, rank, termsOf } from './rank.ts';
import { respelt, wantedBy } from './search.ts';
import type { Meaning } from './services.ts';
import { show } from './show.ts';
import { texts } from './texts.ts';

const MOST_OFFERED = 3;
/** A note that covers less of a question is no sure answer to it. Tuned on test/skills/notes/questions.ts. */
const SURE_FROM = 0.74;
const OFFERED_FROM = 0.5;
/** Enough to be offered where so few notes have any of its words that nothing else can be meant: "wifi is sunflower" for its password. */
const OFFERED_ALONE = 0.3;
/** A second note as near as this makes the first one no sure answer. */
const AHEAD = 0.02;
const ANSWER_KIND_BONUS = 0.1;
const WHOLE = 0.99;
const MOST_LOOKED_AT = 200;

/**
 * Answers a question out of the notes: with the one that covers most of what it says, if that is enough; else it offers at
 * most three. That none does is no answer, since the question may be about anything.
 */
export const recallTool = (meaning: Pick<Meaning, 'nearTexts'>) =>
  dataTool({
    name: 'note_recall',
    dialogue: { thing: 'note' },
    description: 'Shows the notes that answer a question.',
    effect: 'read',
    callers: 'buttons',
    record: { redact: privately('query') },
    input: z.object({
      query: z.string().min(1).max(200),
      /** The person alone knows it: that no note says it is an answer. */
      own: z.boolean().optional(),
      most: z.int().min(1).max(MOST_OFFERED).default(MOST_OFFERED).describe('Notes that are shown where none is sure.'),
    }),

    prepare: ({ query }, { person }) => meaning.nearTexts(person.id, query),

    async run({ query, own, most }, ctx) {
      const terms = await respelt(ctx.tx, ctx.person.id, termsOf(query));
      const words = candidatesFor(terms);
      const wanted = wantedBy(ctx, []);
      const notes = words.length === 0 ? [] : await withAny(ctx.tx, wanted, words, MOST_LOOKED_AT);
      const near = await nearOnes(ctx.tx, wanted, (ctx.prepared ?? []) as readonly NearText[]);
      const { sure, offered } = judgeAnswers(query, rank(terms, notes), near);
      if (offered.length === 0 && own) {
        // The answer may have been told as something about the person.
        const remembered = await ctx.tools.call({ tool: 'memory_about', input: { what: query } }, ctx);
        if (remembered.ok) return remembered;
        return failed('NO_NOTE', texts.noNote(query));
      }
      if (offered.length === 0) return failed('NOT_FOUND', texts.nothing(query));
      const listedNotes = (sure.length > 0 ? sure : offered.slice(0, most)).map(({ note }) => note);
      const isWhole = sure.length > 0 && (sure[0]?.share ?? 0) >= WHOLE;
      const heading = isWhole
        ? texts.matching(listedNotes.length, query)
        : sure.length > 0
          ? texts.answering
          : texts.nearest;
      return show(ctx, { notes: listedNotes, total: listedNotes.length }, 1, heading, {
        tool: 'note_search',
        input: { query },
      });
    },
  });

const textOf = ({ title, text }: Note): string => `${title ?? ''} ${text}`;

function judgeAnswers(
  question: string,
  ranked: readonly RankedNote[],
  near: readonly NearNote[],
): { sure: readonly RankedNote[]; offered: readonly RankedNote[] } {
  const isAble = ({ note }: RankedNote) => canAnswer(question, textOf(note));
  const able = ranked.filter(isAble);
  const saying = able.filter(({ note }) => saysIt(question, textOf(note)));
  const sure = sureOnes(question, saying);
  if (near.length === 0) {
    const least = ranked.length <= MOST_OFFERED ? OFFERED_ALONE : OFFERED_FROM;
    return { sure, offered: withOwnWord(able.filter(({ share }) => share >= least).slice(0, MOST_OFFERED), able) };
  }
  const byBoth = fuseRanks(ranked, near)
    .map((one) => ({ ...one, order: one.score + (isAble(one) ? ANSWER_KIND_BONUS : 0) }))
    .sort((a, b) => b.order - a.order);
  const best = byBoth[0]?.note.id;
  const isNear = byBoth.some(({ share, score }) => share >= OFFERED_FROM || score >= CLOSE);
  const offered = isNear
    ? withOwnWord(byBoth.filter(({ score }) => score >= BESIDE).slice(0, MOST_OFFERED), byBoth)
    : [];
  // A note that the words are sure of and the meaning puts behind another one is no sure answer.
  return { sure: sure.some(({ note }) => note.id === best) ? sure : [], offered };
}

/** The offered ones; where none has a word of the question itself, with the best of `all` that has one. */
function withOwnWord(offered: readonly RankedNote[], all: readonly RankedNote[]): readonly RankedNote[] {
  if (offered.length === 0 || offered.some(({ ownHits }) => ownHits > 0)) return offered;
  const own = all.find(({ ownHits }) => ownHits > 0);
  return own ? [...offered.slice(0, MOST_OFFERED - 1), own] : offered;
}

/**
 * The able ones that the words make sure of: they lack none that tells. Meaning alone never does, since what is
 * alike need not be an answer.
 */
function sureOnes(question: string, able: readonly RankedNote[]): readonly RankedNote[] {
  const [best] = able;
  // A note of other words only may be about another thing: the code of a house for the password of the wifi.
  if (!best || best.share < SURE_FROM || best.lacks > 0 || best.ownHits === 0) return [];
  const top = able.filter(({ share }) => share >= best.share - AHEAD);
  const enough = isAboutMore(question) ? 3 : 2;
  const isWhole = best.share >= WHOLE && (best.hits >= enough || !(isAboutMore(question) || isHowTo(question)));
  return isWhole || (top.length === 1 && best.hits >= enough) ? top.slice(0, 10) : [];
}

// Kinds of answers that a question asks for, and notes that can have one: "when" wants a time, "where" a place. Pure.

/** Whole words only: Marco and Maya are none. */
const MONTH = `${ANY_MONTH}\\b`;
const TIME = new RegExp(
  [
    String.raw`\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d\b|\b${MONTH}`,
    String.raw`\b(?:at|from|to|until|by|before|after|week|the) \d|\d ?(?:am|pm|km|th|st|nd|rd|days?|weeks?|months?|years?|hours?)\b`,
    String.raw`\b(?:${WEEKDAY}s?|mon|tues?|wed|thu(?:rs?)?|fri|weekdays?|weekends?|today|tomorrow|tonight|noon|midday|midnight)\b`,
    String.raw`\b(?:mornings?|afternoons?|evenings?|nights?|spring|summer|autumn|fall|winter|easter|christmas)\b`,
    String.raw`\b(?:weekly|monthly|daily|yearly|annually|every|always|never|first|second|third|last)\b`,
  ].join('|'),
  'i',
);
const NUMBER =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|dozen|half|quarter|couple|free|nothing|no|none)\b/i;
const CLOCK = /\b\d{1,2}:\d\d\b/g;
const LENGTH =
  /\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|until|till|expires?|ends?|out|spring|summer|autumn|winter|every|each|daily|weekly|monthly|once|twice|times|days?|cm|km|met(?:er|re)s?|m)\b|\b(?:19|20)\d\d\b/i;
const PLACE = new RegExp(
  `\\b(?:under|behind|beside|next to|near|above|below|inside|outside|between|opposite|left|right|top|level|floor|bay|pier|lane|road|street|avenue|shelf|drawer|cupboard|cellar|attic|garage|\\p{L}{1,40}(?:straße|strasse|gasse|allee|weg|platz))\\b|\\b(?:in|on|at|to|with|into) (?!(?:${MONTH})|\\d|${WEEKDAY}s?|spring|summer|autumn|winter|the (?:first|second|third|last|\\d))`,
  'iu',
);
const AGE = /\b(?:born|birthday|years old|aged?|since|\d{4})\b/i;
const YES_NO = /^(?:is|are|was|were|does|do|did|can|could|will|would|should|may|has|have|had)\b/i;
const DEFINES = /^what(?:'s|’s| is| are) (?:an? )/i;
const SMALLEST_NAME = 2;

const MONEY =
  /[€$£¥]|\b(?:euros?|eur|dollars?|usd|pounds?|gbp|francs?|chf|cents?|kronor|crowns?|yen|quid|bucks?|tenner|fiver|free|nothing|grand)\b|\b\d+[.,]\d\d\b|\b\d+(?:[.,]\d+)?k\b/i;
const COLOUR =
  /\b(?:red|green|blue|yellow|white|black|gr[ae]y|brown|orange|purple|pink|violet|beige|cream|silver|gold(?:en)?|turquoise|navy|dark|light|colou?r|ral|matt)\b|#[\da-f]{3,6}\b/i;
const CAPITALS_NO_NAME = new RegExp(`^(?:${MONTH}|${WEEKDAY}s?|hz|km|kg|ml|cm|mm|am|pm|ok|tv|id)$`, 'i');

function newNames(note: string, question: string): string[] {
  const asked = question.toLowerCase();
  const names = note.match(/\p{Lu}[\p{L}’'-]+/gu) ?? [];
  return names.filter(
    (name) =>
      name.length >= SMALLEST_NAME &&
      !CAPITALS_NO_NAME.test(name) &&
      !asked.includes(name.toLowerCase().replace(/['’]s$/, '')),
  );
}

const isLowerCase = (note: string): boolean => !/\p{Lu}/u.test(note);

const withoutWordsOf = (note: string, question: string): string => {
  const asked = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  return note.replace(/[\p{L}]{4,}/gu, (word) => (asked.has(word.toLowerCase()) ? '' : word));
};

const SUM = /\b(?:costs?|pays?|paid|charge[sd]?|owe[sd]?|spent|price|rent|fee)\b[^.;]{0,40}\d/i;

const ANSWER_RULES: readonly (readonly [pattern: RegExp, answers: (note: string, question: string) => boolean])[] = [
  [/\bhow old\b/i, (note) => AGE.test(note)],
  [/\bhow (?:long|often)\b/i, (note) => LENGTH.test(note)],
  [
    /\b(?:how (?:much|many|far|fast|high|tall|big|wide|deep|heavy|hot|cold)|what size)\b/i,
    (note) => NUMBER.test(note.replace(CLOCK, '')),
  ],
  [
    /\bhow (?:much|expensive)\b.{0,300}\b(?:costs?|pay|paid|pays|charges?d?|owes?|spent|price|rent|fee)\b/i,
    (note) => MONEY.test(note) || SUM.test(note),
  ],
  [
    /\bhow much (?:is|are|was|were)\b|\b(?:what|which) (?:did|does|do|will|would) .{0,300}\bcost\b/i,
    (note) => MONEY.test(note),
  ],
  [/\bwh(?:at|ich) colou?r\b/i, (note, question) => COLOUR.test(withoutWordsOf(note, question))],
  [
    /\b(?:when|what time|until when|since when|which day)\b/i,
    (note, question) => TIME.test(withoutWordsOf(note, question)),
  ],
  [/^(?:to |from |in |at )?(?:where)\b/i, (note) => PLACE.test(note)],
  [
    /^(?:by |to |for )?(?:who|whom|whose)\b/i,
    (note, question) => newNames(note, question).length > 0 || isLowerCase(note),
  ],
];

function canAnswer(question: string, note: string): boolean {
  const text = question.trim();
  return ANSWER_RULES.every(([pattern, answers]) => !pattern.test(text) || answers(note, text));
}

const HOW_MANY = /\bhow many (\p{L}+)/iu;
const WHICH = /^(?:which|what) (\p{L}{3,})/iu;

/** A note that speaks of what is counted tells how many only with a number before it: "12 rooms", not "room 12". */
function counts(note: string, question: string): boolean {
  const counted = stemOf(HOW_MANY.exec(question)?.[1]?.toLowerCase() ?? '');
  const words = wordsIn(note);
  const at = words.flatMap((word, index) => (stemOf(word) === counted ? [index] : []));
  return at.length === 0 || at.some((index) => NUMBER.test(words.slice(Math.max(0, index - 3), index).join(' ')));
}

/** A note that takes it as known which one it is does not tell: "which pills?" is not answered by "her pills". */
function tellsWhich(note: string, question: string): boolean {
  const asked = stemOf(WHICH.exec(question)?.[1]?.toLowerCase() ?? '');
  const words = wordsIn(note);
  const areKnown = words.map((word, index) => stemOf(word) === asked && KNOWN.has(words[index - 1] ?? ''));
  return !areKnown.includes(true) || words.some((word, index) => stemOf(word) === asked && !areKnown[index]);
}
const KNOWN = new Set('the my our your his her their its this that these those'.split(' '));

function saysIt(question: string, note: string): boolean {
  const text = question.trim();
  return (!HOW_MANY.test(text) || counts(note, text)) && (!WHICH.test(text) || tellsWhich(note, text));
}

const isAboutMore = (question: string): boolean => YES_NO.test(question.trim()) || DEFINES.test(question.trim());

const isHowTo = (question: string): boolean => /^how (?:do|does|did|can|could|should|to)\b/i.test(question.trim());
