import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type ConsoleAdapter, consoleAdapter } from '../adapters/console/index.ts';
import { approvalsAtHome } from '../agent/index.ts';
import { TestClock } from '../base/clock.ts';
import type { World } from '../base/world.ts';
import {
  type Command,
  commandThing,
  complete,
  type HomeAction,
  type HomeSection,
  type PlatformAdapter,
  type Typing,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { Worker } from '../jobs/index.ts';
import { type Claim, findPerson, type Gate, readerFor, roleOf } from '../people/index.ts';
import { type Database, readerOf } from '../storage/index.ts';
import type { Foundation } from './core.ts';
import { platforms, services } from './platforms.ts';
import { householdOf } from './settings.ts';
import type { EquippedSkill } from './skills.ts';

interface PlatformParts extends Pick<Foundation, 'database' | 'artifacts'> {
  config: Config;
  world: World;
  commands: readonly Command[];
  gate: Gate;
  skills: readonly EquippedSkill[];
}

export async function openPlatforms(parts: PlatformParts): Promise<PlatformAdapter[]> {
  const { config, world, commands, database, artifacts, gate } = parts;
  const { access } = config;
  const completing = { database, clock: world.clock, commands, access, gate };
  const opened = platforms.map(async (platform) => {
    const settings = config.block(platform.config);
    if (settings === undefined) return [];
    const answer = (typing: Omit<Typing, 'adapter'>) => complete(completing, { ...typing, adapter: platform.name });
    const isStranger = async (claim: Pick<Claim, 'externalId' | 'groups'>) => {
      const named = { ...claim, adapter: platform.name };
      if (roleOf(named, access) !== 'guest') return false;
      const person = await findPerson(database, named.adapter, named.externalId);
      return !gate.hears(person ?? { role: 'guest' });
    };
    const home = async (claim: Pick<Claim, 'externalId' | 'groups'>) =>
      (await isStranger(claim)) ? undefined : homeOf(parts, platform.name, claim.externalId);
    const common = { access, world, artifacts, commands, home };
    return [await platform.open({ ...common, config: settings, isStranger, complete: answer })];
  });
  return (await Promise.all(opened)).flat();
}

/** Adapters of the services that people have told things; `isUsed`: the configuration describes one. */
export function openServices({ config, egress, world }: Pick<Foundation, 'egress'> & { config: Config; world: World }) {
  return services.map((service) => {
    const settings = config.block(service.config);
    const adapter = service.open({ config: settings, egress, world });
    return { adapter, isUsed: service.namedPlaces(settings).size > 0 };
  });
}

interface ConsoleParts {
  config: Config;
  world: World;
  artifacts: Foundation['artifacts'];
  worker: Worker;
  commands: readonly Command[];
  /** Resolves when nothing that is due is left. */
  whenSettled(): Promise<void>;
}

export function openConsole(parts: ConsoleParts, program: { version: string; hint: string }): ConsoleAdapter {
  const { config, world, artifacts, worker, whenSettled: settled } = parts;
  const { clock, log } = world;
  const commands = parts.commands.map(({ name, summary }) => ({ name, summary }));
  const about = { name: config.assistant.name, version: program.version, hint: program.hint, commands };
  const { dataDir } = config;
  const options = { log, clock, artifacts, dataDir, seat: seatOf(dataDir), about };
  if (!(clock instanceof TestClock)) return consoleAdapter(options);
  const moveClock = async (to: Date) => {
    await clock.moveTo(to, settled);
    worker.lookForWork();
    await settled();
  };
  return consoleAdapter({ ...options, moveClock });
}

/**
 * The id of the folder `run/`, made at the first start: the one part of a data folder that processes on one database never share.
 * The terminals of two of them are different places.
 */
function seatOf(dataDir: string): string {
  const path = join(dataDir, 'run', 'seat');
  const storedSeat = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (z.uuid().safeParse(storedSeat).success) return storedSeat;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const seat = randomUUID();
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${seat}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
  return seat;
}

interface HomeDeps {
  database: Database;
  config: Config;
  world: World;
  gate: Pick<Gate, 'may'>;
  commands: readonly Command[];
  skills: readonly EquippedSkill[];
}

/** The person's own page: decisions first, then each skill. Empty for somebody who was never met. */
async function homeOf(deps: HomeDeps, adapter: string, externalId: string): Promise<readonly HomeSection[]> {
  const { database, config, world, skills } = deps;
  const person = await findPerson(database, adapter, externalId);
  if (!person) return [];
  const db = readerOf(database);
  const reader = { db, person, ...readerFor(person, householdOf(config), world.clock.now()) };
  const sections: HomeSection[] = [await approvalsAtHome(db, person.id)];
  for (const { skill, deps: own } of skills) sections.push(...((await skill.views?.home?.(own, reader)) ?? []));
  const may = (action: HomeAction) => 'button' in action || isAllowed(deps, person, action.command);
  return sections.map(({ items, ...section }) => ({
    ...section,
    items: items.map(({ text, actions = [] }) => ({ text, actions: actions.filter(may) })),
  }));
}

function isAllowed({ commands, gate }: HomeDeps, person: Parameters<Gate['may']>[0], line: string): boolean {
  const [, name] = /^\/(\S+)/.exec(line) ?? [];
  const command = commands.find((each) => each.name === name);
  return command !== undefined && gate.may(person, commandThing(command));
}
