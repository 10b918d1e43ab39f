/** The door of a running coda: commands reach it through a socket in its data folder that only its user may open. */

import { chmodSync, lstatSync, mkdtempSync, readlinkSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { startListening, withTimeout } from '../base/async.ts';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { type Json, parseJson } from '../base/json.ts';
import { readLine } from '../base/lines.ts';
import type { Log } from '../base/log.ts';
import type { Verb } from '../chat/index.ts';
import { inFolder, makeFolder } from '../storage/index.ts';

/**
 * The socket in the data folder; a symbolic link where the folder's path is too long for a socket. It stands in a folder
 * of its own, because replicas may share the rest of the data folder.
 */
const SOCKET = join('run', 'control.sock');
/** Longest path of a socket: `sockaddr_un` holds 108 bytes with the NUL on Linux, 104 on macOS. */
const LONGEST_PATH_BYTES = 103;
const SHORT_FOLDER = 'coda-';
const MAX_REQUEST_BYTES = 65_536;
const REQUEST_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 60_000;
const MOST_CONNECTIONS = 64;

export interface ControlOptions {
  dataDir: string;
  /** Commands that come while coda is put together wait for it. It may reject. */
  served: Promise<ControlService>;
  log: Log;
}

export interface ControlService {
  findVerb(name: string): Promise<Verb | undefined>;
  /** Takes over a connection that asked for `chat`, until it resolves. */
  chat(socket: Socket, args: Record<string, Json>): Promise<void>;
}

export interface Control {
  close(): Promise<void>;
}

const request = z.looseObject({ do: z.string() });

/**
 * Opens the socket and answers: one JSON object a line, `{"do": verb, …args}`, each with one line `{"ok": true,
 * "result"}` or `{"ok": false, "error": {code, message, remedy}}`, in order. A socket that a dead process left behind is
 * replaced; one that answers means that another coda runs here (`STORAGE_IN_USE`).
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const link = join(options.dataDir, SOCKET);
  await inFolder(options.dataDir, () => makeFolder(dirname(link)));
  await clearStale(link, options.dataDir);
  const path = Buffer.byteLength(link) > LONGEST_PATH_BYTES ? shortPath(link) : link;
  // Whoever started it hears of a failure, whether somebody asks meanwhile or not.
  options.served.catch(() => {});
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => options.log.debug({ err: error }, 'a command left'));
    void converse(socket, options);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, path, options.log);
  return {
    async close() {
      // Commands that wait are told why a start failed before they are cut off.
      await nextTurn();
      await close(server, sockets, path, link);
    },
  };
}

async function listen(server: Server, path: string, log: Log): Promise<void> {
  // The socket must not be open to others for even the moment between bind and chmod.
  const umask = process.umask(0o177);
  try {
    await startListening(
      server,
      () => server.listen(path),
      (error) => log.warn({ err: error }, 'a command could not connect'),
    );
  } catch (error) {
    throw unopenedSocket(path, error);
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
}

/** A path in a fresh folder that only this user may enter, found through a link in the data folder. */
function shortPath(link: string): string {
  const path = join(mkdtempSync(join(tmpdir(), SHORT_FOLDER)), basename(SOCKET));
  symlinkSync(path, link);
  return path;
}

async function clearStale(link: string, dataDir: string): Promise<void> {
  const path = socketPath(link);
  if (path === undefined) return;
  if (await answers(path)) {
    throw new CodaError('STORAGE_IN_USE', {
      message: `Another coda is running on ${dataDir}.`,
      remedy:
        'Stop it first; it may be a chat that is open at a terminal (Ctrl-D ends that). Or give this one its own folder with --data.',
    });
  }
  remove(path, link);
}

/** Removes the socket and, where `link` leads to it, its folder: only what `shortPath` makes, whatever the link says. */
function remove(path: string, link: string): void {
  try {
    unlinkSync(link);
    if (path === link || !isShortPath(path)) return;
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);
    rmdirSync(dirname(path));
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw unopenedSocket(link, error);
  }
}

/** True if `path` is of the kind that `shortPath` makes, in a folder that nobody else could have filled. */
function isShortPath(path: string): boolean {
  const folder = dirname(path);
  if (basename(path) !== basename(SOCKET) || dirname(folder) !== tmpdir()) return false;
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  const isOwn = stats?.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
  return isOwn === true && new RegExp(`^${SHORT_FOLDER}\\w{6}$`).test(basename(folder));
}

function unopenedSocket(path: string, error: unknown): CodaError {
  return new CodaError('DATA_UNWRITABLE', {
    message: `The control socket ${path} cannot be opened: ${messageOf(error)}.`,
    remedy: 'Give coda a data folder that it may write to, on a local disk, with --data.',
    cause: error,
  });
}

function socketPath(link: string): string | undefined {
  const stats = lstatSync(link, { throwIfNoEntry: false });
  return stats?.isSymbolicLink() ? readlinkSync(link) : stats && link;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function close(server: Server, sockets: Set<Socket>, path: string, link: string): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.end();
  await withTimeout(500, closed);
  for (const socket of sockets) socket.destroy();
  await closed;
  remove(path, link);
}

async function converse(socket: Socket, options: ControlOptions): Promise<void> {
  try {
    for (;;) {
      const line = await withTimeout(REQUEST_WITHIN_MS, readLine(socket, MAX_REQUEST_BYTES));
      if (line === undefined) break;
      const asked = parse(line);
      const served = await serviceSoon(options);
      if (served instanceof CodaError) await reply(socket, refusal(served));
      else if (asked?.do === 'chat') {
        await reply(socket, { ok: true, result: null });
        return await served.chat(socket, asked.args);
      } else await reply(socket, await answer(asked, served, options.log));
    }
  } catch (error) {
    if (systemCode(error) === undefined) options.log.error({ err: error }, 'a command could not be answered');
  }
  socket.end();
}

type Reply = { ok: true; result: Json } | { ok: false; error: { code: string; message: string; remedy: string } };

function reply(socket: Socket, line: Reply): Promise<void> {
  return new Promise((resolve) => socket.write(`${JSON.stringify(line)}\n`, () => resolve()));
}

function parse(text: string): { do: string; args: Record<string, Json> } | undefined {
  try {
    const { do: verb, ...args } = request.parse(parseJson(text));
    return { do: verb, args: args as Record<string, Json> };
  } catch {
    return undefined;
  }
}

/** A start that failed, or takes too long, is the answer. */
async function serviceSoon({ served }: ControlOptions): Promise<ControlService | CodaError> {
  try {
    const soon = await withTimeout(ANSWER_WITHIN_MS, served);
    if (soon) return soon;
  } catch (error) {
    if (error instanceof CodaError) return error;
    throw error;
  }
  return new CodaError('CONTROL_FAILED', {
    message: 'This coda is still starting.',
    remedy: 'Try it again in a minute; its log says what it waits for.',
  });
}

async function answer(
  asked: ReturnType<typeof parse>,
  { findVerb }: Pick<ControlService, 'findVerb'>,
  log: Log,
): Promise<Reply> {
  const verb = asked && (await findVerb(asked.do));
  if (!asked || !verb) {
    const message = asked ? `This coda does not know "${asked.do}".` : 'The request was not understood.';
    return refusal(new CodaError('INPUT_INVALID', { message, remedy: 'Use the coda command of the same version.' }));
  }
  try {
    const result = await withTimeout(ANSWER_WITHIN_MS, Promise.resolve(verb(asked.args)));
    if (result !== undefined) return { ok: true, result };
    return refusal(
      new CodaError('CONTROL_FAILED', { message: `"${asked.do}" took too long.`, remedy: 'Try it again.' }),
    );
  } catch (error) {
    if (error instanceof CodaError) return refusal(error);
    log.error({ err: error }, `"${asked.do}" failed`);
    return refusal(new CodaError('INTERNAL', { message: messageOf(error), remedy: 'The log of the daemon has more.' }));
  }
}

const refusal = ({ code, message, remedy }: CodaError): Reply => ({ ok: false, error: { code, message, remedy } });
