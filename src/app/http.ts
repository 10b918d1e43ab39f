import { z } from 'zod';
import {
  type Changes,
  dataRoutes,
  guardPrefix,
  type HttpConfig,
  HttpServer,
  httpConfig,
  Jwts,
  openApiRoute,
  openHttpChat,
  openWeb,
  ProxyCheck,
  type PushDeps,
  Pushes,
  prefixOf,
  type Service,
} from '../adapters/http/index.ts';
import type { Agent, Approvals, Models } from '../agent/index.ts';
import type { LiveSkills } from '../agent-skills/index.ts';
import type { Clock } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { ownCommand } from '../base/root.ts';
import type { World } from '../base/world.ts';
import {
  type AllSkills,
  type AnyRoute,
  type Checks,
  type Command,
  routesOf as operationRoutes,
  type PlatformAdapter,
  route,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { ChatAdapter, Delivery } from '../delivery/index.ts';
import type { Egress } from '../egress/index.ts';
import type { JobQueue, Schedules } from '../jobs/index.ts';
import type { Gate } from '../people/index.ts';
import type { SetupCards } from '../setup/index.ts';
import {
  Callers,
  type FirstStart,
  HomeAssistantUsers,
  type Invitations,
  Passkeys,
  Passwords,
  type Sessions,
  type Tokens,
} from '../sign-in/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';
import type { ChangeSource } from './api/changes.ts';
import { type ApiParts, apiRoutes } from './api/index.ts';
import type { Backups } from './backups.ts';
import { settingWords } from './config.ts';
import { approvals } from './operations/approvals.ts';
import { jobs } from './operations/jobs.ts';
import { notify } from './operations/notify.ts';
import { outbox } from './operations/outbox.ts';
import { pair, people } from './operations/people.ts';
import { sessions, tokens } from './operations/tokens.ts';
import type { People } from './people.ts';
import { titles } from './platforms.ts';
import { collectionsOf, type EquippedSkill } from './skills.ts';
import { metricsRoute } from './telemetry/metrics.ts';

export interface Serving {
  service: Service;
  adapter: ChatAdapter;
}

export interface HttpParts {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  http: HttpServer | undefined;
  jobs: JobQueue;
  jobWords(): ReadonlyMap<string, string>;
  agent: Agent;
  commands: readonly Command[];
  approvals: Approvals;
  checks: Checks;
  delivery: Delivery;
  gate: Gate;
  schedules: Schedules;
  skills: readonly EquippedSkill[];
  all: AllSkills;
  platforms: readonly PlatformAdapter[];
  tokens: Tokens;
  people: People;
  backups: Backups;
  sessions: Sessions;
  invitations: Invitations;
  firstStart: FirstStart;
  cards: SetupCards;
  pushes: Pushes;
  egress: Egress;
  agentSkills: LiveSkills;
  changes: Changes | undefined;
  changed: ChangeSource | undefined;
  models: Models | undefined;
  /** State of the models; undefined: none is configured. */
  modelStatus(): Json | undefined;
  version: string;
  healthy(): Promise<boolean>;
}

/** The HTTP server, which knows its address; undefined where the configuration does not switch it on. */
export function openHttp(config: Config, { log, clock, env }: World): HttpServer | undefined {
  const settings = config.block(httpConfig);
  if (!settings) return undefined;
  // An address that nobody chose is no reason not to start: another program may have it.
  const anyPort = config.file === undefined && config.origin('http.listen').kind === 'default';
  return new HttpServer({ config: settings, log, clock, anyPort, command: ownCommand(env) });
}

/** Notifications on devices, which are named over HTTP. */
export function openPushes({ config, ...deps }: Omit<PushDeps, 'url' | 'title'> & { config: Config }): Pushes {
  return new Pushes({ ...deps, url: config.block(httpConfig)?.url, title: config.assistant.name });
}

/** The routes of all rooms and who may ask for them; undefined where HTTP is off. */
export async function serve(parts: HttpParts): Promise<Serving | undefined> {
  const config: HttpConfig | undefined = parts.config.block(httpConfig);
  const { http, changes } = parts;
  if (!config || !http || !changes) {
    for (const platform of parts.platforms) if (platform.routes?.().length) throw needsHttp(platform.name);
    return undefined;
  }
  const { world, sessions, firstStart, database, artifacts, approvals } = parts;
  const hasToken = parts.config.access.approval_token !== undefined;
  const consents = (token: string | undefined) => hasToken && token !== undefined && approvals.carries(token);
  const chat = openHttpChat({ database, artifacts, clock: world.clock, consents, pushes: parts.pushes });
  const { agentSkills, delivery, gate } = parts;
  const runParts = { agentSkills, talk: chat.talk, database, delivery, gate };
  const { runRoute } = await import('./run-route.ts');
  const runRoutes = await Promise.all(['/run', '/v1/skills/run'].map((path) => runRoute(runParts, path)));
  const routes: AnyRoute[] = [...chat.routes, ...runRoutes, ...(await routesOf(parts))];
  const passwords = new Passwords({ database, world, config: parts.config });
  const ofPasskeys = { passwords, url: config.url, port: () => http.localPort };
  const homeAssistant = new HomeAssistantUsers({ database, world });
  const web = openWeb({
    ...chat,
    database,
    changes,
    agent: parts.agent,
    models: parts.models,
    delivery,
    sessions,
    firstStart,
    invitations: parts.invitations,
    passwords,
    passkeys: new Passkeys({ database, world, config: parts.config, ...ofPasskeys }),
    homeAssistant,
    command: ownCommand(world.env),
    clock: world.clock,
  });
  routes.push(
    ...apiRoutes(apiPartsOf(parts)),
    openApiRoute(() => routes, parts.version),
    // The last ones: none of them may stand before a route of another room.
    ...web.routes,
  );
  const proxy = config.url === undefined ? undefined : new ProxyCheck(config.url, config.listen, () => !!http.address);
  if (proxy) routes.push(proxy.route());
  guardPrefix(prefixOf(config.url), routes);
  const callers = callersOf(parts, config);
  const service: Service = {
    routes,
    authenticate: (token, approval) => callers.authenticate(token, approval),
    refuses: (caller, scope) => callers.refuses(caller, scope),
    signedIn: (cookie) => sessions.authenticate(cookie),
    vouchedFor: (user) => homeAssistant.vouchedFor(user),
    isOwnerless: () => firstStart.isPending(),
    admits: async ({ personId }) =>
      personId === undefined || database.tx('http.refuse', (tx) => delivery.requests.admits(tx, personId)),
    problemPage: web.problem,
  };
  parts.checks.add([http.check(), ...(proxy ? [proxy.check()] : [])]);
  return { service, adapter: chat.adapter };
}

function callersOf(
  { config: { access }, world, database, gate, tokens, approvals, egress }: HttpParts,
  config: HttpConfig,
): Callers {
  const jwts = config.jwt && new Jwts(config.jwt, egress, world.clock);
  return new Callers({ takesTokens: config.tokens, access, database, gate, tokens, jwts, approvals });
}

/** Parts of the routes over what several rooms keep. */
function apiPartsOf(parts: HttpParts): ApiParts {
  const { config, world, database, delivery, agent, commands, approvals, people, gate } = parts;
  const { all, platforms, backups, checks, changed, version, modelStatus, cards } = parts;
  return {
    config,
    world,
    database,
    delivery,
    agent,
    commands,
    approvals,
    people,
    gate,
    all,
    platforms,
    backups,
    checks,
    changed,
    version,
    command: ownCommand(world.env),
    modelStatus,
    cards,
    settingWords,
    titles,
  };
}

async function routesOf(parts: HttpParts): Promise<AnyRoute[]> {
  const { world, database, agent, delivery, skills, all, platforms, gate, healthy } = parts;
  const collections = collectionsOf(skills);
  const settings = skills.flatMap(({ skill, deps }) => skill.views?.settings?.(deps) ?? []);
  const ofSkills = await Promise.all(skills.map(({ skill, deps }) => skill.views?.routes?.(deps, all) ?? []));
  return [
    health(world.clock, healthy),
    metricsRoute(world),
    ...operationRoutes(
      [...outbox, ...approvals, ...notify, ...jobs, ...pair, ...people, ...tokens, ...sessions],
      { app: parts, world },
      { ...world, gate },
    ),
    ...dataRoutes({ collections, settings }, { database, agent, requests: delivery.requests }),
    ...platforms.flatMap((platform) => platform.routes?.() ?? []),
    ...ofSkills.flat(),
  ];
}

function needsHttp(platform: string): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: `${platform} is told to send requests, and HTTP is off.`,
    remedy: 'Add "http: {}" to the configuration (docs/http.md), or have it use its socket.',
  });
}

/** Milliseconds for which the state of the database is not asked again, however often somebody wants to know. */
const HEALTH_MS = 1_000;

function health(clock: Clock, healthy: () => Promise<boolean>): AnyRoute {
  let asked: { at: number; well: Promise<boolean> } | undefined;
  const state = z.object({ status: z.enum(['ok', 'unwell']) });
  return route({
    method: 'GET',
    path: '/health',
    beforeOwner: true,
    tag: 'operation',
    summary: 'Whether coda is well: its database answers, and it can tell its replicas that it lives.',
    answers: {
      200: { description: 'It is.', schema: state },
      503: { description: 'It is not.', schema: state },
    },
    examples: [{ summary: 'A coda that is well', status: 200, answer: { status: 'ok' } }],
    async answerRequest() {
      const now = clock.monotonic();
      if (!asked || now - asked.at >= HEALTH_MS) asked = { at: now, well: healthy().catch(() => false) };
      const well = await asked.well;
      return { status: well ? 200 : 503, body: { json: { status: well ? 'ok' : 'unwell' } } };
    },
  });
}
