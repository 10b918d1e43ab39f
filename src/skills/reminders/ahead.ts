import { z } from 'zod';
import { dataTool, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { type Once, parseWhen, type Recurring } from '../../time/index.ts';
import { wordsAhead } from './ahead-words.ts';
import { askWhich, storeUnderstood, type ToCreate } from './create.ts';
import type { Reminder, WakeAt } from './reminder.ts';
import { onceAt } from './schedule.ts';
import { texts } from './texts.ts';
import { findWhich } from './which.ts';

const input = z.object({
  which: z.string().max(200).default(''),
  length: z.string().max(60),
  side: z.enum(['before', 'after']),
  clock: z.string().max(60).optional(),
  text: z.string().default(''),
  when: z.string().max(200).optional().describe('When the thing is that it counts from, where no reminder tells.'),
  nag: z.string().optional(),
  urgent: z.boolean().optional(),
});

/** "Remind me an hour before the dentist": so long before another reminder, or before what the person is asked for. */
export function aheadTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_ahead',
    times: ['when'],
    topic: 'reminder',
    description: 'Sets a reminder some time before or after a thing.',
    effect: 'write',
    hidden: true,
    redact: privately('which', 'text'),
    input,

    async run(asked, ctx) {
      const { which, when: said } = asked;
      if (said !== undefined) return fromTold(ctx, asked, said, wakeAt);
      const wanted = { tool: 'reminder_ahead', input: asked, prefers: 'any' } as const;
      const found = await findWhich(ctx, which === '' ? 'that' : which, wanted);
      if (!('ok' in found)) {
        const tainted = asked.text === '' && found.tainted;
        return set(ctx, asked, baseOf(found), { text: asked.text || found.text, tainted }, wakeAt);
      }
      if (found.code !== 'NOT_FOUND' || which === '') return found;
      const { message, remedy } = texts.whenIs(which);
      return failed('NO_TIME', message, { remedy, asks: { slot: 'when' } });
    },
  });
}

type Asked = z.output<typeof input>;

async function fromTold(ctx: TxContext, asked: Asked, said: string, wakeAt: WakeAt): Promise<ToolResult> {
  const when = parseWhen(said, ctx.when);
  if (when.kind === 'reject') return failed(when.code, when.say, { asks: { slot: 'when' } });
  const { which, text } = asked;
  if (when.kind !== 'ambiguous') return set(ctx, asked, when, { text: text || which }, wakeAt);
  const choices = when.readings.flatMap(({ words, when: reading }) =>
    reading.kind === 'once'
      ? [
          {
            label: words,
            tool: 'reminder_ahead',
            input: { ...asked, when: reading.local.replace('T', ' at ').slice(0, 19) },
          },
        ]
      : [],
  );
  return failed('AMBIGUOUS', when.question, { choices });
}

const baseOf = ({ rule, plannedAt, nextAt, lastOccurrence, zone }: Reminder): Once | Recurring => {
  if (rule !== undefined) return { kind: 'recurring', rule, zone, next: [] };
  return onceAt(plannedAt ?? nextAt ?? (lastOccurrence as Date), zone);
};

async function set(
  ctx: TxContext,
  asked: Asked,
  base: Once | Recurring,
  { text, tainted }: Pick<ToCreate, 'text' | 'tainted'>,
  wakeAt: WakeAt,
) {
  const readings = [false, true].flatMap((isNext) => {
    const words = wordsAhead(base, asked, isNext);
    return words === undefined ? [] : [parseWhen(words, { ...ctx.when, zone: base.zone })];
  });
  // The day before a series begins may have passed.
  const when = readings.find(({ kind }) => kind !== 'reject') ?? readings[0];
  if (when === undefined) return failed('NOT_A_DATE', texts.noSuchSeries);
  if (when.kind === 'reject') return failed(when.code, when.say);
  const { nag, urgent } = asked;
  const lead = asked.text === '' ? (/\b(?:is|are)\b/i.test(text) ? 'that' : 'about') : undefined;
  if (when.kind === 'ambiguous')
    return askWhich(when.question, when.readings, { act: 'create', text, lead, nag, urgent, tainted });
  return storeUnderstood(ctx, { text, lead, nag, urgent, tainted }, when, wakeAt);
}
