import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import type { Near } from '../../vectors/index.ts';
import { respelt } from './finding/spelling.ts';
import { withAny } from './finding/store.ts';
import { canAnswer, isAboutMore, isHowTo, saysIt } from './kind.ts';
import type { Meaning } from './meaning/index.ts';
import { type NearNote, nearOnes } from './meaning/store.ts';
import type { Note } from './note.ts';
import { BESIDE, CLOSE, candidatesFor, fused, type Ranked, rank, termsOf } from './rank.ts';
import { wantedBy } from './search.ts';
import { texts } from './texts.ts';
import { show } from './tools.ts';

/** A note that covers less of a question is no sure answer to it. Tuned on test/skills/notes/questions.ts. */
const SURE = 0.74;
/** One that covers less is not even offered. */
const OFFERED = 0.5;
/** The same where so few notes have any of its words that nothing else can be meant: "wifi is sunflower" for its password. */
const OFFERED_ALONE = 0.3;
/** A second note as near as this makes the first one no sure answer. */
const AHEAD = 0.02;
/** Bonus of a note that can have the kind of answer that is asked for, beside words and meaning. */
const ABLE = 0.1;
/** As good as all. */
const WHOLE = 0.99;
const MOST_OFFERED = 3;
const MOST_LOOKED_AT = 200;

/**
 * Answers a question out of the notes: with the one that covers most of what it says, if that is enough; else it offers at
 * most three. That none does is no answer, since the question may be about anything.
 */
export const recallTool = (meaning: Pick<Meaning, 'near'>) =>
  dataTool({
    name: 'note_recall',
    dialogue: { thing: 'note' },
    description: 'Shows the notes that answer a question.',
    effect: 'read',
    hidden: true,
    redact: privately('query'),
    input: z.object({
      query: z.string().min(1).max(200),
      /** Nobody else knows it: that no note says it is an answer. */
      own: z.boolean().optional(),
    }),

    prepare: ({ query }, { person }) => meaning.near(person.id, query),

    async run({ query, own }, ctx) {
      const terms = await respelt(ctx.tx, ctx.person.id, termsOf(query));
      const words = candidatesFor(terms);
      const wanted = wantedBy(ctx, []);
      const notes = words.length === 0 ? [] : await withAny(ctx.tx, wanted, words, MOST_LOOKED_AT);
      const near = await nearOnes(ctx.tx, wanted, (ctx.prepared ?? []) as readonly Near[]);
      const { sure, offered } = judged(query, rank(terms, notes), near);
      if (offered.length === 0 && own) {
        // It may have been told as something about the person.
        const remembered = await ctx.call({ tool: 'memory_about', input: { what: query } }, ctx);
        if (remembered.ok) return remembered;
        return failed('NO_NOTE', texts.noNote(query));
      }
      if (offered.length === 0) return failed('NOT_FOUND', texts.nothing(query));
      const shown = (sure.length > 0 ? sure : offered).map(({ note }) => note);
      const isWhole = sure.length > 0 && (sure[0]?.share ?? 0) >= WHOLE;
      const heading = isWhole ? texts.matching(shown.length, query) : sure.length > 0 ? texts.answering : texts.nearest;
      return show(ctx, { notes: shown, total: shown.length }, 1, heading, { tool: 'note_search', input: { query } });
    },
  });

const textOf = ({ title, text }: Note): string => `${title ?? ''} ${text}`;

/** Those that answer the question, and else those that are near enough to be offered. */
function judged(
  question: string,
  ranked: readonly Ranked[],
  near: readonly NearNote[],
): { sure: readonly Ranked[]; offered: readonly Ranked[] } {
  const isAble = ({ note }: Ranked) => canAnswer(question, textOf(note));
  const able = ranked.filter(isAble);
  const saying = able.filter(({ note }) => saysIt(question, textOf(note)));
  const sure = sureOnes(question, saying);
  if (near.length === 0) {
    const least = ranked.length <= MOST_OFFERED ? OFFERED_ALONE : OFFERED;
    return { sure, offered: able.filter(({ share }) => share >= least).slice(0, MOST_OFFERED) };
  }
  const byBoth = fused(ranked, near)
    .map((one) => ({ ...one, order: one.score + (isAble(one) ? ABLE : 0) }))
    .sort((a, b) => b.order - a.order);
  const best = byBoth[0]?.note.id;
  const isNear = byBoth.some(({ share, score }) => share >= OFFERED || score >= CLOSE);
  const offered = isNear ? byBoth.filter(({ score }) => score >= BESIDE).slice(0, MOST_OFFERED) : [];
  // A note that the words are sure of and the meaning puts behind another one is no sure answer.
  return { sure: sure.some(({ note }) => note.id === best) ? sure : [], offered };
}

/**
 * Those of the able ones that the words make sure of: they lack none that tells. Meaning alone never does, since what is
 * alike need not be an answer.
 */
function sureOnes(question: string, able: readonly Ranked[]): readonly Ranked[] {
  const [best] = able;
  if (!best || best.share < SURE || best.lacks > 0) return [];
  const top = able.filter(({ share }) => share >= best.share - AHEAD);
  const enough = isAboutMore(question) ? 3 : 2;
  const isWhole = best.share >= WHOLE && (best.hits >= enough || !(isAboutMore(question) || isHowTo(question)));
  return isWhole || (top.length === 1 && best.hits >= enough) ? top.slice(0, 10) : [];
}
