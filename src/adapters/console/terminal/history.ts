import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';

const MOST_LINES = 1_000;
const LONGEST_LINE = 2_000;

/**
 * Input history across starts, in a file that only its user may read. A file that cannot be written is done without.
 */
export interface History {
  /** Newest first, as readline wants it. */
  lines: string[];
  add(line: string): void;
}

/** Reads the history at `path`, and cuts off what is older than its last thousand lines. */
export function openHistory(path: string): History {
  const lines = read(path);
  return {
    lines: lines.toReversed(),
    add(line) {
      // A line that begins with a space is not kept, as in a shell.
      if (line.startsWith(' ') || line.length > LONGEST_LINE || line.includes('\n') || line.trim() === '') return;
      quietly(() => appendFileSync(path, `${line}\n`, { mode: 0o600 }));
    },
  };
}

function read(path: string): string[] {
  let lines: string[] = [];
  quietly(() => {
    const all = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    lines = all.slice(-MOST_LINES);
    if (lines.length < all.length) writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  });
  return lines;
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Nobody should lose a conversation over its history.
  }
}
