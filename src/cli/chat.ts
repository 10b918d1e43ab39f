import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runTerminal } from '../adapters/console/index.ts';
import { sleep } from '../base/async.ts';
import { CodaError } from '../base/errors.ts';
import { attachToDaemon } from './daemon/daemon.ts';
import { catchSignals } from './daemon/signals.ts';
import { type ChatFlags, dataDir } from './flags.ts';
import { logFile } from './logs/file.ts';
import { usage } from './texts.ts';

const STARTS_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** `coda chat`: talks to the coda that runs on the data folder, or else runs a whole one in this process. */
export async function chat(flags: ChatFlags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const session = await attachToDaemon(folder, flags.approvalToken);
  if (session) return chatThere(session, flags, io);
  try {
    return await chatHere(flags, io);
  } catch (error) {
    if (!(error instanceof CodaError) || error.code !== 'STORAGE_IN_USE') throw error;
    // The other coda may just be starting.
    const late = await attachSoon(folder, flags.approvalToken);
    if (!late) throw error;
    return chatThere(late, flags, io);
  }
}

async function attachSoon(folder: string, token: string | undefined): Promise<Duplex | undefined> {
  for (let waited = 0; waited < STARTS_WITHIN_MS; waited += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    const session = await attachToDaemon(folder, token);
    if (session) return session;
  }
  return undefined;
}

async function chatHere(flags: ChatFlags, io: NodeJS.Process): Promise<number> {
  const stopping = catchSignals(io);
  try {
    // Beside a daemon there is no need for a second one in memory.
    const { serve } = await import('./daemon/serve.ts');
    // Log lines must not cut through what a person reads and types.
    const { app, stop } = await serve(flags, io, flags.jsonl ? {} : { logTo: (config) => logFile(config.dataDir) });
    const talk = flags.jsonl
      ? app.console.attach({ input: io.stdin, output: io.stdout })
      : runTerminal(terminal(inMemory(app.console), flags, io));
    await Promise.race([talk, stopping.asked]);
    await stop();
    await talk;
    return 0;
  } finally {
    stopping.release();
  }
}

function inMemory(console: { attach(streams: { input: Duplex; output: Duplex }): Promise<void> }): Duplex {
  const [near, far] = duplexPair();
  void console.attach({ input: far, output: far });
  return near;
}

/** Beside a running daemon: the other end of the session is there. */
async function chatThere(session: Duplex, flags: ChatFlags, io: NodeJS.Process): Promise<number> {
  if (flags.testClock !== undefined) {
    session.destroy();
    throw usage(
      'The coda that runs on this data folder has a clock of its own.',
      'Leave out --test-clock, or name another data folder with --data.',
    );
  }
  if (flags.jsonl) return pass(session, io);
  const stopping = catchSignals(io);
  const talk = runTerminal(terminal(session, flags, io));
  const how = await Promise.race([talk, stopping.asked.then(() => 'left' as const)]);
  session.destroy();
  await talk;
  stopping.release();
  if (how === 'ended') throw lostDaemon();
  return 0;
}

async function pass(session: Duplex, io: NodeJS.Process): Promise<number> {
  const stopping = catchSignals(io);
  let asked = false;
  void stopping.asked.then(() => {
    asked = true;
    session.destroy();
  });
  let isInputSent = false;
  // A program that stops reading ends the session; that is its right.
  const out = pipeline(session, io.stdout, { end: false }).catch(() => {});
  void pipeline(io.stdin, session).then(
    () => {
      isInputSent = true;
    },
    () => {},
  );
  await out;
  io.stdin.destroy();
  stopping.release();
  if (!isInputSent && !asked && !io.stdout.destroyed) throw lostDaemon();
  return 0;
}

function lostDaemon(): CodaError {
  return new CodaError('CONTROL_FAILED', {
    message: 'The coda that was talking here has stopped.',
    remedy: 'Start it again, or open the chat again to run one here.',
  });
}

function terminal(session: Duplex, flags: ChatFlags, io: NodeJS.Process) {
  const { stdin, stdout, env } = io;
  return { session, stdin, stdout, env, history: join(dataDir(flags, io), 'history') };
}
