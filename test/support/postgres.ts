import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** The PostgreSQL that tests may use, if there is one. */
export const POSTGRES_URL = process.env.CODA_TEST_POSTGRES;

/** In CI a suite that cannot run is a failure; elsewhere it is shown as skipped. */
export function requireService(variable: string): void {
  if (process.env.CI && !process.env[variable]) throw new Error(`CI needs ${variable}: without it a suite is skipped`);
}

/** A fresh database that nobody else uses. */
export interface TestPostgres {
  url: string;
  /** A statement on the server itself, past coda. */
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Cuts all connections to the database; returns how many there were. */
  cut(): Promise<number>;
  /** Lets nobody in and cuts who is: the server has gone, as far as this database is concerned. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  /** The same under another name: whoever is still connected does not find it again. */
  rename(): Promise<TestPostgres>;
  drop(): Promise<void>;
}

/** What a fresh database is copied from; `fill` makes it when the server has none of this name. */
export interface Template {
  name: string;
  fill(url: string): Promise<void>;
}

export async function freshPostgres(template?: Template, prefix = 'coda_test'): Promise<TestPostgres> {
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} ${template ? `template ${await made(template)}` : ''}`);
  return databaseCalled(name, prefix);
}

function databaseCalled(name: string, prefix: string): TestPostgres {
  const cut = async () => {
    const rows = await onServer('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    return rows.length;
  };
  const url = urlOf(name);
  const shut = async () => {
    await onServer(`alter database ${name} with allow_connections false`);
    await cut();
  };
  return {
    url,
    sql: (text, values) => onServer(text, values, url),
    cut,
    shut,
    rename: async () => {
      const next = `${prefix}_${randomBytes(6).toString('hex')}`;
      await shut();
      await onServer(`alter database ${name} rename to ${next}`);
      await onServer(`alter database ${next} with allow_connections true`);
      return databaseCalled(next, prefix);
    },
    reopen: async () => {
      await onServer(`alter database ${name} with allow_connections true`);
    },
    drop: async () => {
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

/** Two suites may be first at once: a rename puts a whole one there. */
async function made({ name, fill }: Template): Promise<string> {
  const known = await onServer('select from pg_database where datname = $1', [name]);
  if (known.length > 0) return name;
  const draft = `${name}_${randomBytes(4).toString('hex')}`;
  await onServer(`create database ${draft}`);
  await fill(urlOf(draft));
  await onServer(`alter database ${draft} rename to ${name}`).catch(() => onServer(`drop database ${draft}`));
  return name;
}

function urlOf(name: string): string {
  const url = new URL(POSTGRES_URL as string);
  url.pathname = `/${name}`;
  return url.href;
}

export async function onServer(
  text: string,
  values: unknown[] = [],
  url = POSTGRES_URL,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
