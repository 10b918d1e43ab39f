import { english } from '../lang/en.ts';
import type { Layout } from '../layout.ts';
import { explain, parseWhen } from '../parse.ts';
import { isCertain, isSameWhen } from '../readings.ts';
import { noTime } from '../texts.ts';
import type { Stretch, Token } from '../tokens.ts';
import { AFTERWARDS, again, byHabit, corrected } from './afterwards.ts';
import { completed, limitedFirst } from './apart.ts';
import { AT_END, endOf } from './at-end.ts';
import { AT_START, connectorAt, startOf } from './at-start.ts';
import { numbered, slashed } from './digits.ts';
import { anniversary, beforeEvent, besideEvent, earlierThan, onThatDay } from './events.ts';
import { firstOf } from './guard.ts';
import { halfRead } from './half-read.ts';
import { lasting, middle } from './middle.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { isWeak } from './weak.ts';

/** What is to be done, in a sentence that does not say when. */
export function deed(s: Sentence): string {
  const { head, body, hasLead } = s.layout;
  return s.task([hasLead ? body : [head[0], body[1]]]);
}

/** What a sentence means that is no time as a whole. */
export function meaningOf(s: Sentence): Understood {
  const { hasLead, connector } = s.layout;
  const understood = byHabit(s, again(s, counted(s, read(s))));
  if (s.isExhausted) return nothing(s, [0, s.tokens.length]);
  const anew = corrected(s) ?? halfRead(s, understood);
  if (anew) return anew;
  const guarded = isCertain(understood.when) ? firstOf(AFTERWARDS, { s, understood })?.understood : undefined;
  // '/remind me "Drink water" every day': a command's way to say where the task ends.
  const quoted = hasLead && connector === '' ? /^["“]([^"“”]+)["”]$/.exec(understood.task)?.[1] : undefined;
  return { ...(guarded ?? understood), task: quoted ?? understood.task };
}

/** "!remindme 12h", "snooze 10": what can only be counted from now. */
function counted(s: Sentence, understood: Understood): Understood {
  const { isCommand, lead, body } = s.layout;
  const { words = '' } = understood;
  const isCounted = lead === 'snooze' || lead === 'timer';
  const isHours = /^\d+ ?hr?s?$/i.test(words) && Number.parseInt(words, 10) < 13 && (isCommand || isCounted);
  const isMinutes = /^\d{1,3}$/.test(words) && isCounted && !/^(?:until|at)$/.test(s.word(body[0] - 1));
  return isHours || isMinutes ? { ...understood, when: parseWhen(`in ${words}`, s.ctx) } : understood;
}

/** What stands before the request, and behind it. */
function read(s: Sentence): Understood {
  const { layout } = s;
  const { head, body, lead, connector } = layout;
  if (head[0] >= head[1]) return plain(s, layout);
  const before = s.exactly(...s.trimmed(head));
  if (before) return ledBy(s, before);
  const whole: Stretch = [head[0], body[1]];
  // "Send second reminder tomorrow": a thing, and no request for one.
  const isThing = /^(?:reminder|alarm|timer)$/.test(lead) && s.word(head[1]) === lead;
  // "Wed 3pm rugby training dont forget boots".
  const isAdded = /^don'?t$/.test(lead);
  if (connector === '' && isThing) return plain(s, { ...layout, hasLead: false, body: whole });
  const limit = limitedFirst(s, layout);
  if (limit) return limit;
  if (connector === '' && isAdded) return plain(s, { ...layout, hasLead: false, body: whole });
  // "I must call Bob, remind me tomorrow at 9": the task stands first.
  return taskFirst(s) ?? asideOr(s, plain(s, { ...layout, body: whole }), whole);
}

/** "Flight on Friday at 6am, remind me before that": the time may be that of what is said before the request. */
function asideOr(s: Sentence, meant: Understood, whole: Stretch): Understood {
  const isAside = isCertain(meant.when) && !isSameWhen(plain(s, s.layout).when, meant.when);
  return isAside ? s.ask([meant.when], meant.words ?? '', [whole]) : meant;
}

function taskFirst(s: Sentence): Understood | undefined {
  const [from, to] = s.layout.body;
  const told = eventFirst(s, [from, to]);
  if (told) return told;
  // "The store closes at 9, remind me at 8 to go".
  const length = s.said(from, to).findIndex((said) => said === 'to' || said === 'about');
  const led = length > 0 ? eventFirst(s, [from, from + length]) : undefined;
  return led && { ...led, task: s.task([[from + length, to]]) };
}

function eventFirst(s: Sentence, body: Stretch): Understood | undefined {
  const { head } = s.layout;
  const beside = besideEvent(s, head, body) ?? anniversary(s, head, body);
  if (beside) return beside;
  const run = s.exactly(...body);
  // "My flight leaves Friday at 6pm, remind me at 3pm".
  const same = run?.onlyTime ? onThatDay(s, head, run) : undefined;
  if (run) return same ? s.ask([same, run.when], run.words, [head]) : s.result(run.when, run.words, [head]);
  const [early] = s.pieces(body[0]);
  if (early?.value.kind !== 'before' || early.end !== body[1]) return undefined;
  // "Call Bob at 3pm, remind me 10 minutes before".
  const isStrong = ({ phrase: { placed } }: Run) => placed[0] === undefined || !isWeak(placed[0], s.tokens);
  const moment = s.longestUpTo(head[1], head[0], isStrong);
  return moment && s.joined([body, moment], [head]);
}

/** "In 3 hours remind me to buy 2 tickets". */
function ledBy(s: Sentence, run: Run): Understood {
  // "Tomorrow remind me at 8 to call Bob".
  const { body, connector } = s.layout;
  const [from, to] = body;
  const inner = s.longestFrom(from, to, (one) => one.to === to || connectorAt(s, one.to) !== '');
  const both = inner && s.joined([run, inner], [[inner.to, to]]);
  return both && isCertain(both.when) ? both : completed(s, run, body, connector, true);
}

/** A sentence without a time before its request. */
export function plain(s: Sentence, layout: Layout): Understood {
  const { body, hasLead, connector } = layout;
  const [from, to] = body;
  if (from >= to) return { when: noTime(), words: undefined, task: '' };
  const whole = hasLead ? s.exactly(from, to) : undefined;
  if (whole) return s.result(whole.when, whole.words, []);
  return (
    beforeEvent(s, body) ??
    earlierThan(s, body) ??
    (/^(?:for|[,:-])?$/.test(connector) ? leading(s, layout) : undefined) ??
    trailing(s, body) ??
    middle(s, body) ??
    numbered(s, body) ??
    lasting(s, body) ??
    slashed(s, body) ??
    nothing(s, body)
  );
}

function leading(s: Sentence, layout: Layout): Understood | undefined {
  const start = startOf(s, layout, (body) => plain(s, { ...layout, body }));
  if (!start) return undefined;
  const { run, to, connector } = start;
  const task: Stretch = [connector === '' ? run.to : run.to + 1, to];
  return firstOf(AT_START, start)?.understood ?? completed(s, run, task, connector, layout.hasLead);
}

function trailing(s: Sentence, body: Stretch): Understood | undefined {
  const end = endOf(s, body);
  if (!end) return undefined;
  const { run, from } = end;
  const isFor = run.before === 'for' && run.from - 1 > from;
  const task: Stretch = [from, isFor ? run.from - 1 : run.from];
  return firstOf(AT_END, end)?.understood ?? s.result(run.when, run.words, [task]);
}

function nothing(s: Sentence, [from, to]: Stretch): Understood {
  const task = s.task([[from, to]]);
  return { when: speaksOfTime(s.tokens.slice(from, to)) ? explain(task) : noTime(), words: undefined, task };
}

/** Whether the words were meant to say when, though they do not: "at 25:61", "on the 32nd", "next Blursday". */
function speaksOfTime(tokens: readonly Token[]): boolean {
  const isTimely = (token: Token | undefined) =>
    /^\d/.test(token?.text ?? '') || english.temporal.has(token?.text ?? '');
  // "Pay 2k".
  const isSum = tokens.some(({ text, glued }, at) => text === 'k' && glued && /^\d/.test(tokens[at - 1]?.text ?? ''));
  const isShort = tokens.every((token) => isTimely(token) || (token.text !== '' && token.text.length < 4));
  return (
    (isShort && !isSum) ||
    tokens.some(({ text, raw }, at) => {
      if (text === 'every' && at === 0) return true;
      if (/^\d+[:/]\d|^\d+(?:st|nd|rd|th)$|^\d+\.\d+\./.test(raw.toLowerCase())) return true;
      const next = /^(?:the|a|an)$/.test(tokens[at + 1]?.text ?? '') ? at + 2 : at + 1;
      return POINTERS.has(text) && (isTimely(tokens[at + 1]) || isTimely(tokens[next]));
    })
  );
}

/** What leads to a time, also to one that is none. */
const POINTERS = new Set('at by in on every next until before after from this since around about last'.split(' '));
