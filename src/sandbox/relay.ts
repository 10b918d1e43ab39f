/**
 * The other end of `assets/relay.pl`: the connections that a container without a network makes to its proxy, and the pipe of
 * a program that the relay runs (Chromium's debugging pipe), over stdin and stdout of one program. A frame is a type (1 byte), a stream (4) and a length (4), then so many bytes. Each side
 * sends at most `GRANT` bytes of a stream before the other grants more, so that one that is not read holds up no other. The
 * first line is none: what Docker leaves of the request that attached stdin ends with it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { packageRoot } from '../base/root.ts';

/** The program, for `perl -e`. */
export const relayScript = () => readFile(join(packageRoot(), 'assets', 'relay.pl'), 'utf8');

const FRAME = { sent: 0, opened: 1, ended: 2, closed: 3, granted: 4 } as const;
const HEADER = 9;
const PIPE = 0;
const GRANT = 262_144;
const PIECE = 65_536;
const MOST_STREAMS = 256;
const NOTHING = Buffer.alloc(0);

export interface RelayEnds {
  input: Writable;
  output: Readable;
  onConnect(connection: Duplex): void;
  /** Once, when it listens: connections may come from now on. */
  ready?(): void;
  /** Once, when nothing more can come: the program has ended, or said what is no frame. */
  onOver(): void;
}

type Send = (type: number, id: number, payload: Buffer, done?: (error?: Error | null) => void) => void;

export class Relay {
  readonly pipe: Duplex;
  private readonly ends: RelayEnds;
  private readonly streams = new Map<number, CarriedConnection>();
  private isReady = false;

  constructor(ends: RelayEnds) {
    this.ends = ends;
    this.pipe = this.open(PIPE);
    ends.input.write('\n');
    void this.read();
  }

  private open(id: number): CarriedConnection {
    const send: Send = (type, stream, payload, done) => {
      const header = Buffer.alloc(HEADER);
      header[0] = type;
      header.writeUInt32BE(stream, 1);
      header.writeUInt32BE(payload.length, 5);
      this.ends.input.write(Buffer.concat([header, payload]), done);
    };
    const stream = new CarriedConnection(id, send, () => this.streams.delete(id));
    // A connection that breaks off is nobody's error.
    stream.on('error', () => {});
    this.streams.set(id, stream);
    return stream;
  }

  private async read(): Promise<void> {
    let pending: Buffer = NOTHING;
    try {
      for await (const chunk of this.ends.output) {
        pending = pending.length === 0 ? (chunk as Buffer) : Buffer.concat([pending, chunk as Buffer]);
        pending = this.takeFrames(pending);
      }
    } catch {
      // The session is over either way.
    }
    for (const stream of this.streams.values()) stream.markLost();
    this.ends.onOver();
  }

  /** Takes the whole frames at the beginning; gives what is left. Throws at what no relay sends. */
  private takeFrames(bytes: Buffer): Buffer {
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32BE(at + 5);
      if (length > PIECE) throw new Error('a frame is too long');
      const end = at + HEADER + length;
      if (bytes.length < end) break;
      this.frame(bytes[at] ?? 0, bytes.readUInt32BE(at + 1), bytes.subarray(at + HEADER, end));
      at = end;
    }
    return bytes.subarray(at);
  }

  private frame(type: number, id: number, payload: Buffer): void {
    if (!this.isReady) {
      this.isReady = true;
      this.ends.ready?.();
    }
    if (type === FRAME.opened) {
      if (this.streams.has(id) || this.streams.size > MOST_STREAMS) throw new Error('a stream too many');
      this.ends.onConnect(this.open(id));
      return;
    }
    // The stream may be closed here already.
    const stream = this.streams.get(id);
    if (type === FRAME.sent) stream?.receive(payload);
    else if (type === FRAME.ended) stream?.push(null);
    else if (type === FRAME.closed) stream?.markLost();
    else if (type === FRAME.granted && payload.length === 4) stream?.addCredit(payload.readUInt32BE(0));
    else throw new Error('that is no frame');
  }
}

class CarriedConnection extends Duplex {
  private readonly id: number;
  private readonly send: Send;
  private readonly forget: () => void;
  private credit = GRANT;
  private owed = 0;
  private wait: (() => void) | undefined;
  private isLost = false;

  constructor(id: number, send: Send, forget: () => void) {
    super();
    this.id = id;
    this.send = send;
    this.forget = forget;
  }

  receive(bytes: Buffer): void {
    this.owed += bytes.length;
    if (this.owed > GRANT) throw new Error('more than was granted');
    // A copy: a view would hold all that came with it.
    if (this.push(Buffer.from(bytes))) this.grant();
  }

  addCredit(bytes: number): void {
    this.credit = Math.min(this.credit + bytes, GRANT);
    const { wait } = this;
    this.wait = undefined;
    wait?.();
  }

  markLost(): void {
    this.isLost = true;
    this.destroy();
  }

  override _read(): void {
    this.grant();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const piece = chunk.subarray(0, Math.min(this.credit, PIECE));
    if (piece.length === 0) {
      this.wait = () => this._write(chunk, encoding, done);
      return;
    }
    this.credit -= piece.length;
    const rest = chunk.subarray(piece.length);
    this.send(FRAME.sent, this.id, piece, (error) => {
      if (error || rest.length === 0) done(error);
      else this._write(rest, encoding, done);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.send(FRAME.ended, this.id, NOTHING, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.forget();
    if (!this.isLost) this.send(FRAME.closed, this.id, NOTHING);
    done(error);
  }

  private grant(): void {
    if (this.owed < GRANT / 4) return;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.owed);
    this.owed = 0;
    this.send(FRAME.granted, this.id, bytes);
  }
}
