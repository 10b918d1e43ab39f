/**
 * Checkpoints by the volume of the write-ahead log, and vacuum: the work of a server's background processes, which the
 * embedded engine has none of. It runs in quiet moments after a write, and an idle database costs nothing.
 */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Row } from '../engine.ts';
import type { Result } from '../port.ts';

/** Nothing asked for this long makes a moment quiet. */
const QUIET_MS = 2_000;
/** So many messages to the engine without a quiet moment, and it is done in between. */
const BUSY_LIMIT = 5_000;
/** As PostgreSQL decides it, but for small tables: this many changed rows and this share of the table. */
const CHANGED_ROWS = 500;
const CHANGED_SHARE = 0.1;
const WAL_BYTES = 8 * 1024 * 1024;

interface WornTable extends Row {
  name: string;
}

export class Upkeep {
  private readonly statement: (sql: string, params: number[]) => Promise<Result<Row>>;
  private readonly log: Log;
  private timer: NodeJS.Timeout | undefined;
  private messages = 0;
  private seen = 0;
  private working: Promise<void> | undefined;
  private stopped = false;

  /** `statement` runs one statement in the engine when its turn comes. */
  constructor(statement: (sql: string, params: number[]) => Promise<Result<Row>>, log: Log) {
    this.statement = statement;
    this.log = log;
  }

  /** Something was asked of the engine. */
  note(): void {
    this.messages++;
    if (!this.stopped && !this.working) this.timer ??= this.arm();
  }

  /** Waits for what is being done; nothing more is begun. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  /** A checkpoint if the log has grown, and a vacuum of each table that has changed much, others' statements between. */
  async run(): Promise<void> {
    try {
      await this.checkpoint();
      for (const table of await this.worn()) {
        if (!this.stopped) await this.statement(`vacuum (analyze) ${table}`, []);
      }
    } catch (error) {
      if (!this.stopped) this.log.warn({ reason: messageOf(error) }, 'the upkeep of the embedded database failed');
    }
  }

  private arm(): NodeJS.Timeout {
    this.seen = this.messages;
    return setTimeout(() => this.wake(), QUIET_MS).unref();
  }

  private wake(): void {
    this.timer = undefined;
    if (this.messages !== this.seen && this.messages < BUSY_LIMIT) {
      this.timer = this.arm();
      return;
    }
    this.messages = 0;
    this.working = this.run().finally(() => {
      this.working = undefined;
    });
  }

  private async checkpoint(): Promise<void> {
    const { rows } = await this.statement(
      'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()',
      [],
    );
    if ((rows[0]?.bytes as number) >= WAL_BYTES) await this.statement('checkpoint', []);
  }

  private async worn(): Promise<string[]> {
    const { rows } = await this.statement(
      `select quote_ident(schemaname) || '.' || quote_ident(relname) as name
         from pg_stat_user_tables
        where greatest(n_dead_tup, n_mod_since_analyze, n_ins_since_vacuum) > $1 + $2::float8 * n_live_tup`,
      [CHANGED_ROWS, CHANGED_SHARE],
    );
    return (rows as WornTable[]).map(({ name }) => name);
  }
}
