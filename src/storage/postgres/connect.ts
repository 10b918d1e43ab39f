import type { Client, ClientConfig } from 'pg';
import { backOff, sleep } from '../../base/async.ts';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { parserOf } from '../values.ts';

export type Driver = typeof import('pg').default;

export interface Target {
  url: string;
  /** `host:port/database`, for messages: the URL holds a password. */
  name: string;
  schema: string | undefined;
  /** Behind a transaction pooler nothing that belongs to a session lasts: no settings, no prepared statements. */
  pooled: boolean;
  limits: Limits;
}

/** From then on keepalive packets ask whether the other side is still there; libuv sends ten, a second apart. */
const KEEP_ALIVE_MS = 5_000;

const LONGEST_NAME_BYTES = 63;

export async function loadDriver(): Promise<Driver> {
  return (await import('pg')).default;
}

/** Throws `CONFIG_INVALID` when `url` is none. */
export function targetOf(url: string, schema: string | undefined, pooled: boolean, limits: Limits): Target {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new CodaError('CONFIG_INVALID', {
      message: 'The URL of the database cannot be read.',
      remedy: 'It looks like postgres://user:password@host:5432/database (special characters percent-encoded).',
      cause,
    });
  }
  const name = `${parsed.hostname || 'localhost'}:${parsed.port || 5432}${parsed.pathname}`;
  return { url, name, schema, pooled, limits };
}

export function configOf({ url, schema, pooled, limits }: Target): ClientConfig {
  const settings = [
    '-c timezone=UTC',
    '-c datestyle=ISO',
    // The statements of a message are large and run in a fraction of a millisecond: planned once instead of each time, a
    // message takes a third of the time. Compiling them would take longer than running them.
    '-c plan_cache_mode=force_generic_plan',
    '-c jit=off',
    ...Object.entries(settingsOf(limits)).map(([name, value]) => `-c ${name}=${value}`),
    ...(schema ? [`-c search_path=${quote(schema)}`] : []),
  ];
  return {
    connectionString: url,
    application_name: 'coda',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // `begin` then travels with the first statement.
    pipeline: true,
    types: { getTypeParser },
    // A backslash keeps a space inside one setting.
    ...(pooled ? {} : { options: settings.map((part) => part.replace(/\\|(?<!-c) /g, '\\$&')).join(' ') }),
  };
}

// A reading of values for both engines, without touching the driver's global one.
const getTypeParser: NonNullable<ClientConfig['types']>['getTypeParser'] = (oid: number) => parserOf(oid) as never;

/** The process number that this connection was given; a pooler's is not the one that PostgreSQL has. */
export function processOf(client: Client): unknown {
  return 'processID' in client ? client.processID : undefined;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The channel's name in the database: two codas in one database do not wake each other. */
export function channelName(schema: string | undefined, channel: string): string {
  return `${schema ? `${schema}.` : ''}${channel}`.slice(0, LONGEST_NAME_BYTES);
}

/** States that end a connection, refuse one, or say that it leads to a server that cannot write (any more). */
const LOST_STATES = ['57P01', '57P02', '57P03', '57P05', '53300', '25006', '25P03', '25P04'];
export const IDLE_IN_TRANSACTION = '25P03';
/** SQLSTATEs of statements that the server has cancelled for taking too long; the connection is as good as before. */
const TOO_SLOW: Readonly<Record<string, string>> = {
  '55P03': 'another transaction holds what a statement needs',
  '57014': 'a statement took too long',
};
const LOST_SYSTEM = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EADDRNOTAVAIL|ENOENT)/;
const LOST_MESSAGE =
  /Connection terminated|connection error and is not queryable|was closed and is not queryable|timeout exp?|timeout exceeded|Query read timeout/;

export function isLost(error: unknown): boolean {
  const code = systemCode(error);
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !LOST_SYSTEM.test(code)) {
    return code.startsWith('08') || LOST_STATES.includes(code);
  }
  return (code !== undefined && LOST_SYSTEM.test(code)) || LOST_MESSAGE.test(messageOf(error));
}

export function storageError(error: unknown, target: Target): unknown {
  if (error instanceof CodaError) return error;
  const slow = TOO_SLOW[systemCode(error) ?? ''];
  if (slow !== undefined) return overloadedError(slow, error, target);
  if (!isLost(error)) return error;
  return new CodaError('STORAGE_UNREACHABLE', {
    message: `The database at ${target.name} does not answer: ${reasonOf(error)}.`,
    remedy: 'Check that PostgreSQL runs and can be reached; coda goes on by itself as soon as it does.',
    cause: error,
  });
}

function overloadedError(reason: string, cause: unknown, target: Target): CodaError {
  return new CodaError('STORAGE_UNREACHABLE', {
    message: `The database at ${target.name} could not answer in time: ${reason}.`,
    remedy: 'Look for long transactions in pg_stat_activity, and at how busy its disk is; coda tries again by itself.',
    cause,
  });
}

export function connectionError(error: unknown, target: Target): unknown {
  return error instanceof CodaError || isLost(error) ? storageError(error, target) : refusedError(error, target);
}

/** Several addresses give an `AggregateError` whose own message is empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/**
 * Connects, and tries again with growing waits until `timeoutMs` have passed; then throws `STORAGE_UNREACHABLE`. What
 * waiting cannot mend (a wrong password, a missing database) is thrown at once.
 */
export async function connectWithRetry(
  driver: Driver,
  target: Target,
  timeoutMs: number,
  world: World,
): Promise<{ client: Client; target: Target }> {
  const deadline = performance.now() + timeoutMs;
  let current = target;
  for (let attempt = 1; ; attempt++) {
    try {
      return { client: await connectOnce(driver, current, deadline), target: current };
    } catch (error) {
      if (isRefusedParameter(error) && !current.pooled) {
        current = { ...current, pooled: true };
        continue;
      }
      if (!isLost(error)) throw refusedError(error, target);
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) throw unreachable(error, target, timeoutMs);
      if (attempt === 1) {
        world.log.warn({ database: target.name, reason: reasonOf(error) }, 'the database does not answer yet; waiting');
      }
      await sleep(Math.min(backOff(attempt, LONGEST_WAIT_MS, FIRST_WAIT_MS), remainingMs));
    }
  }
}

async function connectOnce(driver: Driver, target: Target, deadline: number): Promise<Client> {
  const remainingMs = Math.max(Math.ceil(deadline - performance.now()), 1_000);
  const client = new driver.Client({ ...configOf(target), connectionTimeoutMillis: remainingMs });
  client.on('error', () => {}); // the query that is hit reports it
  await client.connect();
  return client;
}

/** pgbouncer, unless told otherwise, accepts no settings at the start of a session. */
function isRefusedParameter(error: unknown): boolean {
  return /unsupported startup parameter/.test(messageOf(error));
}

function unreachable(error: unknown, target: Target, timeoutMs: number): CodaError {
  return new CodaError('STORAGE_UNREACHABLE', {
    message: `The database at ${target.name} did not answer within ${timeoutMs / 1000} s: ${reasonOf(error)}.`,
    remedy: 'Start PostgreSQL, or correct storage.url (DATABASE_URL); without it coda uses its embedded database.',
    cause: error,
  });
}

function refusedError(error: unknown, target: Target): CodaError {
  return new CodaError('STORAGE_UNREACHABLE', {
    message: `The database at ${target.name} refuses the connection: ${reasonOf(error)}.`,
    remedy: "Correct the user, password or database's name in storage.url (DATABASE_URL).",
    cause: error,
  });
}

/** Milliseconds. Each limit is longer than the one that frees what it waits for. */
export interface Limits {
  /** A transaction in which the client does nothing: a paused process must not hold locks. The server ends the connection. */
  idleInTransaction: number;
  /** Waiting for a lock: longer than a paused process can hold one. The server cancels the statement. */
  lock: number;
  statement: number;
  /** Waiting for the answer to one statement: longer than the server may take, so the connection hangs. */
  answer: number;
  /** A connection that was not used for this long is tested before a statement whose loss would be unclear. */
  rested: number;
  test: number;
}

export const LIMITS: Limits = {
  idleInTransaction: 5_000,
  lock: 7_000,
  statement: 9_000,
  answer: 10_000,
  rested: 5_000,
  test: 3_000,
};

function settingsOf(limits: Limits): Readonly<Record<string, number>> {
  return {
    ...transactionSettings(limits),
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    tcp_user_timeout: 15_000,
  };
}

/** The settings that can be set for one transaction, where sessions are shared by a pooler. */
export function transactionSettings(limits: Limits): Readonly<Record<string, number>> {
  return {
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    lock_timeout: limits.lock,
    statement_timeout: limits.statement,
  };
}
