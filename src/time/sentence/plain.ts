import { english } from '../lang/en.ts';
import type { Layout } from '../layout.ts';
import { explain } from '../parse.ts';
import { noTime } from '../texts.ts';
import type { Stretch, Token } from '../tokens.ts';
import { AT_END, endOf } from './at-end.ts';
import { AT_START, startOf } from './at-start.ts';
import { numbered, slashed } from './digits.ts';
import { beforeEvent, earlierThan } from './events.ts';
import { firstOf } from './guard.ts';
import { completed } from './joins.ts';
import { lasting, middle } from './middle.ts';
import type { Sentence, Understood } from './sentence.ts';

export function plain(s: Sentence, layout: Layout): Understood {
  const [from, to] = layout.body;
  if (from >= to) return { when: noTime(), words: undefined, task: '' };
  const whole = s.exactly(from, to);
  if (whole && layout.hasLead) return s.result(whole.when, s.words(from, to), []);
  const early = beforeEvent(s, layout.body) ?? earlierThan(s, layout.body);
  if (early) return early;
  const front = /^(?:for|[,:-])?$/.test(layout.connector) ? leading(s, layout) : undefined;
  if (front) return front;
  const { body } = layout;
  const digits = () => numbered(s, body) ?? lasting(s, body) ?? slashed(s, body);
  return trailing(s, layout) ?? middle(s, body) ?? digits() ?? nothing(s, body);
}

function leading(s: Sentence, layout: Layout): Understood | undefined {
  const start = startOf(s, layout, (body) => plain(s, { ...layout, body }));
  if (!start) return undefined;
  const { run, to, connector } = start;
  const guarded = firstOf(AT_START, s, start)?.understood;
  return guarded ?? completed(s, run, [connector === '' ? run.to : run.to + 1, to], connector, layout.hasLead);
}

function trailing(s: Sentence, { body }: Layout): Understood | undefined {
  const end = endOf(s, body);
  if (!end) return undefined;
  const { run, from, task } = end;
  const isFor = s.word(run.from - 1) === 'for' && run.from - 1 > from;
  const guarded = firstOf(AT_END, s, end)?.understood;
  return guarded ?? s.result(run.when, run.words, [isFor ? [from, run.from - 1] : task]);
}

export function nothing(s: Sentence, [from, to]: Stretch): Understood {
  const task = s.task([[from, to]]);
  return { when: speaksOfTime(s, from, to) ? explain(task) : noTime(), words: undefined, task };
}

/** Whether the words were meant to say when, though they do not: "at 25:61", "on the 32nd", "next Blursday". */
function speaksOfTime(s: Sentence, from: number, to: number): boolean {
  const tokens = s.tokens.slice(from, to);
  const isTimely = (token: Token | undefined) =>
    token !== undefined && (english.temporal.has(token.text) || /^\d/.test(token.text));
  // "Pay 2k".
  const isSum = tokens.some(({ text, glued }, at) => text === 'k' && glued && /^\d/.test(tokens[at - 1]?.text ?? ''));
  const isShort = tokens.every((token) => isTimely(token) || (token.text !== '' && token.text.length < 4));
  if (isShort && !isSum) return true;
  return tokens.some(({ text, raw }, at) => {
    if (text === 'every' && at === 0) return true;
    if (/^\d+[:/]\d|^\d+(?:st|nd|rd|th)$|^\d+\.\d+\./.test(raw.toLowerCase())) return true;
    const next = tokens[at + 1];
    return (
      POINTERS.has(text) && (isTimely(next) || (/^(?:the|a|an)$/.test(next?.text ?? '') && isTimely(tokens[at + 2])))
    );
  });
}

/** What leads to a time, also to one that is none. */
const POINTERS = new Set('at by in on every next until before after from this since around about last'.split(' '));
