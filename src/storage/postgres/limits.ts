/** Limits of connections: waiting, holding locks, silence. */

/** Milliseconds. Each limit is longer than the one that frees what it waits for. */
export interface Limits {
  /** A transaction in which the client does nothing: a paused process must not hold locks. The server ends the connection. */
  idleInTransaction: number;
  /** Waiting for a lock: longer than a paused process can hold one. The server cancels the statement. */
  lock: number;
  /** Running one statement. The server cancels it. */
  statement: number;
  /** Waiting for the answer to one statement: longer than the server may take, so the connection hangs. */
  answer: number;
  /** A connection that was not used for this long is tested before a statement whose loss would be unclear. */
  rested: number;
  /** Waiting for the answer to such a test, and to a heartbeat. */
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

/** Settings of a session, by name, that make the server keep `limits`; also for clients that vanish without a word. */
export function settingsOf(limits: Limits): Readonly<Record<string, number>> {
  return {
    ...transactionSettings(limits),
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    tcp_user_timeout: 15_000,
  };
}

/** Those that can be set for one transaction, where sessions are shared by a pooler. */
export function transactionSettings(limits: Limits): Readonly<Record<string, number>> {
  return {
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    lock_timeout: limits.lock,
    statement_timeout: limits.statement,
  };
}
