/** Skills from experience: signs in what was done, a draft that was tried, and a person's yes. */
import type { Skill, SkillDeps } from '../../../chat/index.ts';
import { config, type Settings } from '../config.ts';
import { learnedCommand } from './commands.ts';
import type { LearnedDeps } from './deps.ts';
import type { SkillShelf } from './port.ts';
import { draftJob } from './propose.ts';
import { LEARN_TASK, scanJob } from './scan.ts';
import { deletionRules, mergeRules } from './store.ts';
import { learnedTools } from './tools.ts';

export type {
  Examined,
  FixedSkill,
  NearSkill,
  Placed,
  PlayedCase,
  ShelvedSkill,
  SkillCase,
  SkillDraft,
  SkillShelf,
} from './port.ts';
export { LEARN_TASK } from './scan.ts';

type Optional = Settings | undefined;

/** It is there in every coda, so that what it has stored goes with its person; without its block it does nothing. */
export function learned(shelf: SkillShelf): Skill<Optional> {
  const on = <T>(deps: SkillDeps<Optional>, parts: (own: LearnedDeps) => T[]): T[] =>
    deps.config?.enabled ? parts({ ...deps, config: deps.config, shelf }) : [];
  return {
    name: 'learned',
    config,
    tools: (deps) => on(deps, learnedTools),
    commands: (deps) => on(deps, () => [learnedCommand]),
    jobs: (deps) => on(deps, (own) => [scanJob(own), draftJob(own)]),
    tasks: (deps) =>
      on(deps, () => [{ name: LEARN_TASK, kind: LEARN_TASK, cron: '40 3 * * *', missed: 'latest' as const }]),
    deletionRules,
    mergeRules,
  };
}
