import { z } from 'zod';
import { listOf } from '../../base/text.ts';
import { act, collection, cursorNumber, type OwnReader, pageOf, repeatWords, type Upcoming } from '../../chat/index.ts';
import { targets } from '../../delivery/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { occurrences } from '../../time/index.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { planFields, tellingFields } from './watch/fields.ts';
import { asking, condition, conditionChange, jsonInput, source, WATCH_TOOL } from './watch/rule.ts';
import { conditionWords, sourceWords, tellingWords } from './watch/texts.ts';

const when = z.string().min(1).max(200).describe('As said in chat: "every weekday at 8", "on 3 December at 9".');
const what = {
  prompt: z.string().trim().min(1).max(4_000).optional().describe('What coda is then to do, in words.'),
  run: z.string().min(1).max(500).optional().describe('Instead of prompt: a skill by name, and what it gets.'),
  ...planFields.inputs,
};

/** Instead of a prompt or a skill: what is looked at, and the rule by which it is told. */
const looked = {
  source: source.optional(),
  rule: condition.optional(),
  ask: asking.ask,
  budget: asking.budget.optional(),
  ...tellingFields.inputs,
};

export const own = collection({
  name: 'schedules',
  one: 'schedule',
  reads: 'schedule_list',
  hit: ({ title, prompt, next_at }) => [title ?? prompt, next_at ?? ''],
  item: z.object({
    id: z.string(),
    ...planFields.shown,
    prompt: z.string().nullable(),
    run: z.string().nullable(),
    on: z.boolean().describe('Also while it is off until a date.'),
    next_at: z.iso.datetime().nullable(),
    rule: z.string().nullable().describe('RFC 5545; null: once.'),
    zone: z.string(),
    target: z.string().nullable().describe('As tell.'),
    target_name: z.string().nullable(),
    watch: z
      .object({
        looks: z.string(),
        tells: z.string(),
        source,
        rule: condition,
        ask: z.string().nullable(),
        budget: z.number().nullable(),
      })
      .nullable()
      .describe('What is looked at, and when it is told, in words; null: it begins a turn.'),
    ...tellingFields.shown,
    telling: z
      .object({ escalate_name: z.string().nullable(), says: z.string().describe('All that in words.') })
      .nullable()
      .describe('How what was found is told; null: at once, and once.'),
    running: z.boolean().describe('A run is under way, or waits for a decision.'),
    last_at: z.iso.datetime().nullable().describe('When the last run began, also the one that is under way.'),
    next: z.array(z.iso.datetime()).describe('The next three times.'),
    repeats: z.string().nullable().describe('The series in words, by its own zone.'),
    last_outcome: z
      .string()
      .nullable()
      .describe('Of the last run that has ended; while running, of the one before. skipped: a time since last_at.'),
    last_error: z.string().nullable(),
    last_ms: z.int().nullable().describe('Milliseconds that the last run took.'),
    failures: z.int().describe('In a row.'),
    tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
  }),
  query: z.strictObject({}),
  async list(db, { personId, after, limit }) {
    const rows = await store.listMadeBefore(db, { personId, seq: cursorNumber(after), limit: limit + 1 });
    const names = await targetNames(
      db,
      rows.map(({ schedule }) => schedule),
    );
    return pageOf(
      rows,
      limit,
      ({ seq }) => String(seq),
      ({ schedule }) => toRecord(schedule, names),
    );
  },
  async find(db, personId, id) {
    const schedule = await store.findById(db, personId, id);
    if (schedule?.state !== 'on' && schedule?.state !== 'off') return undefined;
    return toRecord(schedule, await targetNames(db, [schedule]));
  },
  form: [...tellingFields.form, ...planFields.form],
  create: {
    body: z
      .strictObject({ when: when.optional(), ...what, ...looked })
      .refine(
        ({ source: given, rule, ask, ...rest }) =>
          given !== undefined || (rule === undefined && ask === undefined && tellingFields.isStandard(rest)),
        {
          error: 'expected a source: a rule, and how it is told, is of what is looked at',
        },
      ),
    call: (body) => ({ tool: body.source ? WATCH_TOOL : 'schedule_create', input: body }),
    example: { when: 'every weekday at 8', prompt: 'tell me what is new in the house' },
  },
  change: {
    body: z
      .strictObject({
        when: when.optional(),
        ...what,
        rule: conditionChange.optional().describe('Fields of its rule that change; null takes one away.'),
        input: jsonInput.optional().describe('What an MCP tool or a script is given from now on.'),
        ...tellingFields.inputs,
        on: z.boolean().optional(),
      })
      .refine(({ on, ...rest }) => (on === undefined) !== (Object.keys(rest).length === 0), {
        error: 'expected either on or what is to be changed',
      }),
    call: (which, { on, ...changes }) =>
      on === undefined
        ? { tool: 'schedule_edit', input: { which, ...changes } }
        : { tool: 'scheduler_toggle', input: { name: which, on } },
    example: { on: false },
  },
  remove: (which) => ({ tool: 'schedule_delete', input: { which } }),
  acts: [
    act({
      name: 'run',
      summary: 'Runs a schedule now; its own times stay.',
      body: z.strictObject({}),
      call: (name) => ({ tool: 'scheduler_run_now', input: { name } }),
      example: {},
    }),
  ],
});

type TargetNames = ReadonlyMap<string, string>;

const targetNames = (db: Queryable, planned: readonly PersonSchedule[]): Promise<TargetNames> =>
  targets.namesOf(
    db,
    planned.flatMap(({ targetId, telling }) => [targetId ?? [], telling?.escalate?.target ?? []].flat()),
  );

function toRecord(schedule: PersonSchedule, names: TargetNames) {
  const { id, prompt, run, state, nextAt, rule, zone, lastAt, lastOutcome, failures, tainted } = schedule;
  const { lastError, lastMs, watch } = schedule;
  return {
    next: timesFrom(schedule, 3).map((at) => at.toISOString()),
    repeats: rule === undefined ? null : repeatWords(rule, zone, { now: nextAt ?? new Date(0), zone }),
    last_error: lastError ?? null,
    last_ms: lastMs === undefined ? null : Number(lastMs),
    ...planFields.show(schedule),
    id,
    zone,
    failures,
    tainted,
    prompt: prompt ?? null,
    target: schedule.targetId ?? null,
    target_name: names.get(schedule.targetId ?? '') ?? null,
    watch: watch
      ? {
          looks: sourceWords(watch.source),
          tells: conditionWords(watch.rule),
          source: watch.source,
          rule: watch.rule,
          ask: watch.ask ?? null,
          budget: watch.ask === undefined ? null : watch.budget,
        }
      : null,
    ...tellingFields.show({ ...tellingFields.standard, ...schedule.telling }),
    telling: tellingRecord(schedule, names),
    run: run?.slice(1) ?? null,
    on: state === 'on',
    next_at: nextAt?.toISOString() ?? null,
    rule: rule ?? null,
    running: schedule.isRunning,
    last_at: lastAt?.toISOString() ?? null,
    last_outcome: lastOutcome ?? null,
  };
}

function tellingRecord({ telling }: PersonSchedule, names: TargetNames) {
  if (!telling) return null;
  const name = names.get(telling.escalate?.target ?? '');
  return { escalate_name: name ?? null, says: listOf(tellingWords(telling, name)) };
}

const MOST = 200;
const MOST_OF_ONE = 50;

export async function upcomingSchedules(reader: OwnReader, to: Date): Promise<Upcoming[]> {
  const planned = await store.listSchedules(reader.db, reader.personId);
  return planned
    .flatMap((each) => {
      const { id, title, rule, zone } = each;
      const repeats = rule === undefined ? {} : { repeats: repeatWords(rule, zone, reader) };
      return timesOf(each, to).map((at) => ({ kind: 'schedules', id, at, text: title, ...repeats }));
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, MOST);
}

function timesFrom({ state, nextAt, rule }: PersonSchedule, most: number): Date[] {
  if (state !== 'on' || !nextAt) return [];
  const times = [nextAt];
  if (rule === undefined) return times;
  for (const at of occurrences(rule, { after: nextAt })) {
    if (times.push(at) >= most) break;
  }
  return times;
}

function timesOf({ state, nextAt, rule }: PersonSchedule, to: Date): Date[] {
  if (state !== 'on' || !nextAt || nextAt >= to) return [];
  const times = [nextAt];
  if (rule === undefined) return times;
  for (const at of occurrences(rule, { after: nextAt })) {
    if (at >= to || times.length === MOST_OF_ONE) break;
    times.push(at);
  }
  return times;
}
