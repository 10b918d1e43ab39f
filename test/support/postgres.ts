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
  drop(): Promise<void>;
}

export async function freshPostgres(): Promise<TestPostgres> {
  const name = `coda_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const cut = async () => {
    const rows = await onServer('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    return rows.length;
  };
  const url = new URL(POSTGRES_URL as string);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    sql: (text, values) => onServer(text, values, url.href),
    cut,
    shut: async () => {
      await onServer(`alter database ${name} with allow_connections false`);
      await cut();
    },
    reopen: async () => {
      await onServer(`alter database ${name} with allow_connections true`);
    },
    drop: async () => {
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(text: string, values: unknown[] = [], url = POSTGRES_URL): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
