/** `coda skills deprecate` and `undeprecate`: by the daemon when one runs, else on its storage. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { controlSkills, openAgentSkills } from '../../app/index.ts';
import { CodaError, systemCode } from '../../base/errors.ts';
import { didYouMean } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { draftsOf, SkillDecisions, type SkillSnapshot, skillMeant } from '../../skills/agent-skills/index.ts';
import { type Database, migrate, openDatabase } from '../../storage/index.ts';
import { callDaemon } from '../daemon.ts';
import type { DeprecateFlags, Flags } from '../flags.ts';
import { prepare } from '../serve.ts';
import { usage } from '../texts.ts';

/** `coda skills deprecate NAME --reason … [--replacement …]` */
export async function skillsDeprecate(flags: DeprecateFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const { reason } = flags;
  const [name = '', replacement] = await skillsMeant(config, world, [
    flags.args[0] ?? '',
    ...(flags.replacement === undefined ? [] : [flags.replacement]),
  ]);
  const asked = { name, reason, ...(replacement !== undefined && { replacement }) };
  const answer = await callDaemon(config.dataDir, 'skills-deprecate', asked);
  if (answer === undefined) {
    await withSkills(config, world, (skills) =>
      controlSkills(skills, world).deprecateSkill({ name, reason, replacement }),
    );
  }
  io.stdout.write(`${name} stays, and is no longer offered to the model.\n`);
  return 0;
}

/** `coda skills undeprecate NAME` */
export async function skillsUndeprecate(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const [typed = ''] = flags.args;
  const name = (await snapshotOf(config, world).then((snapshot) => skillMeant(snapshot, typed)?.name)) ?? typed;
  const answer = await callDaemon(config.dataDir, 'skills-undeprecate', { name });
  const wasThere =
    answer ?? (await withSkills(config, world, (skills) => controlSkills(skills, world).undeprecateSkill({ name })));
  if (wasThere !== true) throw usage(`${name} is not deprecated.`, '"coda skills list" shows what is.');
  io.stdout.write(`${name} is offered to the model again.\n`);
  return 0;
}

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

/** Acts on the storage itself, for where no daemon runs. */
export async function withSkills<T>(
  config: Config,
  world: World,
  act: (skills: SkillDecisions) => Promise<T>,
): Promise<T> {
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const database = await open(config, world);
  try {
    await migrate(database, { now: world.clock.now() });
    return await act(new SkillDecisions({ catalog, database, clock: world.clock }));
  } finally {
    await database.close();
  }
}

function open(config: Config, world: World): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  return openDatabase({ url, directUrl, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir }, world);
}

/** The skills in the folders that are configured. */
export async function snapshotOf(config: Config, world: World): Promise<SkillSnapshot> {
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  return catalog.current();
}

/** The names of the skills that are meant. Throws where one is none. */
export async function skillsMeant(config: Config, world: World, typed: readonly string[]): Promise<string[]> {
  const snapshot = await snapshotOf(config, world);
  return typed.map((each) => {
    const skill = skillMeant(snapshot, each);
    if (skill) return skill.name;
    const near = didYouMean(each, [...snapshot.skills.keys()]);
    throw usage(`There is no skill ${each}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');
  });
}
