import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOG_FILE } from '../../base/log.ts';

/** Beside it stands one more of this size. */
const LARGEST_BYTES = 5_000_000;

export const logPath = (dataDir: string) => join(dataDir, LOG_FILE);

export const olderLogPath = (dataDir: string) => `${logPath(dataDir)}.1`;

/** Appends to `coda.log` in the data folder; when it is full it becomes `coda.log.1`. Never throws. */
export function logFile(dataDir: string, largest = LARGEST_BYTES): { write(line: string): void } {
  const path = logPath(dataDir);
  let size: number | undefined;
  return {
    write(line) {
      try {
        if (size === undefined) {
          mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
          size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        }
        if (size > largest) {
          renameSync(path, olderLogPath(dataDir));
          size = 0;
        }
        appendFileSync(path, line, { mode: 0o600 });
        size += Buffer.byteLength(line);
      } catch {
        // A log that cannot be written must not end coda; what is wrong with the folder is said by the storage.
      }
    },
  };
}
