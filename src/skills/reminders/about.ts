/** What may be meant where a message names a reminder, or the one at hand, in words that no phrase understands. */
import { z } from 'zod';
import { dataTool, failed, privately, type TxContext } from '../../agent/index.ts';
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import type { Choice } from '../../delivery/index.ts';
import { describe, taskWords } from '../../time/index.ts';
import { ownTime, timeBeside } from './change.ts';
import { readingChoice } from './create.ts';
import { dayNamed, spanNamed, spanOf, writtenDays } from './days.ts';
import { showFound } from './list.ts';
import { isOpen, type Reminder } from './reminder.ts';
import { texts } from './texts.ts';
import { timeWithin } from './time-words.ts';
import { ownWords } from './told-which.ts';
import { findWhich, pendingOf } from './which.ts';

/** More than these a message does not name but touch. */
const MOST_NAMED = 4;

const ASKS = /^(?:and |so |but |ok |hey )?(?:when|what|where|who|which|how|is|are|was|did|do|does|have|has)\b|\?\s*$/i;
const SKIPS = /\b(?:skip|omit|miss|not|no|off|without|leave out|except)\b/i;
const DONE = /\b(?:done|did|finished|sorted|fixed|handled|already|\p{L}{2,}ed|got|rang|paid|bought|sent|took|made)\b/iu;
const ENDS =
  /\b(?:cancel(?:l?ed)?|delete|remove|drop|lose|scrap|scrub|bin|stop|forget|end|need|anymore|any more|longer|over|off)\b/i;
/** A further one is wished, and not this one changed. */
const FURTHER = /\b(?:another|one more|also|as well|too|again|remind|reminder|remember|note|save|extra)\b/i;

/** Shows the reminder that a message seems to be about, with buttons for what it may ask. Reads, so a wrong guess costs nothing. */
export const aboutTool = dataTool({
  name: 'reminder_about',
  topic: 'reminder',
  description: 'Shows the reminder that words seem to be about, and asks what to do with it.',
  effect: 'read',
  hidden: true,
  redact: privately('said'),
  input: z.object({
    said: z.string().min(1).max(400),
    atHand: z.boolean().describe('Whether words that name none may be about the reminder at hand.'),
  }),

  async run({ said, atHand }, ctx) {
    const isAsked = ASKS.test(said);
    const when = timeWithin(said);
    // Nobody asked for them: before others only those are shown that speak here anyway.
    const mayShow = ({ conversationId, toDm }: Reminder) =>
      ctx.place.kind === 'dm' || (conversationId === ctx.conversationId && !toDm);
    const named = mentioned(said, (await pendingOf(ctx)).filter(mayShow));
    const isOfOne = atHand && !isAsked && (when !== undefined || [SKIPS, DONE, ENDS].some((each) => each.test(said)));
    const found = named.length === 0 && isOfOne ? (await theOneAtHand(ctx)).filter(mayShow) : named;
    const [only, ...others] = found;
    if (!only || found.length > MOST_NAMED) return failed('NOT_FOUND', texts.notFound(said).message);
    if (isAsked) return showFound(ctx, found);
    const shown = await showFound(ctx, found, texts.about(found.length));
    const choices = others.length > 0 ? [] : choicesFor(ctx, only, said, when);
    return shown.ok ? { ...shown, choices } : shown;
  },
});

async function theOneAtHand(ctx: TxContext): Promise<Reminder[]> {
  const one = await findWhich(ctx, 'that', { tool: 'reminder_about', input: {}, prefers: 'any' });
  return 'ok' in one ? [] : [one];
}

/** Those of `reminders` of which `said` has the most words; what a deed alone names is one where nothing else has it. */
function mentioned(said: string, reminders: readonly Reminder[]): Reminder[] {
  const words = wordsIn(said);
  const counted = reminders.map((reminder) => {
    const own = ownWords(reminder.text);
    const hits = own.filter((word) => words.some((one) => isFormOf(one, word)));
    const deeds = hits.filter((word) => taskWords.deeds.has(word)).length;
    return { reminder, things: hits.length - deeds, deeds };
  });
  const most = (of: typeof counted, by: 'things' | 'deeds') => {
    const best = Math.max(0, ...of.map((one) => one[by]));
    return of.filter((one) => one[by] === best);
  };
  const best = most(most(counted, 'things'), 'deeds').filter(({ things, deeds }) => things + deeds > 0);
  return best.length > 1 && best[0]?.things === 0 ? [] : best.map(({ reminder }) => reminder);
}

/** What may be asked of `one`, the likeliest first. */
function choicesFor(ctx: TxContext, one: Reminder, said: string, when: string | undefined): Choice[] {
  const { id: which, rule } = one;
  const isSkipped = rule !== undefined && SKIPS.test(said);
  const span = isSkipped ? (spanNamed(said, ctx) ?? (when === undefined ? undefined : spanOf(when, ctx))) : undefined;
  const choices: Choice[] = [];
  if (span) {
    const days = writtenDays(span, ctx);
    choices.push({ label: texts.skipLabel(days), tool: 'reminder_delete', input: { which, days } });
  } else if (isSkipped && when === undefined)
    choices.push({ label: texts.skipLabel(), tool: 'reminder_complete', input: { which, ahead: true } });
  else if (when !== undefined && !FURTHER.test(said)) choices.push(...movesTo(ctx, one, when));
  if (isOpen(one) || DONE.test(said))
    choices.push({ label: texts.doneLabel, tool: 'reminder_complete', input: { which } });
  if (choices.length > 0 || ENDS.test(said))
    choices.push({
      label: texts.deleteLabel(rule !== undefined),
      tool: 'reminder_delete',
      input: { which },
      style: 'danger',
    });
  return choices;
}

/** Buttons that move `one` to the time that was said. It is settled now: its words may mean another day when one is pressed. */
function movesTo(ctx: TxContext, one: Reminder, said: string): Choice[] {
  const { id: which, rule, text } = one;
  const { when } = timeBeside(ctx, ownTime(one, ctx.clock.now()), said);
  if (when === undefined || when.kind === 'reject') return [];
  // Of a series, the whole or one time may be meant: the button asks. An hour is the same one then.
  if (rule !== undefined && when.kind !== 'recurring')
    return dayNamed(said)
      ? []
      : [{ label: texts.moveLabel(said), tool: 'reminder_edit', input: { which, when: said } }];
  const readings = when.kind === 'ambiguous' ? when.readings : [{ words: describe(when, ctx.when), when }];
  return readings
    .slice(0, MOST_READINGS)
    .map((reading) =>
      readingChoice({ ...reading, words: texts.moveLabel(reading.words) }, { act: 'edit', which, text }),
    );
}

const MOST_READINGS = 2;
