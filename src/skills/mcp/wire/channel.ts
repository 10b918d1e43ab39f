/** A program that is spoken to in lines. */
import type { Readable, Writable } from 'node:stream';

/** One running program: what goes in, what comes out, and its end. */
export interface Channel {
  input: Writable;
  output: Readable;
  /** Resolves with why it is over, in a few words; the program's own may be among them. */
  ended: Promise<string>;
  /** Ends the program with all that it has started. */
  close(): Promise<void>;
}

/** Starts the program; rejects with a `CodaError` or a system's error where that is not possible. */
export type OpenChannel = (signal: AbortSignal) => Promise<Channel>;

/** Of what a program writes to stderr. Characters. */
export const LONGEST_COMPLAINT = 500;

/** Why a program is over: its exit code or signal, and the line of its stderr that seems to tell why. */
export function endedWith(exit: string, complaint: string): string {
  const lines = complaint.split('\n').flatMap((line) => line.trim() || []);
  const line = lines.findLast((each) => /error|cannot|not found|denied/i.test(each)) ?? lines.at(-1);
  return `it ended with ${exit}${line ? `: ${line}` : ''}`;
}
