import { z } from 'zod';
import type { Failed } from '../../agent/index.ts';
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { type Json, omitUndefined } from '../../base/json.ts';
import { didYouMean } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { operation } from '../../chat/operation.ts';
import { conversations } from '../../delivery/index.ts';
import { personById, readerFor, resolvePeople } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { beginNow, edit, editInput, switchSchedule } from './change.ts';
import { planAround } from './pause.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { type Deps, runTask, switchTask } from './system.ts';
import { settleAsking } from './tell.ts';
import { texts } from './texts.ts';
import { type Owner, placeFor, planFor, readWatch } from './typed.ts';
import { readUntil } from './watch/fields.ts';
import { CHANGE_FLAGS, changesIn, faultIn, isFault } from './watch/flags.ts';
import { askerOf, type WatchTooling, watchInput } from './watch.ts';

const MOST_SHOWN = 500;

type VerbDeps = Deps & Pick<SkillDeps, 'database' | 'world' | 'people'> & { tooling: WatchTooling };

const list = operation({
  name: 'schedules list',
  summary: "show them: coda's own tasks, and what everybody has planned",
  isDefault: true,
  example: 'coda schedules list --json',
  input: z.object({}),
  json: 'indented',
  async run({ database, work: { schedules } }: VerbDeps) {
    const db = { query: database.read.bind(database) };
    return { tasks: await schedules.list(db), planned: await store.listOfEverybody(db, MOST_SHOWN) };
  },
  show({ tasks, planned }, _, { at }) {
    const pause = (until: string | null | undefined) => (until ? `off until ${at(until)}, ` : '');
    const next = (instant: string | null | undefined) => (instant ? `next ${at(instant)}` : 'not again');
    const own = tasks.map(({ name, enabled, nextAt, offUntil, lastEndedAt, lastError, failures }) => {
      const ended = `${lastError === undefined ? 'went well' : 'failed'} ${lastEndedAt && at(lastEndedAt)}`;
      const last = lastEndedAt === undefined ? 'has not run' : ended;
      return `${name}: ${enabled ? `${pause(offUntil)}${next(nextAt)}` : 'off'}; ${last}${failures > 0 ? `; ${failures} in a row` : ''}\n`;
    });
    const theirs = planned.map(({ id, title, person, state, nextAt, offUntil }) => {
      return `${id}  ${title}  of ${person}: ${state === 'on' ? `${pause(offUntil)}${next(nextAt)}` : 'off'}\n`;
    });
    return [...own, ...theirs].join('');
  },
});

const named = z.object({ name: z.string().describe("the name of a task, or a schedule's id") });

function routeOf(verb: string, summary: string) {
  const params = z.object({ name: z.string().min(1).max(200) });
  return { paths: [`/v1/system/tasks/:name/${verb}`], scope: 'admin' as const, tag: 'automations', summary, params };
}

const switchOn = operation({
  name: 'schedules on',
  summary: 'switch one on',
  example: 'coda schedules on retention',
  input: named,
  args: ['name'],
  route: routeOf('on', "Switches one of coda's own tasks, or anybody's schedule, on."),
  run: (deps: VerbDeps, { name }, { personId }) =>
    act(deps, { named: name, personId }, { on: true }, (tx, entry) => switchMeant(deps, tx, entry, { on: true })),
  show: (_, { name }) => `${name} is on.\n`,
});

const until = z.string().trim().min(1).max(200).optional();

const switchOff = operation({
  name: 'schedules off',
  summary: 'switch one off, for good or until a date',
  example: 'coda schedules off retention --until "in a week"',
  input: named.extend({
    until: until.meta({ description: 'off until then: "tomorrow", "4 December"', value: 'date' }),
  }),
  args: ['name'],
  route: {
    ...routeOf('off', "Switches one of coda's own tasks, or anybody's schedule, off: for good, or until a date."),
    body: z.strictObject({ until: until.describe('In words: "tomorrow", "in a week", "4 December".') }).prefault({}),
  },
  run: (deps: VerbDeps, { name, until }, { personId }) =>
    act(deps, { named: name, personId }, { on: false, ...omitUndefined({ until }) }, (tx, entry) =>
      switchMeant(deps, tx, entry, { on: false, until }),
    ),
  show: (_, { name, until }) => `${name} is off${until === undefined ? '' : ` until ${until}`}.\n`,
});

/** False where it cannot be: it is over, or set by the configuration. */
async function switchMeant(
  deps: VerbDeps,
  tx: Transaction,
  entry: MeantSchedule,
  { on, until }: { on: boolean; until?: string | undefined },
): Promise<boolean> {
  const now = deps.world.clock.now();
  const { household } = deps.people;
  const person = 'own' in entry ? await personById(tx, entry.own.personId) : undefined;
  const when = person ? readerFor(person, household, now) : { ...household, now };
  const offUntil = until === undefined ? undefined : readUntil(until, { when });
  if (offUntil && 'ok' in offUntil) throw refusalOf(offUntil);
  if ('task' in entry) return switchTask(deps, entry.task, { on, offUntil }, tx);
  const next = offUntil ? planAround({ ...entry.own, offUntil }, entry.own, now) : switchSchedule(entry.own, on, now);
  if (!next) return false;
  if ('ok' in next) throw refusalOf(next);
  await store.saveSchedule(tx, entry.own.id, next);
  await settleAsking(deps.acknowledgements, tx, entry.own.id, next);
  const { nextAt, state } = next;
  if (state === 'on' && nextAt) tx.afterCommit(() => deps.work.wakeAt(nextAt));
  return true;
}

const runNow = operation({
  name: 'schedules run',
  summary: 'have one done now',
  example: 'coda schedules run retention',
  input: named,
  args: ['name'],
  route: routeOf('run', "Runs one of coda's own tasks, or anybody's schedule, now."),
  run: (deps: VerbDeps, { name }, { personId }) =>
    act(deps, { named: name, personId }, {}, async (tx, entry) => {
      const now = deps.world.clock.now();
      if ('task' in entry) await runTask(deps, entry.task, tx, now);
      else if (!(await beginNow(tx, entry.own, deps, now))) throw refusalOf(texts.waitsForHook(entry.own.title));
      return true;
    }),
  show: (_, { name }) => `${name} runs now, or as soon as coda runs.\n`,
});

const LOOK_MS = 10_000;

/** Plans a script, a page, a feed … for a person; what they will be told goes to their direct conversation. */
export const addSchedule = operation({
  name: 'schedules add',
  summary: 'have a script, a page or a feed looked at by itself, as /schedule does in a chat',
  example: 'coda schedules add "every hour run house/disk-check" --person ana',
  input: z.object({
    line: z.string().min(1).max(4_000).describe('when, what, and the rule: as behind /schedule'),
    person: z.string().optional().meta({ description: 'for whom; default: the first owner', value: 'name' }),
  }),
  args: ['line'],
  async run(deps: VerbDeps, { line, person }, { personId: by }) {
    const owner = await deps.database.tx('schedules.whose', (tx) => ownerNamed(tx, person));
    const signal = AbortSignal.timeout(LOOK_MS);
    const read = await readWatch(line, deps.tooling, askerOf(owner), signal);
    if (!read || 'ok' in read) throw refusalOf(read ? (read as Failed) : texts.nothingNamed);
    const parsed = watchInput.safeParse(read, { error: inputWords });
    if (!parsed.success) throw refusalOf({ message: faultsOf(parsed.error, 'the rule') });
    const { world, tooling } = deps;
    const { household } = deps.people;
    const parts = { tooling, household, clock: world.clock };
    const outcome = await planFor(parts, parsed.data, owner, signal, (work) =>
      deps.database.tx('schedules.add', async (tx) => {
        const result = await work(tx);
        const { id } = owner.person;
        const origin = by === undefined ? ('terminal' as const) : ('dashboard' as const);
        if (result.ok)
          appendAct(tx, world, 'schedules', { added: result.id ?? '', person: id }, { personId: by, origin });
        return result;
      }),
    );
    if (!outcome.ok) throw refusalOf(outcome);
    return { id: outcome.id ?? '', says: outcome.text };
  },
  show: ({ id, says }) => `${id}  ${says}\n`,
});

/** Changes a schedule of anybody, as `/schedules change` does in a chat. */
const changeSchedule = operation({
  name: 'schedules change',
  summary: 'change when one comes, by which rule it is told, and how',
  example: 'coda schedules change k3v9q "every 6 hours"',
  input: z.object({
    id: z.string().describe("a schedule's id"),
    line: z.string().min(1).max(2_000).describe('its time, and flags: as behind /schedules change'),
  }),
  args: ['id', 'line'],
  async run(deps: VerbDeps, { id, line }, { personId: by }) {
    const changes = changesIn(line);
    if (isFault(changes)) throw refusalOf({ message: texts.wrongFlag(changes, CHANGE_FLAGS) });
    const parsed = editInput.safeParse(changes, { error: inputWords });
    if (!parsed.success) throw refusalOf({ message: texts.wrongFlag(faultIn(parsed.error), CHANGE_FLAGS) });
    const { database, world, tooling } = deps;
    const { household } = deps.people;
    return database.tx('schedules.change', async (tx) => {
      const schedule = await store.findOfAnybody(tx, id);
      const person = schedule && schedule.state !== 'deleted' ? await personById(tx, schedule.personId) : undefined;
      const [[, place] = []] = schedule ? await conversations.placesOf(tx, [schedule.conversationId]) : [];
      if (!schedule || !person || !place) throw unknown(id, undefined);
      const when = readerFor(person, household, world.clock.now());
      const ctx = {
        tx,
        person,
        place,
        conversationId: schedule.conversationId,
        clock: world.clock,
        when,
        tainted: false,
      };
      const result = await edit(ctx, schedule, parsed.data, tooling);
      if (!result.ok) throw refusalOf(result);
      const origin = by === undefined ? ('terminal' as const) : ('dashboard' as const);
      appendAct(tx, world, 'schedules', { changed: id, person: person.id }, { personId: by, origin });
      return { id, says: result.text };
    });
  },
  show: ({ id, says }) => `${id}  ${says}\n`,
});

async function ownerNamed(tx: Transaction, named: string | undefined): Promise<Owner> {
  const [id, ...others] = named === undefined ? [] : await resolvePeople(tx, named);
  const isClear = others.length === 0 && (named === undefined || id !== undefined);
  const owner = isClear ? await placeFor(tx, id) : undefined;
  if (owner) return owner;
  throw new CodaError('INPUT_INVALID', {
    message:
      named === undefined ? 'No owner has talked to coda alone yet.' : `${named} is nobody whom coda can write to.`,
    remedy: '"coda people" shows who is known; name one by account, such as discord:123.',
  });
}

function refusalOf({ message, remedy }: { message: string; remedy?: string | undefined }): CodaError {
  return new CodaError('INPUT_INVALID', {
    message,
    remedy: remedy ?? 'docs/automations.md shows how rules are written.',
  });
}

export const scheduleOperations = [list, addSchedule, changeSchedule, switchOn, switchOff, runNow];

type MeantSchedule = { task: Awaited<ReturnType<Deps['work']['schedules']['list']>>[number] } | { own: PersonSchedule };

/** Does it and writes it down, in one transaction. `does` gives false where it cannot be done. */
function act(
  deps: VerbDeps,
  { named, personId }: { named: string; personId: string | undefined },
  detail: Record<string, Json>,
  does: (tx: Transaction, meant: MeantSchedule) => Promise<boolean>,
): Promise<boolean> {
  return deps.database.tx('schedules.act', async (tx) => {
    const tasks = await deps.work.schedules.list(tx);
    const task = tasks.find(({ name }) => name === named);
    const schedule = task ? undefined : await store.findOfAnybody(tx, named);
    const own = schedule?.state === 'deleted' ? undefined : schedule;
    if (!task && !own)
      throw unknown(
        named,
        didYouMean(
          named,
          tasks.map(({ name }) => name),
        ),
      );
    if (!(await does(tx, task ? { task } : { own: own as PersonSchedule }))) throw cannot(named, task !== undefined);
    const by = { personId, origin: personId === undefined ? ('terminal' as const) : ('dashboard' as const) };
    appendAct(tx, deps.world, 'schedules', { named, ...detail }, by);
    return true;
  });
}

function unknown(named: string, near: string | undefined): CodaError {
  const remedy = near ? `Did you mean ${near}?` : '"coda schedules" shows the names and ids.';
  return new CodaError('INPUT_INVALID', { message: `There is no schedule ${named}.`, remedy });
}

function cannot(named: string, isTask: boolean): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: isTask ? `The configuration says whether ${named} is on.` : `${named} is over: it has no time to come.`,
    remedy: isTask ? `Change scheduler.tasks."${named}".enabled.` : 'Its person can plan it anew.',
  });
}
