import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { expandHome } from '../../base/folders/home.ts';
import { homeFolder, packageRoot } from '../../base/root.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { installedFolder } from '../bundle/install.ts';
import { config as skillsConfig } from '../config.ts';
import type { SkillCatalog, SkillSource, SourceKind } from '../skill.ts';
import { openCatalog } from './catalog.ts';

export interface Surroundings {
  packageRoot: string;
  home: string;
  cwd: string;
  dataDir: string;
  agentSkillDirs: readonly string[];
  claudeSkills: boolean;
}

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

export function configuredSources(config: Config, env: World['env']): SkillSource[] {
  const settings = config.block(skillsConfig);
  return skillSources({
    packageRoot: packageRoot(),
    home: homeFolder(env),
    cwd: process.cwd(),
    dataDir: config.dataDir,
    agentSkillDirs: settings.agent_skill_dirs,
    claudeSkills: settings.claude_skills,
  });
}

/** The folders that the owner keeps skills in, and nobody else writes to, in rising priority. */
export function ownFolders(config: Config, env: World['env']): string[] {
  const own = configuredSources(config, env).filter(({ kind }) => kind === 'personal' || kind === 'configured');
  return own.flatMap(({ directory }) => directory ?? []);
}

/** True if the folder is one of those that the configuration has read, or lies in one. */
export function isRead(folder: string, config: Config, env: World['env']): boolean {
  return configuredSources(config, env).some(({ directory }) => {
    const inside = directory === undefined ? '..' : relative(directory, resolve(folder));
    return inside.split(sep)[0] !== '..' && !isAbsolute(inside);
  });
}

/** The agent skills that `config` names, and those in `root`; nothing is read before the first rescan. */
export function openAgentSkills(
  config: Config,
  env: World['env'],
  commands?: () => ReadonlySet<string>,
  root?: string,
): SkillCatalog {
  const { inline: inlineSkills, settings } = config.block(skillsConfig);
  const inline = inlineSkills.map(({ source_path: path, ...skill }) => ({
    ...skill,
    directory: path === undefined || path === '' ? undefined : expandHome(path, homeFolder(env), process.cwd()),
  }));
  const sources = configuredSources(config, env);
  if (root !== undefined && !isRead(root, config, env)) sources.push({ kind: 'configured', directory: root });
  return openCatalog({ sources, inline, settings, commands });
}
