/** Gives skills their vectors in the background. */

import { messageOf } from '../../../base/errors.ts';
import type { World } from '../../../base/world.ts';
import type { JobHandler, JobQueue } from '../../../jobs/index.ts';
import type { Database } from '../../../storage/index.ts';
import { EmbedderFault } from '../../../vectors/index.ts';
import type { SkillSnapshot } from '../skill.ts';
import type { SkillVectors } from './vectors.ts';

const KIND = 'skill.embed';
/** Vectors that are made between two looks at the skills, which may have changed. */
const AT_ONCE = 64;

interface JobDeps {
  world: World;
  vectors: SkillVectors | undefined;
  current(): SkillSnapshot;
}

/** Has the skills' vectors made soon. A hint: it is asked for again while some are missing. */
export async function embedSkillsSoon(
  { database, world }: { database: Database; world: World },
  jobs: Pick<JobQueue, 'enqueue'>,
): Promise<void> {
  const at = world.clock.now();
  await database.tx('skills.embed', (tx) => jobs.enqueue(tx, { kind: KIND, payload: {} }, { at, key: 'all' }));
}

/** It can be cut off anywhere: what is stored is not made again. A fault is no failure: words find skills meanwhile. */
export function embedSkillsJob({ world, vectors, current }: JobDeps): JobHandler {
  return {
    kind: KIND,
    alone: true,
    async run(_, signal) {
      if (!vectors) return;
      try {
        while ((await vectors.fill(current(), AT_ONCE, signal)) > 0);
        await vectors.dropOld(current());
      } catch (error) {
        if (!(error instanceof EmbedderFault)) throw error;
        world.log.warn({ error: messageOf(error) }, 'skills could not be embedded');
      }
    },
  };
}
