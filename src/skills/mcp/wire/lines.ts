/** MCP over a program's stdin and stdout: one JSON-RPC message a line, and a program that may write anything. */

import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { messageOf } from '../../../base/errors.ts';
import { readLines } from '../../../base/lines.ts';
import { FLOODS, FloodGauge, type ServerTransport } from './flood.ts';
import { messageIn } from './messages.ts';

/** A longer message ends the connection: what waits for it would never hear of it. */
const LONGEST_LINE = 8 * 1024 * 1024;

/** One connection. What is no message is passed over; a flood ends it. `why` tells what ended it, unless coda did. */
export class LineTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  why = '';
  private readonly open: OpenChannel;
  private readonly stop = new AbortController();
  private channel: Channel | undefined;
  private isOver = false;
  private readonly gauge = new FloodGauge();

  constructor(open: OpenChannel) {
    this.open = open;
  }

  async start(): Promise<void> {
    this.channel = await this.open(this.stop.signal);
    if (this.stop.signal.aborted) return this.channel.close();
    void this.read(this.channel);
  }

  send(message: JSONRPCMessage): Promise<void> {
    const { channel } = this;
    if (!channel || this.isOver) return Promise.reject(new Error('it is not connected'));
    this.gauge.sent(message);
    return new Promise((resolve, reject) =>
      channel.input.write(`${JSON.stringify(message)}\n`, (error) => {
        // Nobody reads any more: why it is over says more than the broken pipe.
        if (error) void channel.ended.then((why) => reject(new Error(why)));
        else resolve();
      }),
    );
  }

  close(): Promise<void> {
    return this.end('');
  }

  private async end(why: string): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.why = why;
    this.stop.abort();
    await this.channel?.close();
    this.onclose?.();
  }

  private async read(channel: Channel): Promise<void> {
    try {
      for await (const line of readLines(channel.output, LONGEST_LINE)) {
        if (this.isOver) return;
        if ('problem' in line && line.problem === 'too_long') return await this.end('it sent more than 8 MB at once');
        const message = 'text' in line ? messageIn(line.text, this.gauge.isAsked) : undefined;
        if (this.gauge.isFlood(message)) return await this.end(FLOODS);
        if (message) this.onmessage?.(message);
      }
    } catch (error) {
      this.onerror?.(new Error(messageOf(error)));
    }
    await this.end(await channel.ended);
  }
}

// A program that is spoken to in lines.

/** One running program: what goes in, what comes out, and its end. */
interface Channel {
  input: Writable;
  output: Readable;
  /** Resolves with why it is over, in a few words; the program's own may be among them. */
  ended: Promise<string>;
  /** Ends the program with all that it has started. */
  close(): Promise<void>;
}

/** Starts the program; rejects with a `CodaError` or a system's error where that is not possible. */
export type OpenChannel = (signal: AbortSignal) => Promise<Channel>;

/** Characters of a program's stderr. */
export const LONGEST_COMPLAINT = 500;

/** Why a program is over: its exit code or signal, and the line of its stderr that seems to tell why. */
export function endedWith(exit: string, complaint: string): string {
  const lines = complaint.split('\n').flatMap((line) => line.trim() || []);
  const line = lines.findLast((each) => /error|cannot|not found|denied/i.test(each)) ?? lines.at(-1);
  return `it ended with ${exit}${line ? `: ${line}` : ''}`;
}
