import { z } from 'zod';
import { Audit, auditRetentionRule } from '../../audit/index.ts';
import { DAY_MS } from '../../base/clock.ts';
import type { Skill } from '../../chat/index.ts';
import { block, count } from '../../config/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { queryTool, statsTool } from './tools.ts';

const config = block(
  'audit',
  'The log of what was done: each call of a tool, command that writes, decision and refusal.',
  z
    .strictObject({
      retention_days: count(1, 36_500).default(365).describe('After this many days its entries are removed.'),
    })
    .prefault({}),
);

/** Seals the log of what was done, removes what is old of it, and tells of it: owners of everybody, others of themselves. */
export const audit: Skill<z.output<typeof config.schema>> = {
  name: 'audit',
  config,
  tools: () => [queryTool, statsTool],
  work: {
    schedules: [
      {
        name: 'audit',
        kind: 'audit',
        cron: '3 3 * * *',
        missed: 'latest',
      },
    ],
    jobs: (deps) => [
      {
        kind: 'audit',
        does: 'seals the log of what was done, and removes what is old of it',
        async run(_, signal) {
          const { database, world, config } = deps;
          await new Audit(deps).seal(signal);
          const before = new Date(world.clock.now().getTime() - config.retention_days * DAY_MS);
          await applyRule(database, auditRetentionRule, before, signal);
        },
      },
    ],
    due: (deps) => [new Audit(deps).dueSource()],
  },
};
