import { type Failed, failed, markOf, type TxContext } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { Choice } from '../../delivery/index.ts';
import { type PlannedTime, plannedFor, readSlot } from '../../time/index.ts';
import { onGrid, type Task } from './task.ts';
import { texts } from './texts.ts';

export interface Tooling {
  wakeAt(at: Instant): void;
  /** True if a model is configured: without one coda works on no step itself. */
  hasModel: boolean;
  /** Cron of the instants at which tasks are taken up; "": any. */
  resumeCron: string;
  most: number;
}

export const nextRun = (
  { clock, when }: Pick<TxContext, 'clock' | 'when'>,
  { resumeCron }: Pick<Tooling, 'resumeCron'>,
) => onGrid(clock.now(), resumeCron, when.zone);

/** The person's words for a time, or the question or refusal to answer with; `input` is the call that is to be made then. */
export function timeOf(
  words: string,
  ctx: TxContext,
  { resumeCron }: Pick<Tooling, 'resumeCron'>,
  again: { tool: string; input: Record<string, unknown>; field: string },
): PlannedTime | Failed {
  const when = readSlot(words.replace(/^(?:until|till)\s+/i, ''), ctx.when);
  if (when.kind === 'reject') return failed(when.code, when.say);
  if (when.kind === 'ambiguous') {
    const choices = when.readings.map(({ words: label, when: time }): Choice => {
      const exact = time.kind === 'once' ? time.at.toISOString() : time.rule;
      return { label, tool: again.tool, input: { ...again.input, [again.field]: exact } };
    });
    return failed('AMBIGUOUS', when.question, { choices });
  }
  const plan = plannedFor(when, ctx.clock.now());
  if (!plan) return failed('NEVER', texts.never);
  return { ...plan, plannedAt: onGrid(plan.plannedAt, resumeCron, plan.zone) };
}

/** A mark of what a card shows of a task that is given up. */
export const taskMark = ({ title }: Pick<Task, 'title'>): string => markOf(title);

export function choicesOf({ id, title, state, steps, step }: Task, { hasModel }: Pick<Tooling, 'hasModel'>): Choice[] {
  const { labels } = texts;
  const input = { which: id };
  const isOurs = steps[step]?.by === 'assistant' && hasModel;
  return [
    ...(isOurs || state === 'blocked'
      ? [{ label: labels.goOn, tool: 'task_resume', input, style: 'primary' as const }]
      : []),
    ...(isOurs ? [] : [{ label: labels.done, tool: 'task_advance', input: { ...input, step: step + 1 } }]),
    // Without words, where no form can be shown, neither may mean something of its own.
    {
      label: labels.block,
      tool: 'task_block',
      input: { ...input, type: 'waiting_for_person', reason: '' },
      form: texts.blockForm,
    },
    { label: labels.later, tool: 'task_later', input: { ...input, when: '' }, form: texts.laterForm },
    { label: labels.cancel, tool: 'task_cancel', input: { ...input, seen: taskMark({ title }) }, style: 'danger' },
  ];
}

/** True if a person speaks of it now; what a schedule began is nobody's word. */
export const isWord = ({ request }: Pick<TxContext, 'request'>): boolean => request.origin === 'person';
