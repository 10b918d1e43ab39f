import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Body } from './model.ts';

/** How a connection goes wrong. */
export type Drop =
  /** A close frame without a word. */
  | 'close'
  /** Broken without a close frame. */
  | 'reset'
  /** The usual refresh: `disconnect`, then closed (docs.slack.dev/apis/events-api/using-socket-mode#disconnect). */
  | 'refresh';

export interface Envelope {
  envelope_id: string;
  type: 'events_api' | 'slash_commands' | 'interactive';
  payload: Body;
  accepts_response_payload: boolean;
  retry_attempt: number;
  retry_reason: string;
}

export interface SocketOptions {
  /** What is not acknowledged by then is delivered again; Slack's is 3,000. */
  ackMs: number;
  /** Milliseconds before each further delivery of an event; Slack's are about 0, 60,000 and 300,000. */
  retries: readonly number[];
}

/** An envelope on its way, and how long its acknowledgement took (ms). */
export interface Delivered {
  type: Envelope['type'];
  payload: Body;
  attempts: number;
  acknowledged: boolean;
  ackMs?: number;
  /** What came with the acknowledgement. */
  response?: Body;
  /** Nobody acknowledged it, and it is not delivered again: the person sees that it failed. */
  failed: boolean;
}

/**
 * Socket Mode: several sockets, each envelope to any one of them (docs.slack.dev/apis/events-api/using-socket-mode,
 * "up to 10 connections … any of them"), delivered again with the same event id until it is acknowledged.
 */
export class Sockets {
  private readonly server: WebSocketServer;
  private readonly open = new Set<WebSocket>();
  private readonly waiting = new Map<string, { delivered: Delivered; sentAt: number; done: () => void }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly tickets = new Set<string>();
  private readonly options: SocketOptions;
  private turn = 0;
  private count = 0;
  /** Connections that were begun. */
  connects = 0;
  /** Everything that was delivered, in order. */
  readonly delivered: Delivered[] = [];
  /** Each envelope goes to every open socket. */
  everywhere = false;

  constructor(http: Server, options: SocketOptions) {
    this.options = options;
    this.server = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://x').searchParams.get('ticket') ?? '';
      // A ticket is used once.
      if (!this.tickets.delete(ticket)) return void socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n');
      this.server.handleUpgrade(request, socket, head, (opened) => this.opened(opened));
    });
  }

  ticket(): string {
    const ticket = `ticket-${++this.count}`;
    this.tickets.add(ticket);
    return ticket;
  }

  get connected(): number {
    return [...this.open].filter(({ readyState }) => readyState === 1).length;
  }

  /** Envelopes that are neither acknowledged nor given up. */
  get pending(): number {
    return this.delivered.filter(({ acknowledged, failed }) => !acknowledged && !failed).length;
  }

  /** One socket (or all) goes wrong. False when none is open. */
  drop(how: Drop, all = false): boolean {
    const sockets = [...this.open].filter(({ readyState }) => readyState === 1);
    for (const socket of all ? sockets : sockets.slice(0, 1)) this.dropOne(socket, how);
    return sockets.length > 0;
  }

  /** Delivers a payload until it is acknowledged. What is no event is delivered once. */
  dispatch(type: Envelope['type'], payload: Body): Delivered {
    const delivered: Delivered = { type, payload, attempts: 0, acknowledged: false, failed: false };
    this.delivered.push(delivered);
    this.attempt(delivered);
    return delivered;
  }

  /** Resolves when all that was sent so far has arrived. */
  async arrived(): Promise<void> {
    const open = [...this.open].filter(({ readyState }) => readyState === 1);
    await Promise.all(
      open.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('pong', () => resolve());
            socket.ping();
          }),
      ),
    );
  }

  /** Anything at all, to one open socket. */
  raw(text: string): void {
    this.next()?.send(text);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.open) socket.terminate();
    this.server.close();
  }

  private dropOne(socket: WebSocket, how: Drop): void {
    if (how === 'reset') return void socket.terminate();
    if (how === 'close') return void socket.close(1001);
    socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'fake' } }));
    // Slack closes it itself a moment later.
    this.later(200, () => socket.close(1000));
    this.open.delete(socket);
  }

  private opened(socket: WebSocket): void {
    this.connects++;
    this.open.add(socket);
    socket.on('close', () => this.open.delete(socket));
    socket.on('error', () => {});
    socket.on('message', (data) => this.heard(JSON.parse(String(data)) as Body));
    const num_connections = this.open.size;
    const debug_info = { host: 'fake', approximate_connection_time: 18_060 };
    socket.send(JSON.stringify({ type: 'hello', num_connections, debug_info, connection_info: { app_id: 'A1' } }));
  }

  private heard({ envelope_id: id, payload }: Body): void {
    const entry = this.waiting.get(String(id));
    if (!entry) return;
    const { delivered } = entry;
    this.waiting.delete(String(id));
    if (delivered.acknowledged) return;
    delivered.acknowledged = true;
    delivered.ackMs = performance.now() - entry.sentAt;
    if (payload && Object.keys(payload).length > 0) delivered.response = payload as Body;
    entry.done();
  }

  private attempt(delivered: Delivered): void {
    const { type, payload } = delivered;
    const retry_attempt = delivered.attempts++;
    const sockets = this.everywhere ? [...this.open] : [this.next()].filter((each) => each !== undefined);
    const timer = this.later(this.options.ackMs, () => this.late(delivered));
    for (const socket of sockets) {
      const envelope_id = `envelope-${++this.count}`;
      const envelope: Envelope = {
        envelope_id,
        type,
        payload,
        accepts_response_payload: type !== 'events_api',
        retry_attempt,
        retry_reason: retry_attempt > 0 ? 'timeout' : '',
      };
      const done = () => {
        clearTimeout(timer);
        this.timers.delete(timer);
      };
      this.waiting.set(envelope_id, { delivered, sentAt: performance.now(), done });
      socket.send(JSON.stringify(envelope));
    }
  }

  private late(delivered: Delivered): void {
    if (delivered.acknowledged) return;
    const wait = delivered.type === 'events_api' ? this.options.retries[delivered.attempts - 1] : undefined;
    if (wait === undefined) {
      delivered.failed = true;
      return;
    }
    this.later(wait, () => {
      if (!delivered.acknowledged) this.attempt(delivered);
    });
  }

  private next(): WebSocket | undefined {
    const sockets = [...this.open].filter(({ readyState }) => readyState === 1);
    return sockets[this.turn++ % Math.max(sockets.length, 1)];
  }

  private later(ms: number, what: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, ms);
    this.timers.add(timer);
    return timer;
  }
}
