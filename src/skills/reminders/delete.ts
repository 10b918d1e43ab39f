import { z } from 'zod';
import { dataTool, failed, privately, quoting, type ToolResult, type TxContext } from '../../agent/index.ts';
import { change, edit, notOpen, ofEach, which } from './change.ts';
import { type DaySpan, dayNamed, dayOfAll, daysInput, readDays, spanNamed, writtenDays } from './days.ts';
import { skipDays } from './days-off.ts';
import { withoutHours } from './hours.ts';
import { namesHour } from './naming.ts';
import { isItsName, skippedDay } from './narrow.ts';
import type { Reminder, WakeAt } from './reminder.ts';
import { texts } from './texts.ts';
import { findSome, isSeveral, type Wanted } from './which.ts';

/** A deletion; one that is said of a day takes only that day off a series, and several are asked about. */
export function deleteTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_delete',
    dialogue: { thing: 'reminder' },
    // Several at once count as many.
    deletes: ({ which, sure }) => (sure || isSeveral(which) || dayOfAll(which) !== undefined ? 2 : 1),
    description: 'Deletes a reminder; a series ends with it.',
    effect: 'write',
    redact: privately('which'),
    own: ['days', 'sure'],
    input: z.object({
      which,
      days: daysInput,
      sure: z.boolean().optional().describe('Many at once, which the person has confirmed.'),
    }),

    async run(input, ctx) {
      const found = input.sure ? [] : await findSome(ctx, input.which, wantedOf(input));
      return Array.isArray(found) ? quoting(await remove(ctx, found, input, wakeAt), found) : found;
    },
  });
}

interface Input {
  which: string;
  days?: z.output<typeof daysInput>;
  sure?: boolean | undefined;
}

const wantedOf = (input: Input) =>
  ({ tool: 'reminder_delete', input, prefers: 'any' }) as Wanted & { input: { which: string } };

/** `found`: those that are meant; none where the person is sure. */
async function remove(ctx: TxContext, found: readonly Reminder[], input: Input, wakeAt: WakeAt): Promise<ToolResult> {
  const removeOne = (one: Reminder) => change(ctx, one, { ...one, state: 'deleted' }, texts.deleted);
  const [only, ...others] = found;
  const day = dayNamed(input.which);
  const isNamed = (one: Reminder) => one.rule !== undefined && day !== undefined && isItsName(one.rule, day);
  // "My Tuesday yoga" may be that series or that Tuesday.
  if (only?.plannedAt && others.length === 0 && isNamed(only)) return notOpen(only, only.plannedAt, ctx.clock.now());
  const less = only && others.length === 0 && !day ? withoutHours(only, namesHour(input.which, only)) : undefined;
  if (only && less) return change(ctx, only, less, (one) => texts.edited(one, ctx.clock.now()), less.plannedAt);
  const isOfDay = dayOfAll(input.which) !== undefined || !found.every(isNamed);
  const span = readDays(input.days) ?? (isOfDay ? spanNamed(input.which, ctx) : undefined);
  if (span) {
    const isOne = others.length === 0 && (only?.rule !== undefined || mostUnasked(input.which) > 0);
    if (!input.sure && !isOne) return askDays(ctx, found, span);
    const takeOff = (one: Reminder) => (one.rule === undefined ? removeOne(one) : skipDays(ctx, one, span));
    return ofEach(ctx, wantedOf(input), takeOff);
  }
  if (only?.rule && only.plannedAt && others.length === 0 && day)
    return / time$/i.test(day)
      ? notOpen(only, only.plannedAt, ctx.clock.now())
      : edit(ctx, only, { when: skippedDay(day) }, wakeAt);
  const isSure = input.sure || (found.length <= mostUnasked(input.which) && !(day && found.some(({ rule }) => rule)));
  return isSure ? ofEach(ctx, wantedOf(input), removeOne) : askAll(found);
}

/** More than so many are not deleted without asking; "everything" may mean more than reminders. */
const mostUnasked = (which: string): number => (/\beverything\b/i.test(which) ? 0 : /\ball\b/i.test(which) ? 1 : 2);

const idsOf = (found: readonly Reminder[]): string => found.map(({ id }) => id).join(', ');

function askAll(found: readonly Reminder[]): ToolResult {
  return failed('AMBIGUOUS', texts.reallyAll(found), {
    choices: [
      {
        label: found.length === 1 ? 'Delete it' : `Delete all ${found.length}`,
        tool: 'reminder_delete',
        input: { which: idsOf(found), sure: true },
        style: 'danger',
      },
    ],
  });
}

function askDays(ctx: TxContext, found: readonly Reminder[], span: DaySpan): ToolResult {
  const days = writtenDays(span, ctx);
  return failed('AMBIGUOUS', texts.reallyDays(found, days.split('/')), {
    choices: [
      {
        // No "Yes": one that is typed hours later would press it.
        label: found.length === 1 ? 'Take it out' : `Take out all ${found.length}`,
        tool: 'reminder_delete',
        input: { which: idsOf(found), days, sure: true },
        style: 'danger',
      },
    ],
  });
}
