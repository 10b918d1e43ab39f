import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SkillHost } from '../agent-skills/index.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import { overridesIn, SpecialistCatalog, specialistsConfig } from '../skills/specialists/index.ts';
import { type Database, readerOf } from '../storage/index.ts';
import { decidedOf } from '../trust/index.ts';

/** The specialists that `config` names; nothing is read before the first rescan. */
export function openSpecialists(
  config: Config,
  env: World['env'],
  database: Pick<Database, 'read'>,
): SpecialistCatalog {
  const settings = config.block(specialistsConfig);
  return new SpecialistCatalog({
    shipped: join(packageRoot(), 'agents'),
    dirs: settings.dirs,
    home: env.HOME || homedir(),
    cwd: process.cwd(),
    overrides: overridesIn(settings),
    decided: (folders) => decidedOf(readerOf(database), folders),
  });
}

export function chosenSkills(config: Config): SkillHost['chosen'] {
  const named = Object.entries(overridesIn(config.block(specialistsConfig)));
  return new Map(named.flatMap(([name, { skills }]) => (skills ? [[name, new Set(skills)] as const] : [])));
}
