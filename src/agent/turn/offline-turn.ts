/** The answer to a message where no model gives one: what is certain is done at once, and the rest is offered. */

import { label } from '../../base/frames.ts';
import { listOf, oneLine, plural } from '../../base/text.ts';
import { type Item, isSaid, isWordless, type QuotedWords } from '../../delivery/index.ts';
import { readerOf } from '../../storage/index.ts';
import { fresh } from '../dialogue/dialogue.ts';
import type { HeardMessage, Interpretation } from '../dialogue/interpreter.ts';
import { keepTogether } from '../dialogue/tools.ts';
import * as texts from '../texts.ts';
import { isData, runData } from '../tools/calls.ts';
import { TookTooLong } from '../tools/prepare.ts';
import type { CallContext } from '../tools/tool.ts';
import { judge } from './judge.ts';
import { withPreparedInputs } from './loop.ts';
import type { MessageTurn } from './message-turn.ts';
import type { TurnOver } from './options.ts';
import { OFFLINE } from './steps.ts';
import { contextOf } from './store.ts';
import { LostTurn, resultOf } from './turn-run.ts';

/**
 * Ends the turn without a model; `why` says why none answers, where one is configured. Undefined: the turn now begins with
 * calls that have to ask, or reach outside, and is to be run.
 */
export async function answerOffline(run: MessageTurn, why: string | undefined): Promise<TurnOver['how'] | undefined> {
  const { turn, item } = run;
  const steered = turn.steeredTexts();
  const results = steered.length === 0 ? turn.lastResults() : [];
  if (results.length > 0) return say(run, [...results, turn.lastAnswer()?.payload.text ?? ''], why);
  // The first time has done it.
  if (item.payload.again !== undefined && steered.length === 0) return say(run, [texts.notAskedAgain()], why);
  const words = steered.length > 0 ? steered.join('\n') : item.payload.text;
  if (isWordless(words)) return say(run, [cameAlone(item.payload, why)]);
  const interpretation = await interpretationOf(run, words);
  const isWhole = interpretation.text === undefined && interpretation.calls.length > 0;
  if (!isSaid(item) && !isWhole) return say(run, [unsaidText(run, words, why)]);
  // The reason why a configured model does not answer says more than a search.
  const isTried = interpretation.calls.length > 0 && !(interpretation.isLookUp && why !== undefined);
  if (isTried) return act(run, interpretation, why);
  return why === undefined ? say(run, [interpretation.text ?? ''], undefined, interpretation) : say(run, [why]);
}

const unsaidText = ({ item }: MessageTurn, words: string, why: string | undefined): string =>
  item.origin === 'schedule' ? texts.asPlanned(words, why) : texts.asBrought(words, why);

async function interpretationOf(run: MessageTurn, words: string): Promise<Interpretation> {
  const interpreter = await run.options.interpreter?.();
  // Without an interpreter, commands are what there is.
  return interpreter ? interpreter.interpret(heardBy(run, words)) : { calls: [{ tool: 'help', input: {} }] };
}

function heardBy(run: MessageTurn, text: string): HeardMessage {
  const { options, item, turn } = run;
  const { toolbox, database } = options;
  const { person, when, private: isPrivate } = run.context();
  return {
    text,
    repliesTo: item.payload.repliesTo,
    isUnsaid: !isSaid(item),
    dialogue: isSaid(item) ? fresh(contextOf(item).dialogue, turn.startedAt) : {},
    when,
    name: person.name,
    // The page's cards are an owner's.
    hasPage: options.hasPage && person.role === 'owner',
    has: (tool) => toolbox.get(tool) !== undefined,
    may: (tool) => toolbox.mayUse(person, tool),
    similarities: async (words) => options.likeness?.(text, words),
    listThings: async (thing) => {
      const tool = toolbox.toolNaming(thing);
      if (!tool || !toolbox.mayUse(person, tool.name)) return [];
      return (
        tool.dialogue?.listNamed?.({ db: readerOf(database), personId: person.id, private: isPrivate, reader: when }) ??
        []
      );
    },
  };
}

async function act(
  run: MessageTurn,
  { calls, text = '', choices }: Interpretation,
  why: string | undefined,
): Promise<TurnOver['how'] | undefined> {
  const { turn, options } = run;
  turn.add(
    {
      kind: 'model',
      payload: {
        text,
        calls: calls.map(({ tool, input }, at) => ({ id: `call_${turn.steps.length}_${at}`, name: tool, input })),
        model: OFFLINE,
        by: 'person',
        ...(why !== undefined && { notices: [why] }),
      },
    },
    options.world.clock.now(),
  );
  return (await endWithCalls(run, text, choices)) ? 'answered' : undefined;
}

async function endWithCalls(run: MessageTurn, text: string, choices: Interpretation['choices']): Promise<boolean> {
  const { turn, item, options } = run;
  const calls = turn.openCalls();
  const valids = calls.flatMap((each) => {
    const judgement = judge(run, each);
    return judgement.kind === 'run' && isData(judgement.valid) ? [judgement.valid] : [];
  });
  if (valids.length < calls.length) return false;
  await run.settleDraft();
  const added = turn.steps.length;
  const end = (ctx: CallContext) =>
    options.database.tx('turn.finish', async (tx) => {
      turn.steps.length = added;
      const outcomes: Parameters<typeof keepTogether>[1][number][] = [];
      for (const { call, state } of calls) {
        const judgement = judge(run, { call, state });
        if (judgement.kind !== 'run' || !isData(judgement.valid)) throw new NotAtOnce();
        const context = run.context();
        const result = await runData(tx, judgement.valid, { ...context, runner: { ...context.runner, ...ctx.runner } });
        turn.addAll([resultOf(call, result)], options.world.clock.now());
        outcomes.push({ thing: options.toolbox.get(call.name)?.dialogue?.thing, result });
      }
      keepTogether(tx, outcomes, run.context());
      const ended = await options.delivery.endIn(
        tx,
        item,
        run.endOf(joinLines([...turn.lastResults(), text]), choices),
      );
      if (!ended) throw new LostTurn();
      return ended;
    });
  try {
    const { sent } = await withPreparedInputs(run, valids, end);
    run.noteEnd();
    await sent;
    return true;
  } catch (error) {
    turn.steps.length = added;
    if (error instanceof NotAtOnce || error instanceof TookTooLong) return false;
    throw error;
  }
}

async function say(
  run: MessageTurn,
  lines: readonly string[],
  why?: string,
  { choices }: Pick<Interpretation, 'choices'> = {},
): Promise<TurnOver['how']> {
  const text = joinLines(lines);
  const notices = why === undefined ? {} : { notices: [why] };
  run.turn.add(
    { kind: 'model', payload: { text, calls: [], model: OFFLINE, ...notices } },
    run.options.world.clock.now(),
  );
  return run.closeTurn({ kind: 'answered', text, ...(choices && { choices }) });
}

const joinLines = (lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');

/** Rolls the one transaction back: a call has to ask, after what the one before it brought. */
class NotAtOnce extends Error {}

type MessageExtras = Pick<Item['payload'], 'files' | 'quoted'>;

const MOST_NAMED = 3;
const LONGEST_NAME = 60;

const KINDS: readonly { type: RegExp; one: string }[] = [
  { type: /^audio\//, one: 'a voice message' },
  { type: /^image\//, one: 'a picture' },
  { type: /^video\//, one: 'a video' },
];

const QUOTES: Record<QuotedWords['as'], string | undefined> = {
  replied: 'a message that you reply to',
  forwarded: 'a forwarded message',
  shared: 'a shared message',
  starter: 'a thread',
  earlier: undefined,
  observed: undefined,
  attached: 'what an app shows',
  embed: 'a preview',
  poll: 'a poll',
  sticker: 'a sticker',
  unread: undefined,
};
const NAMED: readonly QuotedWords['as'][] = ['poll', 'sticker'];

function cameAlone({ files, quoted = [] }: MessageExtras, why?: string): string {
  const named = [
    ...quoted.flatMap(({ as, text }) => {
      const what = QUOTES[as];
      return what === undefined ? [] : [NAMED.includes(as) ? withName(what, text) : what];
    }),
    ...files.map(({ name, type }) => withName(KINDS.find((kind) => kind.type.test(type))?.one ?? 'a file', name)),
  ];
  if (named.length === 0) return why ?? texts.calledReply();
  const remaining = named.length - MOST_NAMED;
  const names = remaining > 0 ? [...named.slice(0, MOST_NAMED), plural(remaining, 'more thing')] : named;
  return texts.onlyWords(listOf(names), why);
}

function withName(what: string, name: string): string {
  const [line = ''] = name.split('\n', 1);
  return `${what} (${label(oneLine(line, LONGEST_NAME))})`;
}
