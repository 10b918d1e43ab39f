import type { Said } from '../agent/index.ts';
import { CodaError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import { type Delivery, notifyJob } from '../delivery/index.ts';
import type { Events, JobHandler, JobQueue } from '../jobs/index.ts';
import type { Besides, Database } from '../storage/index.ts';
import { skillJob } from './agent-skills/jobs.ts';
import type { EquippedSkill } from './skills.ts';

/** A background job that somebody asks for. */
export interface AskedJob {
  kind: string;
  payload: Json;
  key?: string | undefined;
  /** When it is due; default: at once. */
  at?: Date | undefined;
  maxAttempts?: number | undefined;
}

interface JobParts {
  world: World;
  database: Database;
  delivery: Delivery;
  jobs: JobQueue;
  events: Events;
  skills: readonly EquippedSkill[];
  said: Pick<Said, 'job'>;
}

/** Handlers of background jobs. */
export function handlersOf({ skills, database, delivery, events, said }: JobParts): JobHandler[] {
  return [
    ...jobsOf(skills),
    events.job(),
    said.job(),
    notifyJob({ database, outbox: delivery.outbox }),
    skillJob({ database, delivery }),
  ];
}

export function jobsOf(skills: readonly EquippedSkill[]): JobHandler[] {
  return skills.flatMap(({ skill, deps }) => skill.jobs?.(deps) ?? []);
}

/** Adds a job of a kind that is carried out, due at once. Throws `INPUT_INVALID`. */
export async function enqueue(
  parts: JobParts,
  { kind, payload, key, at, maxAttempts }: AskedJob,
  besides?: Besides<string>,
): Promise<string> {
  const known = handlersOf(parts).map((handler) => handler.kind);
  if (!known.includes(kind)) {
    throw new CodaError('INPUT_INVALID', {
      message: `There are no jobs of the kind ${kind}.`,
      remedy: `Name one of: ${known.sort().join(', ')}.`,
    });
  }
  const options = {
    at: at ?? parts.world.clock.now(),
    ...(key !== undefined && { key }),
    ...(maxAttempts !== undefined && { maxAttempts }),
  };
  return parts.database.tx('jobs.enqueue', async (tx) => {
    const id = await parts.jobs.enqueue(tx, { kind, payload }, options);
    besides?.(tx, id);
    return id;
  });
}
