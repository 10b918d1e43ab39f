import { z } from 'zod';
import { agentFiles, agentRetentionRules, endTemporary, listTemporary } from '../../agent/index.ts';
import { uuid } from '../../base/ids.ts';
import type { HealthCheck, Skill, SkillDeps } from '../../chat/index.ts';
import { block, count } from '../../config/index.ts';
import {
  inboxFiles,
  inboxRetentionRules,
  outboxFiles,
  outboxRetentionRules,
  postponedRetentionRules,
  requestRetentionRules,
  requestTable,
} from '../../delivery/index.ts';
import { fileCollection, type JobHandler, jobFiles, retention } from '../../jobs/index.ts';
import { invitationRetentionRules, sessionRetentionRules, strangerRule } from '../../people/index.ts';
import { secretTable } from '../../secrets/index.ts';
import { collectFiles, type FileReferences, missingFiles, readerOf } from '../../storage/index.ts';
import * as texts from './texts.ts';

const config = block(
  'retention',
  'How long records of finished work are kept. What people had coda keep is not among them.',
  z
    .strictObject({ days: count(1, 36_500).default(30).describe('After this many days they are removed.') })
    .prefault({}),
);

/** All columns that name stored files: a file that none of them names is removed. */
export const fileReferences: readonly FileReferences[] = [...inboxFiles, ...outboxFiles, ...agentFiles, ...jobFiles];

const roomRules = [
  ...inboxRetentionRules,
  ...outboxRetentionRules,
  ...postponedRetentionRules,
  ...agentRetentionRules,
  ...requestRetentionRules,
  ...invitationRetentionRules,
  ...sessionRetentionRules,
];

type Settings = z.output<typeof config.schema>;

export const upkeep: Skill<Settings> = {
  name: 'upkeep',
  config,
  data: { changes: { commits: { 'retention.temporary': ['all', 'conversations'] } } },
  views: { checks: (deps) => [filesCheck(deps)] },
  work: {
    schedules: [
      {
        name: 'retention',
        kind: 'retention',
        cron: '23 3 * * *',
        missed: 'latest',
      },
    ],
    jobs: (deps, { tables }) => {
      const collect = collectJob(deps);
      const { database, world, config } = deps;
      const retentionRules = [...roomRules, strangerRule([requestTable, secretTable, ...tables])];
      const old = retention({ database, world, days: config.days, retentionRules, collect });
      return [endingTemporary(deps, old), fileCollection(collect)];
    },
  },
};

/** Conversations that one transaction lists: of more, the next ones after them. */
const MOST_ENDED = 100;

/** Ends temporary conversations before `old` runs: each begins at most a day before, and its files go with it. */
const endingTemporary = ({ database, world }: SkillDeps<Settings>, old: JobHandler): JobHandler => ({
  ...old,
  async run(job, signal) {
    for (let after: string | undefined; !signal.aborted; ) {
      const ids = await listTemporary(readerOf(database), after, MOST_ENDED);
      if (ids.length === 0) break;
      const now = world.clock.now();
      for (const id of ids) await database.tx('retention.temporary', (tx) => endTemporary(tx, id, uuid(now), now));
      after = ids.at(-1);
    }
    await old.run(job, signal);
  },
});

function collectJob({ database, storage: { artifacts }, world: { clock } }: SkillDeps<Settings>) {
  return (signal: AbortSignal) => collectFiles({ database, artifacts, clock, references: fileReferences }, signal);
}

/** Files that one look asks for: enough to see that a folder was deleted or not mounted, and a few milliseconds. */
const MOST_LOOKED = 500;

function filesCheck({ database, storage: { artifacts } }: SkillDeps<Settings>): HealthCheck {
  return {
    name: 'stored files',
    async check() {
      const { missing, looked } = await missingFiles({ database, artifacts, references: fileReferences }, MOST_LOOKED);
      if (missing.length === 0) return { ok: true, says: texts.filesThere(looked) };
      const says = texts.filesGone(missing.length, looked);
      return { ok: false, code: 'FILES_GONE', says, remedy: texts.filesRemedy() };
    },
  };
}
