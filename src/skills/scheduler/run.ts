/** A run of a schedule that looks at something: a durable job, which is noted before it begins and after it has ended. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Instant } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { shorten, storable } from '../../base/text.ts';
import type { SkillDeps, SkillPorts, WorkDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { type Person, personById } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { addressesOf, failureOf, findingsOf, quietEnd, type Tidings, tell, tellUntilSeen, turnTold } from './tell.ts';
import { evaluate, type Memory, type SpeechKind, type Verdict } from './watch/evaluate.ts';
import { type ObserveDeps, observe, type Sighting } from './watch/observe.ts';
import { isRepeatable, type Watch } from './watch/rule.ts';
import { nextDigest } from './watch/telling.ts';
import { speechText, texts } from './watch/texts.ts';

const RUN_JOB = 'schedule.run';

export type RunDeps = ObserveDeps &
  Pick<SkillDeps, 'database' | 'world' | 'speech' | 'work'> &
  Pick<SkillPorts, 'acknowledgements'>;

/** Attempts at a source that may answer a little later. Then the run has failed. */
const ATTEMPTS = 3;
/** Attempts of the job, which also fails where the database does. */
const JOB_ATTEMPTS = 8;
/** Characters of an output that are kept with its run. */
const KEPT = 4_000;

/** `given`: what a hook was sent. */
const payload = z.object({ run: z.uuid(), given: z.string().optional() });

export function runJob(deps: RunDeps): JobHandler {
  return {
    kind: RUN_JOB,
    does: 'runs a schedule',
    async run({ payload: stored, attempt }, signal) {
      const asked = payload.parse(stored);
      try {
        await carryOut(deps, asked, signal);
      } catch (error) {
        // Its job comes no more: a run that stayed open would keep its schedule busy for ever.
        if (attempt >= JOB_ATTEMPTS && !signal.aborted) await giveUp(deps, asked.run, messageOf(error));
        throw error;
      }
    },
  };
}

/** Plans runs for occurrences, each once; returns the id of the last one that is new. */
export async function planRuns(
  { jobs }: Pick<WorkDeps, 'jobs'>,
  tx: Transaction,
  schedule: Pick<PersonSchedule, 'id' | 'personId'>,
  occurrences: readonly { key: string; at: Instant }[],
  now: Instant,
  hookText?: string,
): Promise<string | undefined> {
  const fresh = occurrences.map(({ key, at }) => ({
    id: uuid(now),
    scheduleId: schedule.id,
    personId: schedule.personId,
    key,
    occurrence: at,
    state: 'waiting' as const,
    turnId: undefined,
    begunAt: undefined,
  }));
  const added = await store.insertRuns(tx, fresh);
  for (const { id } of fresh)
    if (added.has(id))
      await jobs.enqueue(
        tx,
        { kind: RUN_JOB, payload: { run: id, ...(hookText !== undefined && { given: hookText }) } },
        { at: now, key: id, maxAttempts: JOB_ATTEMPTS },
      );
  return fresh.filter(({ id }) => added.has(id)).at(-1)?.id;
}

/** The row of a run that is a turn. */
export function turnRun(
  schedule: Pick<PersonSchedule, 'id' | 'personId'>,
  { key, at, turn }: { key: string; at: Instant; turn: string },
  now: Instant,
): Parameters<typeof store.insertRuns>[1][number] {
  const { id: scheduleId, personId } = schedule;
  return { id: uuid(now), scheduleId, personId, key, occurrence: at, state: 'running', turnId: turn, begunAt: now };
}

interface StartedRun extends store.LockedRun {
  person: Person;
  watch: Watch;
}

async function carryOut(
  deps: RunDeps,
  { run: id, given: hookText }: z.output<typeof payload>,
  signal: AbortSignal,
): Promise<void> {
  const startedRun = await startRun(deps, id);
  if (!startedRun) return;
  const { run, person, watch, spaceId, schedule } = startedRun;
  const asker = { personId: person.id, spaceId, role: person.role, ...(person.roles && { roles: person.roles }) };
  const ctx = { asker, signal, now: deps.world.clock.now(), zone: schedule.zone, hookText };
  const sighting = await observe(deps, watch.source, ctx);
  if (!sighting.ok && sighting.mayPass && run.attempts + 1 < ATTEMPTS) {
    await deps.database.tx('scheduler.run.wait', (tx) => store.markWaiting(tx, id, sighting.message));
    throw new CodaError('SCHEDULE_SOURCE', { message: sighting.message, remedy: 'It is tried again.' });
  }
  await finishRun(deps, id, watch, sighting);
}

/** Undefined: it has ended already, or nothing is left of it to do. */
async function startRun(deps: RunDeps, id: string): Promise<StartedRun | undefined> {
  return deps.database.tx('scheduler.run.begin', async (tx) => {
    const locked = await store.lockRun(tx, id);
    if (!locked || (locked.run.state !== 'waiting' && locked.run.state !== 'running')) return undefined;
    const { run, schedule } = locked;
    // A model says what was found: the look itself is over.
    if (run.turnId !== undefined) return undefined;
    const person = await personById(tx, schedule.personId);
    const now = deps.world.clock.now();
    const isHeard = person && deps.gate.hears(person);
    if (!isHeard || !schedule.watch || schedule.state === 'deleted') {
      await cancel(tx, locked, now);
      return undefined;
    }
    const { watch } = schedule;
    // The run began in a process that is gone, and nobody knows what it did: a script is not repeated, nor is a look that ends
    // its process each time.
    if (run.state === 'running' && (!isRepeatable(watch.source) || run.attempts >= ATTEMPTS)) {
      await interrupt(deps, tx, { ...locked, person, watch }, now);
      return undefined;
    }
    await store.markRunning(tx, id, now);
    return { ...locked, person, watch };
  });
}

const ENDED = {
  output: undefined,
  outputBytes: undefined,
  error: undefined,
  finding: undefined,
  told: undefined,
  toldIn: undefined,
  turnId: undefined,
  digestAt: undefined,
};

async function cancel(tx: Transaction, { run, schedule }: store.LockedRun, now: Instant): Promise<void> {
  await store.endRun(tx, run.id, { ...ENDED, state: 'cancelled', endedAt: now });
  await store.releaseRun(tx, schedule.id, run.id);
}

/** Ends a run that could not be carried out, whatever it was that failed. */
async function giveUp({ database, world }: RunDeps, id: string, why: string): Promise<void> {
  await database.tx('scheduler.run.give-up', async (tx) => {
    const locked = await store.lockRun(tx, id);
    if (!locked || locked.run.endedAt !== undefined || locked.run.turnId !== undefined) return;
    const error = shorten(storable(world.secrets.hide(why)), 500);
    await store.endRun(tx, id, { ...ENDED, state: 'failed', error, endedAt: world.clock.now() });
    const look = { scheduleId: locked.schedule.id, runId: id, memory: undefined, ms: 0, lookAt: undefined };
    await store.noteLook(tx, { ...look, outcome: 'failed', error });
  });
}

async function interrupt(
  deps: RunDeps,
  tx: Transaction,
  { run, schedule, person }: StartedRun,
  now: Instant,
): Promise<void> {
  const text = texts.interrupted(schedule.title);
  const utterance = await utter(deps, tx, { key: run.key, schedule, person, text, now }, 'broken', false);
  const error = texts.wasCutOff;
  await store.endRun(tx, run.id, {
    ...ENDED,
    state: 'interrupted',
    error,
    finding: utterance.digestAt ? 'gathered' : 'told',
    told: utterance.told,
    toldIn: utterance.toldIn,
    digestAt: utterance.digestAt,
    endedAt: now,
  });
  await store.noteLook(tx, {
    scheduleId: schedule.id,
    runId: run.id,
    memory: undefined,
    outcome: 'interrupted',
    error,
    ms: 0,
    lookAt: undefined,
  });
}

/** Decides what is told of it, and notes all that in one transaction: it is told once, or nothing happened. */
async function finishRun(deps: RunDeps, id: string, looked: Watch, sighting: Sighting): Promise<void> {
  await deps.database.tx('scheduler.run.end', async (tx) => {
    const locked = await store.lockRun(tx, id);
    if (locked?.run.state !== 'running') return;
    const person = await personById(tx, locked.schedule.personId);
    const { watch } = locked.schedule;
    // Its person is gone, or has had it do something else meanwhile.
    if (person && watch && isDeepStrictEqual(watch, looked))
      await endIn(deps, tx, { ...locked, person, watch }, sighting);
    else await cancel(tx, locked, deps.world.clock.now());
  });
}

/** The end of a run whose rows `tx` holds. */
async function endIn(deps: RunDeps, tx: Transaction, startedRun: StartedRun, sighting: Sighting): Promise<void> {
  const { run, schedule, watch } = startedRun;
  const now = deps.world.clock.now();
  const before = await store.memoryOf(tx, schedule.id);
  const verdict = evaluate(watch.rule, before, sighting, { now, zone: schedule.zone });
  const heldTexts = await endAnswered(deps, tx, schedule, before, verdict);
  const utterance =
    verdict.speech && (await speak(deps, tx, startedRun, { ...verdict, speech: verdict.speech, heldTexts }, now));
  const output = sighting.ok ? sighting.text : sighting.message;
  const state = sighting.ok ? 'done' : 'failed';
  const error = sighting.ok ? undefined : shorten(storable(sighting.message), 500);
  await store.endRun(tx, run.id, {
    state,
    error,
    output: storable(shorten(output, KEPT)),
    outputBytes: sighting.bytes ?? Buffer.byteLength(output),
    finding: utterance?.digestAt ? 'gathered' : verdict.finding,
    told: utterance?.told,
    toldIn: utterance?.toldIn,
    turnId: utterance?.turnId,
    digestAt: utterance?.digestAt,
    endedAt: utterance?.turnId === undefined ? now : undefined,
  });
  await store.noteLook(tx, {
    scheduleId: schedule.id,
    runId: run.id,
    memory: verdict.memory,
    outcome: state,
    error,
    ms: now.getTime() - (run.begunAt ?? now).getTime(),
    lookAt: sighting.lookAt,
  });
  if (sighting.lookAt) deps.work.wakeAt(sighting.lookAt);
}

interface Utterance {
  told: string | undefined;
  /** Undefined: a digest tells it, at `digestAt`. */
  toldIn: string | undefined;
  /** The turn that says it. */
  turnId?: string;
  digestAt?: Instant;
}

async function speak(
  deps: RunDeps,
  tx: Transaction,
  { run, schedule, person, watch }: StartedRun,
  { speech, memory, heldTexts }: SpokenVerdict,
  now: Instant,
): Promise<Utterance> {
  const { ask, budget } = watch;
  const isAsked = ask !== undefined && ASKED.has(speech.kind);
  const cost = isAsked ? ((await store.costsSince(tx, [schedule.id], dayBefore(now))).get(schedule.id) ?? 0) : 0;
  if (isAsked && cost < budget) {
    const turn = await askModel(deps, tx, { run, schedule, person, text: texts.asked(ask, speech.text) }, now);
    if (turn !== undefined) return { told: undefined, toldIn: schedule.conversationId, turnId: turn };
  }
  const notes = isAsked ? [texts.budgetSpent(budget)] : [];
  const isGathered = schedule.telling?.digest !== undefined;
  const text = storable([speechText(schedule.title, speech, isGathered), ...notes].join('\n'));
  const tidings = { key: run.key, schedule, person, text: [...heldTexts, text].join('\n\n'), now };
  return utter(deps, tx, tidings, speech.kind, isOver({ speech, memory }));
}

interface SpokenVerdict extends Pick<Verdict, 'memory'> {
  speech: NonNullable<Verdict['speech']>;
  /** Texts that quiet hours have held, and that nothing else will tell. */
  heldTexts: readonly string[];
}

const isOver = ({ speech, memory }: Pick<Verdict, 'speech' | 'memory'>): boolean =>
  speech?.kind === 'over' || (speech?.kind === 'steady' && memory.met === false);

/** Ends what waits for Seen and has an end: a state that is over, a source that works again. Returns what was held of it. */
async function endAnswered(
  { acknowledgements }: RunDeps,
  tx: Transaction,
  { id, telling }: PersonSchedule,
  before: Memory,
  verdict: Verdict,
): Promise<string[]> {
  if (telling?.seen === undefined) return [];
  const isMended = before.broken !== undefined && verdict.memory.broken === undefined;
  const ended = [...(isOver(verdict) ? [findingsOf(id)] : []), ...(isMended ? [failureOf(id)] : [])];
  if (ended.length === 0) return [];
  return (await acknowledgements.endAsking(tx, ended)).map((each) => shorten(each, KEPT));
}

/** Tells it as its schedule says: with the digest, until it is seen, or at once. */
async function utter(
  deps: RunDeps,
  tx: Transaction,
  tidings: Tidings,
  kind: SpeechKind,
  hasEnded: boolean,
): Promise<Utterance> {
  const { text: words, schedule, now } = tidings;
  const { digest, seen, escalate, urgent = false } = schedule.telling ?? {};
  if (digest !== undefined) {
    const digestAt = nextDigest(digest, schedule.zone, now);
    tx.afterCommit(() => deps.work.wakeAt(digestAt));
    return { told: words, toldIn: undefined, digestAt };
  }
  if (seen !== undefined && !hasEnded && kind !== 'mended') {
    const isFailure = kind === 'broken';
    const toldIn = await tellUntilSeen(deps, tx, { ...tidings, urgent }, { seen, escalate, isFailure });
    if (toldIn !== undefined) return { told: words, toldIn };
  }
  return { told: words, toldIn: await tell(deps.speech, tx, { ...tidings, urgent }) };
}

/** Findings that a model may be asked about; that something fails or works again needs none. */
const ASKED: ReadonlySet<string> = new Set(['output', 'met', 'over']);
const DAY_MS = 86_400_000;
const dayBefore = (now: Instant): Instant => new Date(now.getTime() - DAY_MS);

/** Begins the turn in which a model says what was found; what it costs is noted when it has ended. */
async function askModel(
  { speech: { turns } }: RunDeps,
  tx: Transaction,
  { run, schedule, person, text }: Pick<StartedRun, 'run' | 'schedule' | 'person'> & { text: string },
  now: Instant,
): Promise<string | undefined> {
  const { conversationId, personId, zone } = schedule;
  const address = (await addressesOf(tx, [schedule])).get(schedule.id);
  const notBefore = quietEnd(address, { person, zone, urgent: schedule.telling?.urgent }, now);
  const turn = { key: run.key, conversationId, personId, origin: 'schedule' as const, text: storable(text), notBefore };
  return (await turns.begin(tx, [{ ...turn, ...turnTold(address), tainted: true, by: store.PLANNER }])).get(run.key);
}

/** For webhooks: has the rules of a person looked at what one of their hooks was sent. */
export function hookWatcher({
  work: { jobs },
  world,
}: {
  work: Pick<WorkDeps, 'jobs'>;
  world: SkillDeps['world'];
}): SkillPorts['watchHook'] {
  return async (tx, { hook, personId, delivery, read }) => {
    const now = world.clock.now();
    for (const schedule of await store.watchersOf(tx, { personId, hook, now })) {
      const { watch } = schedule;
      const hookText = watch?.source.kind === 'hook' ? read(watch.source.field) : undefined;
      const key = `schedule:${schedule.id}:hook:${delivery}`;
      await planRuns({ jobs }, tx, schedule, [{ key, at: now }], now, hookText);
    }
  };
}
