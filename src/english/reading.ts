/** From a request to what it asks for: the frames that read it, the things that it names, and how sure that is. */
import type { Call, Heard, Named } from '../agent/index.ts';
import { isPronoun } from './frames/common.ts';
import type { Frame, Match, Matcher, Reader, Slots } from './frames.ts';
import { type Request, Times } from './slots.ts';
import { type Target, targetOf } from './target.ts';
import { texts } from './texts.ts';

/** A request as one frame. */
export interface Reading {
  frame: Frame;
  slots: Slots;
  /** Words of the request that are the frame's own. */
  own: number;
  /** `sure`: every word is accounted for. `asks`: it names several things, or none that is there. `doubtful`: it is offered. */
  how: 'sure' | 'asks' | 'doubtful';
  calls: readonly Call[];
  /** An answer without a tool. */
  answer?: string;
  /** Candidates, where it asks. */
  among?: readonly Named[];
  /** It lacks nothing. */
  isWhole: boolean;
  /** The text of the thing that it names, where that is there. */
  about?: string | undefined;
}

/** A request and what it may mean. */
export interface Understood {
  request: Request;
  times: Times;
  /** The best of them; several where each is as good. */
  best: readonly Reading[];
  /** All that fit in some way. */
  all: readonly Reading[];
}

/** Reads one request. */
export async function understand(request: Request, matcher: Matcher, heard: Heard): Promise<Understood> {
  const times = new Times(request, heard.when);
  const matches = matcher.match(request, times).filter(({ frame: { tool } }) => tool === undefined || heard.has(tool));
  const all = (await Promise.all(matches.map((match) => readingOf(match, times, heard)))).flatMap((each) => each ?? []);
  return { request, times, all, best: bestOf(all) };
}

/** Those that account for most, the sure ones first. */
function bestOf(all: readonly Reading[]): readonly Reading[] {
  for (const how of ['sure', 'asks', 'doubtful'] as const) {
    const some = all.filter((reading) => reading.how === how);
    const most = Math.max(...some.map(({ own }) => own));
    const top = some.filter(({ own }) => own === most);
    // Of several ways to read one frame the first counts.
    // A thing that is there comes before a search for it.
    const found = top.filter(({ about }) => about !== undefined);
    const first = found.length > 0 ? top.filter(({ frame, about }) => about !== undefined || frame.changes) : top;
    if (top.length > 0) return first.filter((one, at) => first.findIndex(({ frame }) => frame === one.frame) === at);
  }
  return [];
}

/** The reading of a match, with the things that it names; undefined where its slots make no sense. */
export async function readingOf(match: Match, times: Times, heard: Heard): Promise<Reading | undefined> {
  const { frame, own, isDoubtful } = match;
  const slots = withReplied(match, heard);
  if (frame.answer) {
    const answer = frame.answer(slots);
    return answer === undefined ? undefined : { frame, slots, own, how: 'sure', calls: [], answer, isWhole: true };
  }
  const isWhole = (frame.needs ?? []).every((slot) => slots[slot] !== undefined);
  const reading = { frame, slots, own, isWhole };
  const { thing, nouns = '', among, isAtHand } = frame;
  const which = slots.which ?? (isAtHand && 'it');
  if (thing === undefined || which === undefined) {
    const calls = callsOf(frame, slots, [undefined], times);
    return calls && { ...reading, calls, how: isDoubtful ? 'doubtful' : 'sure' };
  }
  const target = await targetOf(which, { thing, nouns, among }, heard);
  return withTarget(reading, target, times, isDoubtful);
}

/** The slots, filled with what the message replies to: "remind me of this", "snooze". */
function withReplied({ frame, slots }: Match, { repliesTo }: Heard): Slots {
  if (repliesTo === undefined) return slots;
  if (repliesTo.isOwn && isPronoun(slots.text ?? '')) return { ...slots, text: repliesTo.text };
  return frame.thing !== undefined && slots.which === undefined ? { ...slots, which: 'this' } : slots;
}

function withTarget(
  reading: Omit<Reading, 'how' | 'calls'>,
  target: Target,
  times: Times,
  isDoubtful: boolean,
): Reading | undefined {
  const { frame, slots } = reading;
  if (frame.isNamed && !target.isNamed) return undefined;
  // "Note: milk" keeps milk, whatever note there is of it.
  const own = reading.own === 0 ? 0 : reading.own + Number(target.isNamed);
  if (target.kind === 'certain') {
    const calls = callsOf(frame, slots, target.which, {
      isSeries: (words) => times.isSeries(words),
      text: target.text,
    });
    return calls && { ...reading, own, calls, about: target.text, how: isDoubtful ? 'doubtful' : 'sure' };
  }
  // Words alone are a request only where they are the name of something.
  if ((target.kind === 'none' && !target.isNamed) || reading.own === 0) return undefined;
  const among = target.kind === 'open' ? target.among : [];
  return { ...reading, own, calls: [], among, how: 'asks' };
}

/** A call for each thing; undefined where the slots make no sense for the frame. */
export function callsOf(
  frame: Frame,
  slots: Slots,
  which: readonly (string | undefined)[],
  times: Reader,
): Call[] | undefined {
  const calls = which.map((one) => {
    const filled = one === undefined ? slots : { ...slots, which: one };
    const input = frame.input ? frame.input(filled, times) : {};
    return input && frame.tool !== undefined ? { tool: frame.tool, input } : undefined;
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

/** Said where a request names nothing that is there, or several things. */
export const questionOf = ({ frame, slots, among = [] }: Reading): string =>
  among.length === 0 ? texts.none(frame.thing ?? '', slots.which ?? '') : texts.which(frame.thing ?? '');
