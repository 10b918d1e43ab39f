/** `coda logs`: the log in the data folder, of a coda that runs and of those before. */

import { closeSync, createReadStream, existsSync, fstatSync, openSync, readSync, statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { CodaError } from '../../base/errors.ts';
import { catchSignals } from '../daemon/signals.ts';
import { dataDir, type LogsFlags } from '../flags.ts';
import { usage } from '../texts.ts';
import { logPath, olderLogPath } from './file.ts';
import { prettyLine } from './pretty.ts';

const USUAL_LINES = 200;
const MOST_LINES = 100_000;

export async function logs(flags: LogsFlags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const most = flags.lines === undefined ? USUAL_LINES : Number(flags.lines);
  if (!Number.isInteger(most) || most < 1 || most > MOST_LINES) {
    throw usage(`--lines ${flags.lines} is no number of lines.`, `Give one up to ${MOST_LINES}.`);
  }
  const isPretty = io.stdout.isTTY && !flags.json;
  const show = (line: string) => io.stdout.write(isPretty ? prettyLine(line) : `${line}\n`);
  const wanted = (line: string) => flags.trace === undefined || line.includes(JSON.stringify(flags.trace));
  const there = [olderLogPath(folder), logPath(folder)].filter((path) => statSync(path, { throwIfNoEntry: false }));
  if (there.length === 0 && !(flags.follow && existsSync(folder))) throw noLog(folder);
  const from = sizeOf(logPath(folder));
  for (const line of await lastLines(there, wanted, most)) show(line);
  if (flags.follow) await follow(folder, from, (line) => wanted(line) && show(line), io);
  return 0;
}

async function lastLines(paths: readonly string[], wanted: (line: string) => boolean, most: number): Promise<string[]> {
  const lines: string[] = [];
  for (const path of paths) {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!wanted(line)) continue;
      lines.push(line);
      if (lines.length > most) lines.shift();
    }
  }
  return lines;
}

/** Shows what is appended until a signal comes. The system tells of changes; a file that is new is read from its beginning. */
async function follow(folder: string, from: number, show: (line: string) => void, io: NodeJS.Process): Promise<void> {
  const path = logPath(folder);
  const tail = new Tail(path, from, show);
  const watcher = watch(folder, (_, name) => {
    if (name === null || name === basename(path)) tail.readNew();
  });
  const stopping = catchSignals(io);
  tail.readNew();
  await stopping.asked;
  watcher.close();
  stopping.release();
}

class Tail {
  private readonly path: string;
  private readonly show: (line: string) => void;
  private rest = '';
  private at: number;
  private file: number | undefined;

  constructor(path: string, from: number, show: (line: string) => void) {
    this.path = path;
    this.at = from;
    this.show = show;
  }

  readNew(): void {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (!now) return;
    this.file ??= openSync(this.path, 'r');
    this.read(this.file);
    if (fstatSync(this.file).ino === now.ino) return;
    // The file was full and has become the older one.
    closeSync(this.file);
    this.file = openSync(this.path, 'r');
    this.at = 0;
    this.read(this.file);
  }

  private read(file: number): void {
    const buffer = Buffer.alloc(65_536);
    for (;;) {
      const size = readSync(file, buffer, 0, buffer.length, this.at);
      if (size === 0) return;
      this.at += size;
      const lines = (this.rest + buffer.toString('latin1', 0, size)).split('\n');
      this.rest = lines.pop() ?? '';
      // Characters may be cut between two reads: bytes are put together first.
      for (const line of lines) this.show(Buffer.from(line, 'latin1').toString('utf8'));
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function noLog(folder: string): CodaError {
  return new CodaError('NO_DAEMON', {
    message: `There is no log in ${folder}.`,
    remedy: 'Name the data folder of the coda that ran with --data.',
  });
}
