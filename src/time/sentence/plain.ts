import type { Layout } from '../layout.ts';
import { noTime } from '../texts.ts';
import { AT_END, endOf } from './at-end.ts';
import { AT_START, startOf } from './at-start.ts';
import { numbered, slashed } from './digits.ts';
import { beforeEvent, earlierThan } from './events.ts';
import { firstOf } from './guard.ts';
import { completed } from './joins.ts';
import { lasting, middle } from './middle.ts';
import { nothing, result, type Understood, type View, word } from './view.ts';

export function plain(view: View, layout: Layout): Understood {
  const [from, to] = layout.body;
  if (from >= to) return { when: noTime(), words: undefined, task: '' };
  const whole = view.runs.exactly(from, to);
  if (whole && layout.hasLead) return result(view, whole.when, view.runs.words(from, to), []);
  const early = beforeEvent(view, layout.body) ?? earlierThan(view, layout.body);
  if (early) return early;
  const front = /^(?:for|[,:-])?$/.test(layout.connector) ? leading(view, layout) : undefined;
  if (front) return front;
  const { body } = layout;
  const digits = () => numbered(view, body) ?? lasting(view, body) ?? slashed(view, body);
  return trailing(view, layout) ?? middle(view, body) ?? digits() ?? nothing(view, body);
}

function leading(view: View, layout: Layout): Understood | undefined {
  const start = startOf(view, layout, (body) => plain(view, { ...layout, body }));
  if (!start) return undefined;
  const { run, to, connector } = start;
  const guarded = firstOf(AT_START, view, start)?.understood;
  return guarded ?? completed(view, run, [connector === '' ? run.to : run.to + 1, to], connector, layout.hasLead);
}

function trailing(view: View, { body }: Layout): Understood | undefined {
  const end = endOf(view, body);
  if (!end) return undefined;
  const { run, from, task } = end;
  const isFor = word(view, run.from - 1) === 'for' && run.from - 1 > from;
  const guarded = firstOf(AT_END, view, end)?.understood;
  return guarded ?? result(view, run.when, run.words, [isFor ? [from, run.from - 1] : task]);
}
