import type { HttpServer } from '../../adapters/http/index.ts';
import { isLoopback } from '../../adapters/http/index.ts';
import type { Approvals } from '../../agent/index.ts';
import type { LiveSkills } from '../../agent-skills/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Checks, Verb } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import type { JobQueue, Worker } from '../../jobs/index.ts';
import type { FirstStart, Invitations, Sessions, Tokens } from '../../sign-in/index.ts';
import type { Database, WritesBesides } from '../../storage/index.ts';
import type { Backups } from '../backups.ts';
import type { People } from '../people.ts';

export interface AwayPlatform {
  platform: string;
  says: string;
  remedy: string;
}

export interface OperatedApp {
  readonly database: Database;
  readonly worker: Worker;
  readonly delivery: Delivery;
  readonly jobs: JobQueue;
  readonly people: People;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly invitations: Invitations;
  readonly firstStart: FirstStart;
  readonly http: HttpServer | undefined;
  readonly agentSkills: LiveSkills;
  readonly approvals: Approvals;
  readonly backups: Backups;
  readonly checks: Checks;
  /** Adds a background job of a kind that some part carries out, due at once. Throws `INPUT_INVALID`; gives its id. */
  enqueue(job: AskedJob, besides?: WritesBesides<string>): Promise<string>;
  /** The work of jobs in words, by their kind: of those that some part carries out. */
  jobWords(): ReadonlyMap<string, string>;
  /** Begins without platforms and without what else falls due, to work off jobs and the turns that they begin: until `whenSettled`. */
  startJobs(): Promise<void>;
  /** Resolves when nothing runs, nothing that is due is left, and nothing is being sent. */
  whenSettled(): Promise<void>;
  /** The verb of a skill, or of programs. */
  findVerb(name: string): Promise<Verb | undefined>;
  status(): Promise<Json>;
  /** True if the database answers and this process can tell its replicas that it lives. */
  healthy(): Promise<boolean>;
  listAway(): AwayPlatform[];
}

export const SKILL_JOB = 'skill';

export interface AskedJob {
  kind: string;
  payload: Json;
  key?: string | undefined;
  /** When it is due; default: at once. */
  at?: Date | undefined;
  maxAttempts?: number | undefined;
}

export interface OperationParts {
  app: OperatedApp;
  config: Config;
  world: World;
  /** False where a command has built coda for itself, and not started it. */
  isRunning: boolean;
}

export interface ServedParts {
  app: Pick<
    OperatedApp,
    | 'database'
    | 'jobs'
    | 'jobWords'
    | 'delivery'
    | 'approvals'
    | 'tokens'
    | 'sessions'
    | 'invitations'
    | 'people'
    | 'backups'
    | 'http'
  >;
  world: World;
}

/** Throws where an operation that gives somebody the right to approve calls does not carry `access.approval_token`. */
export function needsToken(approvals: Pick<Approvals, 'carries'>, token: string | undefined): void {
  if (approvals.carries(token)) return;
  throw new CodaError('INPUT_INVALID', {
    message:
      token === undefined
        ? 'The running coda asks for access.approval_token here, and none was given.'
        : 'The running coda has another access.approval_token than the one given.',
    remedy: 'Give it with --approval-token: whoever gets what this gives may approve calls.',
  });
}

/** Address of the page, once it is served. Throws `CONFIG_INVALID` where HTTP is off. */
export async function pageUrl({ http }: Pick<OperatedApp, 'http'>): Promise<string> {
  if (!http) throw needsHttp();
  await http.whenOpen();
  if (http.url === undefined) throw stoppingError();
  return http.url;
}

/** True of an address that leads to the machine of coda alone: as where no `http.url` says how others reach it. */
export const isLocalPage = (url: string): boolean => isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));

/** Said beside a link that is meant for somebody else. */
export const localPageHint = (url: string): string =>
  isLocalPage(url)
    ? 'It works only on the machine on which coda runs: set http.url to the address at which others reach it (docs/http.md).\n'
    : '';

function needsHttp(): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: 'There is no page to open: HTTP is off.',
    remedy:
      'End this coda, and start it with "coda run", which serves its page where there is no configuration. With one, add ' +
      '"http: {}" to it first (docs/http.md).',
  });
}

function stoppingError(): CodaError {
  return new CodaError('NO_DAEMON', { message: 'This coda is stopping.', remedy: 'Start it again with "coda run".' });
}
