/** Decisions on skills for lists: from the daemon when one runs, else from its storage. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAgentSkills } from '../../app/index.ts';
import { CodaError, systemCode } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { draftsOf, SkillDecisions, type SkillSnapshot } from '../../skills/agent-skills/index.ts';
import { type Database, openDatabase } from '../../storage/index.ts';
import { callDaemon } from '../daemon.ts';

/** Decisions on skills, as lists show them. */
export interface Decided {
  /** Why, by name. */
  deprecated: ReadonlyMap<string, string>;
  drafts: ReadonlySet<string>;
}

/** Decisions on skills. One that cannot be read now counts as none: a list must still come. */
export async function decidedAbout(snapshot: SkillSnapshot, config: Config, world: World): Promise<Decided> {
  const { deprecations, activations } = await decisionsOf(config, world).catch((error: unknown) => {
    if (!(error instanceof CodaError)) throw error;
    world.log.warn({ error: error.message }, 'what was decided about skills could not be looked up');
    return NONE;
  });
  return {
    deprecated: new Map(deprecations.map((one) => [one.name, whyText(one)])),
    drafts: draftsOf(snapshot, activations),
  };
}

async function decisionsOf(config: Config, world: World): Promise<Decisions> {
  const deprecations = await callDaemon(config.dataDir, 'skills-deprecated');
  if (deprecations === undefined) return readHere(config, world);
  const activations = (await callDaemon(config.dataDir, 'skills-activated')) ?? [];
  return { deprecations, activations } as unknown as Decisions;
}

interface Decisions {
  deprecations: readonly Deprecation[];
  activations: Awaited<ReturnType<SkillDecisions['activations']>>;
}

const NONE: Decisions = { deprecations: [], activations: [] };

type Deprecation = Awaited<ReturnType<SkillDecisions['deprecations']>>[number];

const whyText = ({ reason, replacement }: Deprecation): string =>
  replacement === undefined ? reason : `${reason} (use ${replacement})`;

/** Looking at skills must not make a database where none is. */
async function readHere(config: Config, world: World): Promise<Decisions> {
  if (config.storage.url === undefined && !existsSync(join(config.dataDir, 'db'))) return NONE;
  const database = await open(config, world);
  try {
    const catalog = openAgentSkills(config, world.env);
    const decisions = new SkillDecisions({ catalog, database, clock: world.clock });
    return { deprecations: await decisions.deprecations(), activations: await decisions.activations() };
  } catch (error) {
    if (systemCode(error) === '42P01') return NONE; // an older coda's tables
    throw error;
  } finally {
    await database.close();
  }
}

function open(config: Config, world: World): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  return openDatabase({ url, directUrl, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir }, world);
}
