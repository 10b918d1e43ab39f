import { z } from 'zod';
import type { TurnOver } from '../../../agent/index.ts';
import { DAY_MS } from '../../../base/clock.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import { lockPerson } from '../../../people/index.ts';
import { readerOf } from '../../../storage/index.ts';
import { askWithin, type Purpose } from '../budget.ts';
import type { Deps } from '../part.ts';
import { versionAt } from '../prompt/trial.ts';
import * as improvement from '../store.ts';
import { asked, readVerdict, TASK, type Verdict } from './ask.ts';
import * as store from './store.ts';

const ASSESS_JOB = 'improvement.assess';
const PURPOSE: Purpose = 'improvement.assessment';
/** A conversation is looked at when it has rested this long. */
const REST_MS = 10 * 60_000;
/** Turns of one conversation that are looked at in one go: the newest, the others are left out. */
const MOST_TURNS = 5;
/** Of the month's budget, what scores may take. */
const SHARE = 0.5;
const DAYS_OF_MONTH = 30;
const KEPT_MS = 180 * DAY_MS;
const MAX_TOKENS = 300;

const payload = z.object({ conversationId: z.string() });

/** After a turn: its conversation is looked at once it has rested. A later turn puts it off. */
export async function assessSoon(deps: Deps, { how, tainted, answer, conversationId }: TurnOver): Promise<void> {
  const { database, jobs, world, models } = deps;
  if (!models.available || how !== 'answered' || tainted || answer === undefined) return;
  const at = new Date(world.clock.now().getTime() + REST_MS);
  await database.tx('improvement.rest', (tx) =>
    jobs.enqueue(tx, { kind: ASSESS_JOB, payload: { conversationId } }, { at, key: conversationId }),
  );
}

/** Scores the turns of a conversation that used tools, each in a commit of its own: cut off, it goes on with the rest. */
export function assessJob(deps: Deps): JobHandler {
  const { database, world } = deps;
  return {
    kind: ASSESS_JOB,
    async run(job, signal) {
      const { conversationId } = payload.parse(job.payload);
      const since = new Date(world.clock.now().getTime() - DAY_MS);
      const turns = await store.turnsToAssess(database, conversationId, since, MOST_TURNS);
      for (const turn of turns) {
        if (await isSpent(deps, since)) return;
        const verdict = await judge(deps, turn, signal);
        if (verdict === 'later') return;
        if (verdict) await keep(deps, conversationId, turn, verdict);
      }
    },
  };
}

/** True if the scores of a day have taken their share: further turns are left out. */
async function isSpent({ database, config }: Deps, since: Date): Promise<boolean> {
  const spent = await improvement.spentFor(readerOf(database), PURPOSE, since);
  return spent > 0 && spent >= (config.budget.month * SHARE) / DAYS_OF_MONTH;
}

async function judge(deps: Deps, turn: store.TurnRecord, signal: AbortSignal): Promise<Verdict | 'later' | undefined> {
  const { database, world } = deps;
  const personId = (await improvement.firstOwner(readerOf(database))) ?? turn.personId;
  const question = { personId, system: TASK, text: asked(turn), maxTokens: MAX_TOKENS };
  const answer = await askWithin(deps, PURPOSE, question, signal);
  if (answer.ok) return readVerdict(answer.text);
  if (['transient', 'rate_limited', 'cancelled'].includes(answer.fault)) throw new Error(answer.message);
  world.log.info({ fault: answer.fault }, 'a turn was not assessed');
  return 'later';
}

async function keep(deps: Deps, conversationId: string, turn: store.TurnRecord, verdict: Verdict): Promise<void> {
  const { database, world } = deps;
  const { turnId, personId, spaceId, startedAt, calls, toolCalls, model } = turn;
  const tools = [...new Set(calls.map(({ name }) => name))];
  await database.tx('improvement.assess', async (tx) => {
    if (!(await lockPerson(tx, personId))) return;
    const promptVersion = await versionAt(tx, conversationId, startedAt);
    const about = { turnId, conversationId, personId, spaceId: spaceId ?? undefined, at: startedAt };
    const used = { tools, toolCalls, model: model ?? undefined, promptVersion };
    await store.insert(tx, { ...about, ...verdict, ...used }, new Date(world.clock.now().getTime() - KEPT_MS));
  });
}
