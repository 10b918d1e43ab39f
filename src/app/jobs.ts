import { z } from 'zod';
import type { MessageIndex } from '../agent/index.ts';
import { CodaError } from '../base/errors.ts';
import { omitUndefined } from '../base/json.ts';
import type { World } from '../base/world.ts';
import { type Delivery, notifyJob } from '../delivery/index.ts';
import type { Events, JobHandler, JobQueue } from '../jobs/index.ts';
import { ownerItem } from '../sign-in/index.ts';
import type { Database, WritesBesides } from '../storage/index.ts';
import { type AskedJob, SKILL_JOB } from './operations/parts.ts';
import { type EquippedSkill, tablesOf } from './skills.ts';

export interface JobParts {
  world: World;
  database: Database;
  delivery: Delivery;
  jobs: JobQueue;
  events: Events;
  skills: readonly EquippedSkill[];
  messageIndex: Pick<MessageIndex, 'job'>;
}

export function handlersOf({ skills, database, delivery, events, messageIndex }: JobParts): JobHandler[] {
  return [
    ...jobsOf(skills),
    events.job(),
    messageIndex.job(),
    notifyJob({ database, outbox: delivery.outbox }),
    skillJob({ database, delivery }),
  ];
}

export function jobsOf(skills: readonly EquippedSkill[]): JobHandler[] {
  const tables = tablesOf(skills);
  return skills.flatMap(({ skill, deps }) => skill.work?.jobs?.(deps, { tables }) ?? []);
}

/** Adds a job of a kind that is carried out, due at once. Throws `INPUT_INVALID`. */
export async function enqueue(
  parts: JobParts,
  { kind, payload, key, at, maxAttempts }: AskedJob,
  besides?: WritesBesides<string>,
): Promise<string> {
  const kinds = handlersOf(parts).map((handler) => handler.kind);
  if (!kinds.includes(kind)) {
    throw new CodaError('INPUT_INVALID', {
      message: `There are no jobs of the kind ${kind}.`,
      remedy: `Name one of: ${kinds.sort().join(', ')}.`,
    });
  }
  const options = { at: at ?? parts.world.clock.now(), ...omitUndefined({ key, maxAttempts }) };
  return parts.database.tx('jobs.enqueue', async (tx) => {
    const id = await parts.jobs.enqueue(tx, { kind, payload }, options);
    besides?.(tx, id);
    return id;
  });
}

const skillRun = z.object({
  skill: z.string().min(1).max(200),
  payload: z.unknown().optional(),
  /** The run was begun and failed for a reason that may pass; another value each time. */
  resume: z.string().max(100).optional(),
});

/** Begins the run in the owner's conversation at the terminal, its payload as text, once for each job: from there on it is a turn like any other. */
export function skillJob({ database, delivery }: { database: Database; delivery: Delivery }): JobHandler {
  return {
    kind: SKILL_JOB,
    does: 'runs a skill',
    async run({ id, payload: jobPayload }) {
      const { skill, payload, resume } = skillRun.parse(jobPayload);
      const input = payload ?? '';
      const { person, conversation } = await ownerItem({ delivery });
      const text = typeof input === 'string' ? input : JSON.stringify(input);
      // The run is known by the id of its job: `coda skills pipeline --resume ID`.
      const asked = resume === undefined ? { steps: [skill], payload: text, run: id } : { resume: id };
      const planned = `/pipeline ${JSON.stringify(asked)}`;
      const key = resume === undefined ? `job:${id}` : `job:${id}:${resume}`;
      const turn = { personId: person.id, conversationId: conversation.id, text: planned, planned, files: [] };
      await database.tx('skills.job', async (tx) => {
        await delivery.begin(tx, [{ ...turn, key, origin: 'schedule', tainted: false }]);
      });
    },
  };
}
