import { resolve } from 'node:path';
import { httpConfig } from '../adapters/http/index.ts';
import { agentSkillsConfig, isSkillFolder } from '../agent-skills/index.ts';
import { cardsOf, type Skill } from '../chat/index.ts';
import {
  type Config,
  type ConfigBlock,
  type ConfigPlace,
  type ConfigRequest,
  configEnv,
  configExample,
  configJsonSchema,
  configWords,
  joinBlocks,
  loadConfig,
} from '../config/index.ts';
import { tasksConfig } from '../jobs/index.ts';
import { APPROVAL_CHANNEL, improvementConfig } from '../proposals/index.ts';
import { openSetupFiles, type SetupFiles } from '../setup/index.ts';
import { BACKUP_TASK, backupConfig } from '../skills/backup/index.ts';
import { browserConfig } from '../skills/browser/index.ts';
import { connectorsConfig } from '../skills/connectors/index.ts';
import { HEALTH_TASK } from '../skills/doctor/index.ts';
import { mcpConfig, mcpSetup } from '../skills/mcp/index.ts';
import { LEARN_TASK } from '../skills/skill-learning/index.ts';
import { MARKET_TASK } from '../skills/skill-market/index.ts';
import { specialistsConfig } from '../skills/specialists/index.ts';
import { embedderConfig } from '../vectors/index.ts';
import { platforms, services } from './platforms.ts';
import { builtInSkills } from './skills.ts';
import { updatesConfig } from './updates.ts';

const BLOCKS: readonly ConfigBlock[] = joinBlocks([
  ...platforms.map(({ config }) => config),
  httpConfig,
  ...services.map(({ config }) => config),
  ...builtInSkills.flatMap(({ config }) => config ?? []),
  embedderConfig,
  tasksConfig,
  improvementConfig,
  agentSkillsConfig,
  connectorsConfig,
  specialistsConfig,
  backupConfig,
  browserConfig,
  mcpConfig,
  updatesConfig,
]);

const TASKS = [
  ...builtInSkills.flatMap(({ work }) => [
    ...(work?.schedules ?? []),
    ...(work?.scheduleNames ?? []).map((name) => ({ name })),
  ]),
  { name: BACKUP_TASK },
  { name: HEALTH_TASK },
  { name: MARKET_TASK },
  { name: LEARN_TASK },
]
  .map(({ name }) => name)
  .sort();

const CHANNELS = {
  paths: [APPROVAL_CHANNEL],
  forms: Object.fromEntries(platforms.map(({ config, channel }) => [config.key, channel])),
};

export interface AppConfigRequest extends ConfigRequest {
  /** `--root`: a folder of skills that is read beside those that the configuration names. */
  skillRoot?: string | undefined;
}

/** The configuration with the blocks of all platforms and skills; errors as `loadConfig`. */
export function readConfig({ skillRoot, ...request }: AppConfigRequest): Config {
  const blocks = joinBlocks([...BLOCKS, ...(request.blocks ?? [])]);
  const names = { 'scheduler.tasks': TASKS, ...request.names };
  const whole = { ...request, blocks, names, channels: CHANNELS };
  const config = loadConfig(whole);
  if (skillRoot === undefined || isSkillFolder(skillRoot, config, request.env)) return config;
  const folders = [...config.block(agentSkillsConfig).agent_skill_dirs, resolve(skillRoot)];
  return loadConfig({ ...whole, flags: { ...request.flags, [SKILL_FOLDERS]: { name: '--root', value: folders } } });
}

const SKILL_FOLDERS = 'skills.agent_skill_dirs';

export function configDocuments() {
  return { example: configExample(BLOCKS), schema: configJsonSchema(BLOCKS), env: configEnv(BLOCKS) };
}

/** Cards of skills that are made of parts of a running coda, one line each. */
const MADE_SKILLS: readonly Pick<Skill, 'views'>[] = [
  // Each on a line of its own.
  { views: { setup: mcpSetup } },
];

/** The cards of all rooms, for a coda that need not run. */
export async function setupCards() {
  return { platforms: await cardsOf(platforms, []), others: await cardsOf([], [...builtInSkills, ...MADE_SKILLS]) };
}

/** As `openSetupFiles`, with the blocks of all platforms and skills. */
export const openConfigFiles = (
  place: ConfigPlace,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SetupFiles> => openSetupFiles(place, env, readConfig);

/** Words about each setting, by its path. */
export const settingWords = (): ReadonlyMap<string, string> => configWords(BLOCKS);
