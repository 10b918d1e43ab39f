import type { Layout } from '../layout.ts';
import { parseWhen } from '../parse.ts';
import { isWeak, type Run } from '../runs.ts';
import { AFTERWARDS } from './afterwards.ts';
import { again, byHabit } from './doubts.ts';
import { anniversary, besideEvent, onThatDay } from './events.ts';
import { firstOf } from './guard.ts';
import { completed, connectorAt, limitedFirst } from './joins.ts';
import { plain } from './plain.ts';
import { corrected } from './turns.ts';
import {
  ask,
  isCertain,
  isSameWhen,
  joined,
  nothing,
  onlyTime,
  result,
  taskOf,
  trimmed,
  type Understood,
  type View,
  word,
} from './view.ts';

/** What is to be done, in a sentence that does not say when. */
export function deed(view: View): string {
  const { head, body, hasLead } = view.finder.layout();
  return taskOf(view, [hasLead ? body : [head[0], body[1]]]);
}

export function meaningOf(view: View): Understood {
  const layout = view.finder.layout();
  const understood = byHabit(view, again(view, counted(view, read(view, layout), layout), layout), layout);
  if (view.runs.isExhausted) return nothing(view, [0, view.tokens.length]);
  const correctedTo = corrected(view);
  if (correctedTo) return correctedTo;
  const guarded = isCertain(understood.when) ? firstOf(AFTERWARDS, view, { understood, layout }) : undefined;
  // '/remind me "Drink water" every day': a command's way to say where the task ends.
  const isCommand = layout.hasLead && layout.connector === '';
  const quoted = isCommand ? /^["“]([^"“”]+)["”]$/.exec(understood.task)?.[1] : undefined;
  return { ...(guarded?.understood ?? understood), task: quoted ?? understood.task };
}

/** "!remindme 12h", "snooze 10": what can only be counted from now. */
function counted(view: View, understood: Understood, { isCommand, lead, body }: Layout): Understood {
  const { words = '' } = understood;
  const isHours = /^\d+ ?hr?s?$/i.test(words) && Number.parseInt(words, 10) < 13 && (isCommand || COUNTED.has(lead));
  const isMinutes = /^\d{1,3}$/.test(words) && COUNTED.has(lead) && !/^(?:until|at)$/.test(word(view, body[0] - 1));
  return isHours || isMinutes ? { ...understood, when: parseWhen(`in ${words}`, view.ctx) } : understood;
}

function read(view: View, layout: Layout): Understood {
  const { head, body } = layout;
  const before = head[1] > head[0] ? view.runs.exactly(...trimmed(view, head)) : undefined;
  // "Send second reminder tomorrow": a thing, and no request for one.
  const isThing = !before && head[1] > head[0] && NOUNS.has(layout.lead) && word(view, head[1]) === layout.lead;
  if (isThing && layout.connector === '') return plain(view, { ...layout, hasLead: false, body: [head[0], body[1]] });
  const limit = before ? undefined : limitedFirst(view, layout);
  if (limit) return limit;
  // "Wed 3pm rugby training dont forget boots".
  const isAdded = /^don'?t$/.test(layout.lead) && layout.connector === '';
  if (isAdded && head[1] > head[0] && !before)
    return plain(view, { ...layout, hasLead: false, body: [head[0], body[1]] });
  // "I must call Bob, remind me tomorrow at 9": the task stands first.
  if (head[1] > head[0] && !before)
    return taskFirst(view, layout) ?? asideOr(view, plain(view, { ...layout, body: [head[0], body[1]] }), layout);
  if (before) return ledBy(view, before, layout);
  return plain(view, layout);
}

/** "Flight on Friday at 6am, remind me before that": the time may be that of what is said before the request. */
function asideOr(view: View, whole: Understood, layout: Layout): Understood {
  if (!isCertain(whole.when)) return whole;
  const inner = plain(view, layout);
  return isSameWhen(inner.when, whole.when)
    ? whole
    : ask(view, [whole.when], whole.words ?? '', [[layout.head[0], layout.body[1]]]);
}

function taskFirst(view: View, { head, body: [from, to] }: Layout): Understood | undefined {
  const told = eventFirst(view, head, [from, to]);
  if (told) return told;
  // "The store closes at 9, remind me at 8 to go".
  const length = view.tokens.slice(from, to).findIndex(({ text }) => /^(?:to|about)$/.test(text));
  const led = length > 0 ? eventFirst(view, head, [from, from + length]) : undefined;
  return led && { ...led, task: taskOf(view, [[from + length, to]]) };
}

function eventFirst(view: View, head: [number, number], body: [number, number]): Understood | undefined {
  const beside = besideEvent(view, head, body) ?? anniversary(view, head, body);
  if (beside) return beside;
  const run = view.runs.exactly(...body);
  const same = run && onlyTime(run) ? onThatDay(view, head, body) : undefined;
  // "My flight leaves Friday at 6pm, remind me at 3pm".
  if (run && same) return ask(view, [same, run.when], view.runs.words(...body), [head]);
  if (run) return result(view, run.when, view.runs.words(...body), [head]);
  const [early] = view.runs.pieces(body[0]);
  if (early?.value.kind !== 'before' || early.end !== body[1]) return undefined;
  // "Call Bob at 3pm, remind me 10 minutes before".
  const moment = view.runs.longestUpTo(
    head[1],
    head[0],
    (one) => !isWeak(one.phrase.placed[0] ?? NO_PIECE, view.tokens),
  );
  return moment && joined(view, [body, moment], [head]);
}

/** "In 3 hours remind me to buy 2 tickets". */
function ledBy(view: View, run: Run, { body, connector }: Layout): Understood {
  // "Tomorrow remind me at 8 to call Bob".
  const [from, to] = body;
  const inner = view.runs.longestFrom(from, to, (one) => one.to === to || connectorAt(view, one.to) !== '');
  const both = inner && joined(view, [run, inner], [[inner.to, to]]);
  if (both && isCertain(both.when)) return both;
  return completed(view, run, body, connector, true);
}

/** Leads that are things as well. */
const NOUNS = new Set('reminder alarm timer'.split(' '));

const COUNTED = new Set(['snooze', 'timer']);

const NO_PIECE = { from: 0, to: 0, piece: { kind: 'note' as const } };
