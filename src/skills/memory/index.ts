import { type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { embedJob } from '../../vectors/index.ts';
import { checks } from './checks.ts';
import { own } from './collection.ts';
import { command } from './commands.ts';
import { config, type Settings } from './config.ts';
import { source } from './embed/store.ts';
import { extractJob, restSoon } from './extract/job.ts';
import { page } from './page.ts';
import { type Parts, partsOf } from './parts.ts';
import { section } from './prompt.ts';
import { deletionRules, mergeRules } from './store.ts';
import { tools } from './tools.ts';
import { memoryOperations } from './transfer.ts';
import { UPKEEP_JOB, upkeepJob } from './upkeep.ts';

export { config as memoryConfig } from './config.ts';
export { evaluate } from './evaluate.ts';
export { memoryOperations } from './transfer.ts';

/** The parts of a coda's memory, which its hooks share: they are made with the first of them. */
const made = new WeakMap<SkillDeps<Settings>, Parts>();

function parts(deps: SkillDeps<Settings>): Parts {
  const known = made.get(deps) ?? partsOf(deps);
  made.set(deps, known);
  return known;
}

/** Remembers people over time, and finds what they said again, by meaning. */
export const memory: Skill<Settings> = {
  name: 'memory',
  config,
  words: { keeps: 'memories' },
  deletionRules,
  mergeRules,
  tools: (deps) => tools(parts(deps).service),
  collections: () => [own],
  pages: () => [page],
  commands: ({ config }) => [command(config)],
  jobs: (deps) => [
    embedJob({ ...deps, ...deps.embedders, ...parts(deps), source }),
    extractJob({ ...deps, ...parts(deps) }),
    upkeepJob(deps),
  ],
  schedules: [{ name: 'memory', kind: UPKEEP_JOB, cron: '41 3 * * *', missed: 'latest' }],
  passing: (deps, asked) => section(deps, parts(deps).recall, asked),
  turnOver: (deps, over) => restSoon(deps, over),
  checks: (deps) => checks(deps, deps.embedders.embedder),
  verbs: (deps) => verbsOf(memoryOperations, { ...deps, ...parts(deps) }, deps.world),
};
