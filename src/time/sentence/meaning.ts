import type { Layout } from '../layout.ts';
import { parseWhen } from '../parse.ts';
import { isCertain, isSameWhen } from '../readings.ts';
import type { Stretch } from '../tokens.ts';
import { AFTERWARDS } from './afterwards.ts';
import { again, byHabit } from './doubts.ts';
import { anniversary, besideEvent, onThatDay } from './events.ts';
import { firstOf } from './guard.ts';
import { completed, connectorAt, limitedFirst } from './joins.ts';
import { nothing, plain } from './plain.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { corrected } from './turns.ts';
import { isWeak } from './weak.ts';

/** What is to be done, in a sentence that does not say when. */
export function deed(s: Sentence): string {
  const { head, body, hasLead } = s.layout;
  return s.task([hasLead ? body : [head[0], body[1]]]);
}

export function meaningOf(s: Sentence): Understood {
  const layout = s.layout;
  const understood = byHabit(s, again(s, counted(s, read(s, layout), layout), layout), layout);
  if (s.isExhausted) return nothing(s, [0, s.tokens.length]);
  const correctedTo = corrected(s);
  if (correctedTo) return correctedTo;
  const guarded = isCertain(understood.when) ? firstOf(AFTERWARDS, s, { understood, layout }) : undefined;
  // '/remind me "Drink water" every day': a command's way to say where the task ends.
  const isCommand = layout.hasLead && layout.connector === '';
  const quoted = isCommand ? /^["“]([^"“”]+)["”]$/.exec(understood.task)?.[1] : undefined;
  return { ...(guarded?.understood ?? understood), task: quoted ?? understood.task };
}

/** "!remindme 12h", "snooze 10": what can only be counted from now. */
function counted(s: Sentence, understood: Understood, { isCommand, lead, body }: Layout): Understood {
  const { words = '' } = understood;
  const isHours = /^\d+ ?hr?s?$/i.test(words) && Number.parseInt(words, 10) < 13 && (isCommand || COUNTED.has(lead));
  const isMinutes = /^\d{1,3}$/.test(words) && COUNTED.has(lead) && !/^(?:until|at)$/.test(s.word(body[0] - 1));
  return isHours || isMinutes ? { ...understood, when: parseWhen(`in ${words}`, s.ctx) } : understood;
}

function read(s: Sentence, layout: Layout): Understood {
  const { head, body } = layout;
  const before = head[1] > head[0] ? s.exactly(...s.trimmed(head)) : undefined;
  // "Send second reminder tomorrow": a thing, and no request for one.
  const isThing = !before && head[1] > head[0] && NOUNS.has(layout.lead) && s.word(head[1]) === layout.lead;
  if (isThing && layout.connector === '') return plain(s, { ...layout, hasLead: false, body: [head[0], body[1]] });
  const limit = before ? undefined : limitedFirst(s, layout);
  if (limit) return limit;
  // "Wed 3pm rugby training dont forget boots".
  const isAdded = /^don'?t$/.test(layout.lead) && layout.connector === '';
  if (isAdded && head[1] > head[0] && !before) return plain(s, { ...layout, hasLead: false, body: [head[0], body[1]] });
  // "I must call Bob, remind me tomorrow at 9": the task stands first.
  if (head[1] > head[0] && !before)
    return taskFirst(s, layout) ?? asideOr(s, plain(s, { ...layout, body: [head[0], body[1]] }), layout);
  if (before) return ledBy(s, before, layout);
  return plain(s, layout);
}

/** "Flight on Friday at 6am, remind me before that": the time may be that of what is said before the request. */
function asideOr(s: Sentence, whole: Understood, layout: Layout): Understood {
  if (!isCertain(whole.when)) return whole;
  const inner = plain(s, layout);
  return isSameWhen(inner.when, whole.when)
    ? whole
    : s.ask([whole.when], whole.words ?? '', [[layout.head[0], layout.body[1]]]);
}

function taskFirst(s: Sentence, { head, body: [from, to] }: Layout): Understood | undefined {
  const told = eventFirst(s, head, [from, to]);
  if (told) return told;
  // "The store closes at 9, remind me at 8 to go".
  const length = s.tokens.slice(from, to).findIndex(({ text }) => /^(?:to|about)$/.test(text));
  const led = length > 0 ? eventFirst(s, head, [from, from + length]) : undefined;
  return led && { ...led, task: s.task([[from + length, to]]) };
}

function eventFirst(s: Sentence, head: Stretch, body: Stretch): Understood | undefined {
  const beside = besideEvent(s, head, body) ?? anniversary(s, head, body);
  if (beside) return beside;
  const run = s.exactly(...body);
  const same = run?.onlyTime ? onThatDay(s, head, body) : undefined;
  // "My flight leaves Friday at 6pm, remind me at 3pm".
  if (run && same) return s.ask([same, run.when], s.words(...body), [head]);
  if (run) return s.result(run.when, s.words(...body), [head]);
  const [early] = s.pieces(body[0]);
  if (early?.value.kind !== 'before' || early.end !== body[1]) return undefined;
  // "Call Bob at 3pm, remind me 10 minutes before".
  const moment = s.longestUpTo(head[1], head[0], (one) => !isWeak(one.phrase.placed[0] ?? NO_PIECE, s.tokens));
  return moment && s.joined([body, moment], [head]);
}

/** "In 3 hours remind me to buy 2 tickets". */
function ledBy(s: Sentence, run: Run, { body, connector }: Layout): Understood {
  // "Tomorrow remind me at 8 to call Bob".
  const [from, to] = body;
  const inner = s.longestFrom(from, to, (one) => one.to === to || connectorAt(s, one.to) !== '');
  const both = inner && s.joined([run, inner], [[inner.to, to]]);
  if (both && isCertain(both.when)) return both;
  return completed(s, run, body, connector, true);
}

/** Leads that are things as well. */
const NOUNS = new Set('reminder alarm timer'.split(' '));

const COUNTED = new Set(['snooze', 'timer']);

const NO_PIECE = { from: 0, to: 0, piece: { kind: 'note' as const } };
