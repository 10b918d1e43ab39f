/** Routines that ship and anybody can switch on: the daily briefing and the weekly review. Neither needs a model. */

import { z } from 'zod';
import { dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import type { AgendaSection, AgendaSpan, AllSkills, Command } from '../../chat/index.ts';
import { nextOf, readSlot } from '../../time/index.ts';
import { move, switchOwn } from './change.ts';
import { askWhich, createTool, planOf, type Tooling } from './create.ts';
import { ROUTINE_COMMANDS, type RoutineName } from './schedule.ts';
import * as store from './store.ts';
import * as said from './texts.ts';
import { texts } from './texts.ts';

const WEEK_MS = 7 * 86_400_000;

interface Routine {
  name: RoutineName;
  title: string;
  summary: string;
  usual: { days: string; at: string };
  kind: AgendaSpan['kind'];
  span(ctx: TxContext): AgendaSpan;
}

const midnight = ({ when, clock }: TxContext) =>
  nextOf(`DTSTART;TZID=${when.zone}:20000101T000000\nRRULE:FREQ=DAILY`, clock.now()) ?? clock.now();

const ROUTINES: readonly Routine[] = [
  {
    name: 'briefing',
    title: 'daily briefing',
    summary: 'Show what today brings.',
    usual: { days: 'every day', at: '08:00' },
    kind: 'day',
    span: (ctx) => ({ kind: 'day', from: ctx.clock.now(), to: midnight(ctx) }),
  },
  {
    name: 'weekly-review',
    title: 'weekly review',
    summary: 'Show what the week brought, and what the next one brings.',
    usual: { days: 'every Friday', at: '16:00' },
    kind: 'week',
    span: ({ clock }) => ({
      kind: 'week',
      from: new Date(clock.now().getTime() - WEEK_MS),
      to: new Date(clock.now().getTime() + WEEK_MS),
    }),
  },
];

async function show({ agenda }: AllSkills, routine: Routine, ctx: TxContext): Promise<ToolResult> {
  if (!ctx.private && !ctx.request.tells?.includes(routine.name))
    return failed('NOT_HERE', said.notHere(routine.title));
  const ahead = (ctx.prepared ?? []) as AgendaSection[];
  const sections = [...(await agenda(ctx, routine.span(ctx))), ...ahead].filter(({ lines }) => lines.length > 0);
  const isPlanned = ctx.request.origin === 'schedule';
  const text = said.routine(routine.name, sections, ctx.when);
  const own = isPlanned ? [] : await store.listSchedules(ctx.tx, ctx.person.id);
  const offers = !isPlanned && !own.some(({ run }) => run === `/${routine.name}`);
  return done(text, {
    tainted: sections.some(({ tainted }) => tainted),
    ...omitUndefined({
      silent: isPlanned && sections.length === 0 ? true : undefined,
      choices: offers
        ? [
            {
              label: said.everyTime(routine.usual, ctx.when),
              tool: 'routine_switch',
              input: { name: routine.name, on: true },
            },
          ]
        : undefined,
    }),
  });
}

export function routineCommands(all: AllSkills): Command[] {
  return ROUTINES.map((routine) => ({
    name: ROUTINE_COMMANDS[routine.name],
    topic: 'By itself',
    summary: routine.summary,
    overtakes: true,
    plannable: true,
    private: true,
    prepare: () => all.agendaAhead(routine.kind),
    run: (_, ctx) => show(all, routine, ctx),
  }));
}

const routineName = z.enum(['briefing', 'weekly-review']);

const routineOf = (name: Routine['name']) => ROUTINES.find((routine) => routine.name === name) as Routine;

export function routineTools(all: AllSkills, tooling: Tooling) {
  const create = createTool(tooling);
  return [
    dataTool({
      name: 'routine_show',
      group: 'schedules',
      dialogue: { thing: 'schedule' },
      description: "Shows the daily briefing (today's reminders and notes) or the weekly review.",
      effect: 'read',
      input: z.object({ name: routineName }),
      prepare: ({ name }) => all.agendaAhead(routineOf(name).kind),
      run: ({ name }, ctx) => show(all, routineOf(name), ctx),
    }),
    dataTool({
      name: 'routine_switch',
      group: 'schedules',
      form: { times: ['when'] },
      dialogue: { thing: 'schedule' },
      description: 'Switches the daily briefing or the weekly review on (by itself, at `when`) or off.',
      effect: 'write',
      input: z.object({ name: routineName, on: z.boolean(), when: z.string().max(200).optional() }),

      async run({ name, on, when }, ctx) {
        const routine = routineOf(name);
        const own = (await store.listSchedules(ctx.tx, ctx.person.id)).find(({ run }) => run === `/${name}`);
        if (!own) {
          if (!on) return done(texts.switched(routine.title, false));
          const { usual } = routine;
          const input = { when: when ?? `${usual.days} at ${usual.at}`, run: name, title: routine.title };
          return create.run(input, ctx);
        }
        if (!on || !when) return switchOwn(ctx, own, on, tooling);
        const time = readSlot(when, ctx.when);
        if (time.kind === 'ambiguous') {
          return askWhich(time.question, time.readings, { act: 'edit', which: own.id });
        }
        if (time.kind === 'reject') {
          return failed(time.code, time.unread === undefined ? said.noTime(routine.title) : time.say);
        }
        const plan = planOf(time, ctx, tooling);
        return 'ok' in plan ? plan : move(ctx, own.id, plan, tooling);
      },
    }),
  ];
}
