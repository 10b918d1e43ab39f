import {
  type App,
  build,
  controlActs,
  controlVerbs,
  createWorld,
  needsToken,
  type OperationParts,
  openControl,
  readConfig,
} from '../app/index.ts';
import { CodaError } from '../base/errors.ts';
import { smallHeaps } from '../base/heap.ts';
import type { Json } from '../base/json.ts';
import { createLog, type Log, Secrets } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { Verb } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { nearSkills, optimizeArguments, skillMeant } from '../skills/agent-skills/index.ts';
import { catchCrashes, die } from './crash.ts';
import { configRequest, type Flags } from './flags.ts';
import { hint } from './ready.ts';
import { version } from './version.ts';

/** A coda that runs in this process, and that other commands can reach. */
export interface Coda {
  app: App;
  config: Config;
  log: Log;
  /** Stops everything in order: nothing new is taken, turns may finish for 10 s. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Destination of log lines; stderr when missing. */
  logTo?(config: Config): { write(line: string): void };
  /** True if a person looks at stderr while the log goes elsewhere; default: it goes where `logTo` says. */
  watched?: boolean;
}

/** Builds and starts a coda as the flags say. What it throws has already been closed again. */
export async function serve(flags: Flags, io: NodeJS.Process, options: ServeOptions = {}): Promise<Coda> {
  const { config, world } = prepare(flags, io, options);
  const { log } = world;
  const witness = { log, watched: options.watched ?? options.logTo !== undefined };
  const release = catchCrashes(io, witness);
  const began = world.clock.monotonic();
  try {
    const app = await build(config, world, { ...aboutItself(config), onFatal: (error) => die(io, error, witness) });
    try {
      const control = await openControl({
        dataDir: config.dataDir,
        verbs: verbs({ app, config, world, isRunning: true }),
        chat: (socket, { cwd, token }) =>
          app.console.attach({
            ...{ input: socket, output: socket, cwd: textOf(cwd) },
            // Whoever presses or says yes there approves.
            isProgram: !app.approvals.carries(textOf(token)),
          }),
        log,
      });
      await app.start();
      // A start makes more garbage than it would save.
      smallHeaps();
      log.debug({ ms: Math.round(world.clock.monotonic() - began) }, 'started');
      const stop = async () => {
        await app.stop();
        await control.close();
        release();
      };
      return { app, config, log, stop };
    } catch (error) {
      await app.stop(0);
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** The configuration and the world that the flags describe. */
export function prepare(
  flags: Flags,
  io: NodeJS.Process,
  options: ServeOptions = {},
): { config: Config; world: World } {
  const secrets = new Secrets();
  const config = readConfig(configRequest(flags, io, secrets));
  const { level } = config.log;
  const world = createWorld({ env: io.env, secrets, level, testClock: flags.testClock });
  const destination = options.logTo?.(config);
  return {
    config,
    world: destination ? { ...world, log: createLog(level, secrets, destination, world.trace) } : world,
  };
}

/** Facts about coda itself. */
export function aboutItself(config: Config): { version: string; hint: string } {
  return { version: version(), hint: hint(config) };
}

/** The space of the terminal. */
const TERMINAL = 'terminal';

/** The name of the skill that is meant. Throws `SKILL_NOT_FOUND`. */
function meant({ catalog }: App['agentSkills'], typed: Json | undefined): string {
  const snapshot = catalog.current();
  const skill = skillMeant(snapshot, String(typed));
  if (skill) return skill.name;
  const near = nearSkills(snapshot, String(typed));
  throw new CodaError('SKILL_NOT_FOUND', {
    message: `There is no skill ${typed}.`,
    remedy: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '"coda skills list" shows them.',
  });
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

function skillVerbs({ agentSkills: skills, approvals }: App, acts: ReturnType<typeof controlActs>) {
  return {
    'skills-rescan': async () => (await skills.rescan()) as unknown as Json,
    'skills-deprecated': async () => (await skills.deprecations()) as unknown as Json,
    'skills-deprecate': async ({ name, reason, replacement }: Record<string, Json>) => {
      const instead = replacement === undefined ? undefined : String(replacement);
      await acts.deprecateSkill({ name: String(name), reason: String(reason), replacement: instead });
      return true;
    },
    'skills-inquire': async ({ name }: Record<string, Json>) => (await skills.inquire(String(name))) as unknown as Json,
    'skills-approve': ({ name, hash }: Record<string, Json>) =>
      acts.approveSkill({ name: String(name), hash: String(hash) }),
    'skills-feedback': async ({ name, expected, query, space }: Record<string, Json>) => {
      await skills.rescan();
      const [got, instead] = [meant(skills, name), meant(skills, expected)];
      return acts.skillFeedback({ spaceId: textOf(space) ?? TERMINAL, got, expected: instead, query: textOf(query) });
    },
    'skills-feedback-reset': ({ space }: Record<string, Json>) =>
      acts.resetSkillFeedback({ spaceId: textOf(space) ?? TERMINAL }),
    'skills-activated': async () => (await skills.activations()) as unknown as Json,
    'skills-activate': ({ name, hash, token }: Record<string, Json>) => {
      needsToken(approvals, textOf(token));
      return acts.activateSkill({ name: String(name), hash: String(hash) });
    },
    'skills-optimize': async ({ token, ...args }: Record<string, Json>) => {
      const read = optimizeArguments.safeParse(args);
      if (!read.success)
        throw new CodaError('INPUT_INVALID', {
          message: 'The variants were not understood.',
          remedy: 'Use the coda command of the same version.',
        });
      if (read.data.act === 'swap' || read.data.act === 'trial') needsToken(approvals, textOf(token));
      return (await acts.optimizeSkill(read.data)) as unknown as Json;
    },
    'skills-image-plans': async ({ name }: Record<string, Json>) => {
      await skills.rescan();
      return (await skills.images.plans(typeof name === 'string' ? name : undefined)) as unknown as Json;
    },
    'skills-image-built': async ({ skill, image, hash }: Record<string, Json>) => {
      await acts.builtImage({ skill: String(skill), image: String(image), hash: String(hash) });
      return true;
    },
    'skills-image-unwanted': async ({ name }: Record<string, Json>) =>
      (await skills.images.unwanted(typeof name === 'string' ? name : undefined)) as unknown as Json,
    'skills-image-removed': async ({ skill, image }: Record<string, Json>) => {
      await acts.removedImage({ skill: String(skill), image: String(image) });
      return true;
    },
    'skills-undeprecate': ({ name }: Record<string, Json>) => acts.undeprecateSkill({ name: String(name) }),
  };
}

/** Operations of a running coda for other commands. */
export function verbs(parts: OperationParts): Readonly<Record<string, Verb>> {
  const { app, world } = parts;
  return controlVerbs(parts, skillVerbs(app, controlActs(app, world)));
}
