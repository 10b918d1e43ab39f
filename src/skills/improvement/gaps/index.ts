/** Looks monthly for what was asked for and could not be served, and proposes to fill it. */
import { z } from 'zod';
import type { JobHandler } from '../../../jobs/index.ts';
import type { Deps, Part } from '../part.ts';
import { type ProposalKind, propose } from '../proposals.ts';
import { triggerTool } from '../tools.ts';
import { CATEGORY, detect } from './detect.ts';
import * as texts from './texts.ts';

const DETECT_JOB = 'improvement.gaps';
const TASK = 'gap-detection';

const payload = z.object({
  tools: z.array(z.string()),
  words: z.array(z.string()),
  requests: z.number(),
  days: z.number(),
  people: z.number(),
});

/** Approved, it stays as something to be done: a skill to be written, a connector to be set up. */
const kind: ProposalKind<z.output<typeof payload>> = { category: CATEGORY, payload };

export const gapsPart: Part = {
  name: 'gaps',
  isOn: (config) => config.gap_detection_enabled,
  kinds: () => [kind],
  jobs: (deps) => [detectJob(deps)],
  taskNames: [TASK],
  tasks: ({ config }) => [{ name: TASK, kind: DETECT_JOB, cron: config.gap_detection_cron, missed: 'latest' }],
  tools: (deps) => [
    triggerTool(deps, {
      name: 'gap_detection_trigger',
      description: 'Looks now for what you were asked in the last 30 days and could not do. For owners.',
      kind: DETECT_JOB,
      says: texts.requested,
    }),
  ],
};

function detectJob(deps: Deps): JobHandler {
  const { database, world, kinds } = deps;
  return {
    kind: DETECT_JOB,
    async run(_, signal) {
      const now = world.clock.now();
      const found = await detect(deps, now, signal);
      await database.tx('improvement.gaps', (tx) => propose(tx, kinds, 'gaps', found, now));
    },
  };
}
