import { readFileSync, statSync } from 'node:fs';
import { traceMessage } from '../agent/index.ts';
import {
  type App,
  build,
  controlActs,
  controlVerbs,
  costReport,
  createWorld,
  needsToken,
  type OperationParts,
  openControl,
  readConfig,
} from '../app/index.ts';
import { Audit } from '../audit/index.ts';
import { CodaError, messageOf } from '../base/errors.ts';
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
import { usage } from './texts.ts';
import { version } from './version.ts';

const MOST_PAYLOAD_BYTES = 15 * 1024 * 1024;

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
        verbs: verbs({ app, config, world, isRunning: true }, io),
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

function secretVerbs(secrets: App['agentSkills']['secrets'], acts: ReturnType<typeof controlActs>) {
  const asked = ({ skill, name, person, space }: Record<string, Json>) => ({
    skill: String(skill),
    name: String(name),
    ...(typeof person === 'string' && { person }),
    ...(typeof space === 'string' && { space }),
  });
  return {
    'secrets-set': async ({ value, ...args }: Record<string, Json>): Promise<Json> => {
      await acts.setSecret({ asked: asked(args), value: String(value) });
      return true;
    },
    'secrets-list': async (_: Record<string, Json>) => (await secrets.list()) as unknown as Json,
    'secrets-remove': (args: Record<string, Json>): Promise<Json> => acts.removeSecret(asked(args)),
    'secrets-rotate': (_: Record<string, Json>): Promise<Json> => acts.rotateSecrets({}),
  };
}

function hookVerbs(hooks: App['hooks'], acts: ReturnType<typeof controlActs>) {
  return {
    hooks: async () => (await hooks.list()) as unknown as Json,
    'hooks-add': async (asked: Record<string, Json>): Promise<Json> => ({ ...(await acts.addHook(asked)) }),
    'hooks-test': async ({ name, file }: Record<string, Json>): Promise<Json> => ({
      ...(await hooks.test(String(name), readPayload(String(file)))),
    }),
    'hooks-remove': ({ name }: Record<string, Json>) => acts.removeHook({ name: String(name) }),
    'hooks-handle': async ({ name, file, signature }: Record<string, Json>): Promise<Json> => {
      const given = typeof signature === 'string' ? signature : undefined;
      return { ...(await hooks.handle(String(name), readPayload(String(file)), given)) };
    },
  };
}

/** Read by the daemon: the socket takes no body of this size. */
function readPayload(file: string): Buffer {
  try {
    if (statSync(file).size <= MOST_PAYLOAD_BYTES) return readFileSync(file);
  } catch (error) {
    throw usage(`${file} cannot be read (${messageOf(error)}).`, 'Name a file that coda may read.');
  }
  throw usage(`${file} is larger than ${MOST_PAYLOAD_BYTES} bytes.`, 'Send less at once.');
}

function browserVerbs(acts: ReturnType<typeof controlActs>) {
  const whom = ({ person }: Record<string, Json>) => (typeof person === 'string' ? { person } : {});
  return {
    open: (args: Record<string, Json>) =>
      acts.openLink({ ...whom(args), ...(typeof args.token === 'string' && { token: args.token }) }),
    'open-revoke': (args: Record<string, Json>) => acts.revokeSessions(whom(args)),
  };
}

function auditVerbs(audit: Audit) {
  return {
    'audit-seal': () => audit.seal(),
    'audit-batches': async ({ after }: Record<string, Json>) => (await audit.batches(Number(after))) as unknown as Json,
    'audit-entries': async ({ after }: Record<string, Json>) => (await audit.entries(Number(after))) as unknown as Json,
  };
}

function peopleVerbs(people: App['people']) {
  return {
    people: async () => (await people.list()) as unknown as Json,
    'people-revoke': ({ named }: Record<string, Json>) => people.revoke(String(named)),
    pair: ({ code, role }: Record<string, Json>) => people.pair(String(code), String(role)),
  };
}

/** Verbs that approve something as an owner would: whoever is let in approves their own calls, and an owner everybody's. */
const APPROVING: ReadonlySet<string> = new Set([
  ...['pair', 'skills-approve', 'specialists-approve'],
  ...['skills-market-install', 'skills-market-trust'],
]);

/** Has the verbs that approve run only with the configured token. */
function tokenFirst(verbs: Readonly<Record<string, Verb>>, approvals: App['approvals']): Record<string, Verb> {
  const guarded = ([name, verb]: [string, Verb]): [string, Verb] => {
    if (!APPROVING.has(name)) return [name, verb];
    return [
      name,
      async ({ token, ...args }) => {
        needsToken(approvals, textOf(token));
        return verb(args);
      },
    ];
  };
  return Object.fromEntries(Object.entries(verbs).map(guarded));
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

function tokenVerbs(tokens: App['tokens'], acts: ReturnType<typeof controlActs>) {
  return {
    tokens: async () => (await tokens.list()) as unknown as Json,
    'tokens-add': ({ name, person, scopes, days, token }: Record<string, Json>) =>
      acts.addToken({
        name: String(name),
        person: textOf(person),
        token: textOf(token),
        scopes: Array.isArray(scopes) ? scopes.map(String) : [],
        days: typeof days === 'number' ? days : undefined,
      }),
    'tokens-revoke': ({ named }: Record<string, Json>) => acts.revokeToken({ named: String(named) }),
  };
}

/** Operations of a running coda for other commands. */
export function verbs(parts: OperationParts, io: NodeJS.Process): Readonly<Record<string, Verb>> {
  const { app, config, world } = parts;
  const { clock, metrics } = world;
  const acts = controlActs(app, world);
  const since = Date.now();
  const all: Record<string, Verb> = {
    health: async () => ({
      ok: await app.healthy(),
      away: app.away() as unknown as Json,
      deadJobs: (await app.jobs.dead(1).catch(() => ({ total: 0 }))).total,
    }),
    status: async (): Promise<Json> => ({
      pid: io.pid,
      uptime_s: Math.round((Date.now() - since) / 1_000),
      data: config.dataDir,
      memory_mb: Math.round(io.memoryUsage.rss() / 1_000_000),
      ...((await app.status()) as { [key: string]: Json }),
    }),
    metrics: () => metrics.text(),
    doctor: async () => (await app.checks.run()) as unknown as Json,
    backup: ({ file, withoutConfig }: Record<string, Json>) =>
      app.backups.ask({ file: String(file), withoutConfig: withoutConfig === true }) as unknown as Json,
    trace: async ({ id }: Record<string, Json>) =>
      ((await traceMessage(app.database, typeof id === 'string' ? id : undefined)) ?? null) as unknown as Json,
    ...controlVerbs(parts),
    ...hookVerbs(app.hooks, acts),
    notify: async ({ to, text, key }: Record<string, Json>): Promise<Json> => {
      const notice = { to: String(to), text: String(text), ...(typeof key === 'string' && { key }) };
      return { ...(await acts.notify(notice)) };
    },
    ...skillVerbs(app, acts),
    ...secretVerbs(app.agentSkills.secrets, acts),
    ...app.verbs,
    ...peopleVerbs(app.people),
    ...tokenVerbs(app.tokens, acts),
    ...browserVerbs(acts),
    ...auditVerbs(new Audit({ database: app.database, world })),
    cost: async () => (await costReport(app.database, config, clock.now())) as unknown as Json,
  };
  return tokenFirst(all, app.approvals);
}
