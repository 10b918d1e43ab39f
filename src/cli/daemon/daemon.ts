import { lstatSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { CodaError, ERRORS, type ErrorCode, messageOf, systemCode } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { readLine } from '../../base/lines.ts';

const SOCKET = join('run', 'control.sock');
const MAX_ANSWER_BYTES = 16_000_000;
const ANSWER_WITHIN_MS = 65_000;

/**
 * Asks the daemon on `dataDir` to do `verb`, and waits for its answer; undefined when none runs there. What the daemon
 * refuses is thrown with its code, an answer that does not come as `CONTROL_FAILED`.
 */
export async function callDaemon(
  dataDir: string,
  verb: string,
  args: Record<string, Json> = {},
): Promise<Json | undefined> {
  const socket = await dial(dataDir);
  if (!socket) return undefined;
  try {
    return await ask(socket, verb, args);
  } finally {
    socket.destroy();
  }
}

/** Asks the daemon on `dataDir`. Throws `NO_DAEMON` where none runs, or it has stopped meanwhile. */
export const ofDaemon =
  (dataDir: string) =>
  async (verb: string, args: Record<string, Json>): Promise<Json> => {
    const answer = await callDaemon(dataDir, verb, args);
    if (answer === undefined) throw noDaemon(dataDir);
    return answer;
  };

/**
 * A chat session with the daemon on `dataDir`, speaking JSON lines; undefined when none runs there. Without the daemon's
 * `access.approval_token`, where it has one, nothing can be approved in it. With `answersOnly` it is no terminal that
 * somebody has open.
 */
export async function attachToDaemon(
  dataDir: string,
  token: string | undefined,
  { answersOnly = false } = {},
): Promise<Socket | undefined> {
  const socket = await dial(dataDir);
  if (socket) await ask(socket, 'chat', { cwd: process.cwd(), answersOnly, ...(token !== undefined && { token }) });
  return socket;
}

/** Throws where a folder of skills was named that the daemon on `dataDir` does not read: its skills are not there for it. */
export async function checkRoot(dataDir: string, named: string | undefined): Promise<void> {
  if (named === undefined) return;
  const root = resolve(named);
  const folders = (await ofDaemon(dataDir)('skills-folders', {})) as string[];
  if (folders.some((folder) => root === folder || root.startsWith(`${folder}${sep}`))) return;
  throw new CodaError('USAGE', {
    message: `The running coda does not read ${root}.`,
    remedy: `Add it to skills.agent_skill_dirs in config.yaml and start coda again, or start it with --root ${root}.`,
  });
}

export function noDaemon(dataDir: string): CodaError {
  return new CodaError('NO_DAEMON', {
    message: `No coda is running on ${dataDir}.`,
    remedy: 'Start one with "coda run", or name the data folder of the one that runs with --data.',
  });
}

async function dial(dataDir: string): Promise<Socket | undefined> {
  const path = socketPath(dataDir);
  if (path === undefined) return undefined;
  const socket = connect({ path, allowHalfOpen: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } catch (error) {
    // A killed process leaves a socket that refuses connections; it is no daemon.
    if (['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(systemCode(error) ?? '')) return undefined;
    throw unreachedError(dataDir, 'cannot be reached', error);
  }
}

function socketPath(dataDir: string): string | undefined {
  const link = join(dataDir, SOCKET);
  try {
    return lstatSync(link).isSymbolicLink() ? readlinkSync(link) : link;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw unreachedError(dataDir, 'cannot be looked for', error);
  }
}

async function ask(socket: Socket, verb: string, args: Record<string, Json>): Promise<Json> {
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('it took too long')));
  socket.write(`${JSON.stringify({ ...args, do: verb })}\n`);
  try {
    const line = await readLine(socket, MAX_ANSWER_BYTES);
    if (line === undefined) throw controlFailed('ended without an answer');
    const answer = JSON.parse(line);
    if (answer.ok) return answer.result;
    throw refusal(answer.error);
  } catch (error) {
    throw error instanceof CodaError ? error : controlFailed(`did not answer (${messageOf(error)})`, error);
  } finally {
    socket.setTimeout(0);
  }
}

function refusal({ code, message, remedy }: { code: string; message: string; remedy: string }): CodaError {
  const errorCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'CONTROL_FAILED';
  return new CodaError(errorCode, { message, remedy });
}

function unreachedError(dataDir: string, what: string, error: unknown): CodaError {
  if (systemCode(error) !== 'EACCES') return controlFailed(`${what} (${messageOf(error)})`, error);
  return new CodaError('DATA_UNWRITABLE', {
    message: `The data folder ${dataDir}, or the coda that runs on it, belongs to another user.`,
    remedy: 'Run this as that user, or name another data folder with --data.',
    cause: error,
  });
}

function controlFailed(what: string, cause?: unknown): CodaError {
  return new CodaError('CONTROL_FAILED', {
    message: `The running coda ${what}.`,
    remedy: 'Look at its log; restart it if it hangs.',
    cause,
  });
}
