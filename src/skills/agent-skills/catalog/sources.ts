/** Sources of skills. */

import { join, resolve } from 'node:path';
import { expandHome } from '../../../base/folders/home.ts';
import { installedFolder } from '../files/install.ts';
import type { SkillSource, SourceKind } from '../skill.ts';

export interface Surroundings {
  /** The folder of coda's own package. */
  packageRoot: string;
  /** The person's home folder. */
  home: string;
  /** Base of relative folders. */
  cwd: string;
  /** Absolute. */
  dataDir: string;
  /** Folders from the configuration; `~` is the home folder. */
  agentSkillDirs: readonly string[];
  /** True if the skills of Claude Code, the person's and the project's, are read. */
  claudeSkills: boolean;
}

/** The default of `skills.agent_skill_dirs`. */
const DEFAULT_FOLDER = '.agent-skills';

/** All sources in rising priority. None of the folders has to be there. */
export function skillSources(around: Surroundings): SkillSource[] {
  const { packageRoot, home, cwd, dataDir, agentSkillDirs, claudeSkills } = around;
  const from = (kind: SourceKind, directory: string | undefined): SkillSource => Object.freeze({ kind, directory });
  const claude = claudeSkills
    ? [
        from('claude-personal', join(home, '.claude', 'skills')),
        from('claude-project', resolve(cwd, '.claude', 'skills')),
      ]
    : [];
  return [
    from('shipped', join(packageRoot, 'agent-skills')),
    ...claude,
    from('personal', join(home, '.coda', 'skills')),
    ...agentSkillDirs.map((named): SkillSource => {
      const directory = expandHome(named, home, cwd);
      return Object.freeze({ kind: 'configured', directory, isExpected: directory !== join(home, DEFAULT_FOLDER) });
    }),
    from('inline', undefined),
    from('installed', installedFolder(dataDir)),
  ];
}
