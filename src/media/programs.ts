/** Programs of this machine that read or speak for coda, each with a folder of its own and in a process group that ends with it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Deadline, FairQueue, unlessAborted } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { makeProgramFolder } from './program-folders.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Bytes of what it writes to its output. */
const LONGEST_OUTPUT = 64 * 1024 * 1024;
/** Characters. */
const LONGEST_ERRORS = 4_000;
/** Programs of different persons that run at once. */
const AT_ONCE = 4;
/** Status of a shell that finds no program of the name. */
const NOT_FOUND = 127;
const NOT_STARTED = 'could not be started';
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'];

interface FaultDetails {
  /** Nothing of this name is on this machine. */
  isMissing?: boolean;
  /** Ended from outside: by a signal, a limit, or for lack of patience. */
  isKilled?: boolean;
  /** Its output is longer than is taken. */
  isTooLong?: boolean;
  /** End of its standard error, where `keepsErrors` asks for it. */
  errors?: string;
}

export class ProgramFault extends Error {
  readonly details: FaultDetails;

  constructor(message: string, details: FaultDetails = {}) {
    super(message);
    this.name = 'ProgramFault';
    this.details = details;
  }
}

export interface ProgramInput {
  /** The program and its arguments; `{name}` stands for the path of the file of that name. */
  command: readonly string[];
  /** Files that it is given, by their names in `command`: `file` as `file.ogg`. */
  files?: Readonly<Record<string, { extension: string; bytes: Buffer }>>;
  /** Text on its standard input. */
  input?: string;
  /** Name of a file in `command` that it writes, whose content is the result instead of its output. */
  writes?: { name: string; extension: string };
  /** Has the end of its standard error in the fault. Left out for programs of the owner's, whose children may hold it open. */
  keepsErrors?: boolean;
  limits: ProgramLimits;
}

/** Limits of each of its processes, which the system keeps, also for one that has left its group. */
export interface ProgramLimits {
  /** Left out for programs of the owner's: models are mapped into memory, and graphics cards reserve hundreds of GB. */
  memoryMb?: number;
  cpuSeconds: number;
}

/** A program's wait for others is not held against it. */
export type ProgramTime = Pick<Deadline, 'signal'> & Partial<Pick<Deadline, 'hold'>>;

/** Runs programs for people: of each person one at a time, so that whoever has fifty recordings holds up nobody else. */
export class Programs {
  readonly env: Env;
  private readonly queue = new FairQueue(AT_ONCE);

  constructor(env: Env) {
    this.env = env;
  }

  /** Output of the program. Throws `ProgramFault`; `signal` kills it with all that it has started. */
  run(input: ProgramInput, by: string, { signal, hold }: ProgramTime): Promise<Buffer> {
    const begin = hold?.();
    const ran = this.queue.run(by, async () => {
      begin?.();
      if (signal.aborted) throw new ProgramFault('was ended', { isKilled: true });
      return runProgram(input, this.env, signal);
    });
    return unlessAborted(signal, ran).catch((error: unknown) => {
      if (error instanceof ProgramFault) throw error;
      throw signal.aborted ? new ProgramFault('was ended', { isKilled: true }) : new ProgramFault(messageOf(error));
    });
  }
}

async function runProgram(
  { command, files = {}, input, writes, keepsErrors = false, limits }: ProgramInput,
  env: Env,
  signal: AbortSignal,
): Promise<Buffer> {
  const folder = await makeProgramFolder();
  try {
    const paths = new Map<string, string>();
    for (const [name, { extension, bytes }] of Object.entries(files)) {
      paths.set(name, join(folder, `${name}.${extension}`));
      await writeFile(join(folder, `${name}.${extension}`), bytes, { mode: 0o600 });
    }
    const outputPath = writes && join(folder, `${writes.name}.${writes.extension}`);
    if (outputPath !== undefined) paths.set(writes?.name ?? '', outputPath);
    const args = command.map((part) => part.replace(/\{(\w{1,20})\}/g, (whole, name) => paths.get(name) ?? whole));
    const output = await outputOf([...wrapperFor(limits), ...args], { env, input, keepsErrors, signal });
    return outputPath === undefined ? output : await contentOf(outputPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A `ulimit` for each limit: the shell of Debian takes no two at once. One that a system lacks is done without. */
function wrapperFor({ memoryMb, cpuSeconds }: ProgramLimits): string[] {
  const limits = [
    `-t ${Math.ceil(cpuSeconds)}`,
    // Blocks of 512 bytes.
    `-f ${LONGEST_OUTPUT / 512}`,
    '-c 0',
    ...(memoryMb === undefined ? [] : [`-v ${memoryMb * 1_024}`]),
  ];
  return ['sh', '-c', `${limits.map((limit) => `ulimit ${limit} 2>/dev/null; `).join('')}exec "$@"`, 'sh'];
}

async function contentOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) throw new ProgramFault('it has written nothing');
  try {
    const { size } = await file.stat();
    if (size > LONGEST_OUTPUT) throw new ProgramFault('it has written too much');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function outputOf(
  [program = '', ...args]: readonly string[],
  {
    env,
    input,
    keepsErrors,
    signal,
  }: { env: Env; input: string | undefined; keepsErrors: boolean; signal: AbortSignal },
): Promise<Buffer> {
  const own = Object.fromEntries(INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return new Promise((resolve, reject) => {
    const options = { env: own, detached: true };
    const child = keepsErrors
      ? spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
      : spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let errors = '';
    let size = 0;
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group is gone already.
      }
    };
    // At once: a program that has left the group may hold the output open for as long as it likes.
    const abandon = (details: FaultDetails = { isKilled: true }) => {
      kill();
      child.stdout.destroy();
      child.stderr?.destroy();
      reject(new ProgramFault('was ended', details));
    };
    const onAbort = () => abandon();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) abandon();
    // A program that reads nothing closes its end.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.stdout.on('data', (piece: Buffer) => {
      chunks.push(piece);
      size += piece.length;
      if (size > LONGEST_OUTPUT) abandon({ isTooLong: true });
    });
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      errors = `${errors}${piece}`.slice(-LONGEST_ERRORS);
    });
    child.once('error', () => reject(new ProgramFault(NOT_STARTED, { isMissing: true })));
    child.once('close', (code) => {
      signal.removeEventListener('abort', onAbort);
      // Programs that it has left behind, without its output.
      kill();
      if (code === 0) resolve(Buffer.concat(chunks));
      else if (code === NOT_FOUND) reject(new ProgramFault(NOT_STARTED, { isMissing: true }));
      else if (code === null) reject(new ProgramFault('ended with a signal', { isKilled: true, errors }));
      else reject(new ProgramFault(`ended with status ${code}`, { errors }));
    });
  });
}

/** True if a program of this name, or at this path, can be run. */
export async function hasProgram(name: string, env: Env): Promise<boolean> {
  const folders = name.includes('/') ? [''] : (env.PATH ?? '').split(':');
  const results = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return results.includes(true);
}
