/** One call of Docker's API, and what is common to all of them. */

import type { Readable } from 'node:stream';

export class DockerError extends Error {
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'DockerError';
    this.status = status;
  }
}

/** A pull or a build that fails after Docker has begun to answer. */
export class DockerStepError extends DockerError {}

export interface DockerRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  query?: Readonly<Record<string, unknown>>;
  body?: object;
  file?: Readable;
  /** Kind of answer: JSON, a stream, or the connection itself. */
  answer?: 'json' | 'stream' | 'connection';
  /** Milliseconds until the answer begins; for JSON, until it is there. */
  ms?: number;
  signal?: AbortSignal | undefined;
}

export type Caller = <T>(path: string, request?: DockerRequest) => Promise<T>;

/** A removal succeeds if the thing is gone. */
export async function unlessGone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof DockerError && error.status === 404)) throw error;
  }
}

export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
