import type { Readable } from 'node:stream';
import { CodaError, type ErrorCode } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';

export type SandboxCode = Extract<ErrorCode, `SANDBOX_${string}`>;

export interface SandboxFailure {
  ok: false;
  code: SandboxCode;
  message: string;
  remedy: string;
}

const REMEDIES: Record<SandboxCode, string> = {
  SANDBOX_OFF: 'Set execution.enabled: true; it needs Docker.',
  SANDBOX_NETWORK:
    'execution.default_image needs perl, as images on Debian and Ubuntu have it; or set execution.network_enabled to false.',
  SANDBOX_UNREACHABLE: 'Start Docker, or name its socket in execution.docker_socket; `coda doctor` looks at it.',
  SANDBOX_ENGINE: 'Look at the log of Docker on its machine; `coda doctor` looks at what coda needs of it.',
  SANDBOX_UNSAFE: 'Use a Docker with cgroup limits; docs/sandbox.md shows how rootless Docker gets them.',
  SANDBOX_IMAGE: 'Pull or build the image on the machine of Docker, or set execution.pull: true.',
  SANDBOX_IMAGE_REFUSED: 'Add the image to execution.allowed_images, or use one that is allowed.',
  SANDBOX_INPUT: 'Give fewer or smaller files with plain relative names, and arguments without NUL.',
  SANDBOX_ENDED: 'Run it again: a new sandbox is opened, without the files of the old one.',
};

export function failure(code: SandboxCode, message: string, remedy = REMEDIES[code]): SandboxFailure {
  return { ok: false, code, message, remedy };
}

/** A failure on its way through code that has other results; `failureIn` takes it out again. */
export function errorOfFailure({ code, message, remedy }: SandboxFailure): CodaError {
  return new CodaError(code, { message, remedy });
}

export function failureIn(error: unknown): SandboxFailure | undefined {
  if (!(error instanceof CodaError) || !Object.hasOwn(REMEDIES, error.code)) return undefined;
  return { ok: false, code: error.code as SandboxCode, message: error.message, remedy: error.remedy };
}

export class DockerError extends Error {
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
  answer?: 'json' | 'stream' | 'connection';
  /** Milliseconds until the answer begins; for JSON, until it is there. */
  ms?: number;
  signal?: AbortSignal | undefined;
}

export type Caller = <T>(path: string, request?: DockerRequest) => Promise<T>;

export async function unlessGone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof DockerError && error.status === 404)) throw error;
  }
}

export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
