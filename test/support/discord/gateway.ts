/**
 * The Gateway as documented (docs.discord.com/developers/events/gateway, …/topics/opcodes-and-status-codes): hello,
 * identify or resume, dispatches with a sequence, heartbeats acknowledged. Close codes 1000 and 1001 end a session, any
 * other leaves it resumable; what is dispatched meanwhile is replayed on resume; op 9 with false ends it.
 */
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Body } from './model.ts';

interface Session {
  id: string;
  intents: number;
  presence: unknown;
  seq: number;
  /** Everything dispatched, for replays. */
  sent: { op: 0; t: string; s: number; d: unknown }[];
  socket: WebSocket | undefined;
}

/** How a connection can go wrong. */
export type Drop = 'close' | 'reset' | 'reconnect' | 'invalid' | 'silent' | 'end';

export interface GatewayOptions {
  heartbeatMs: number;
  /** Intents that the application may not ask for. */
  refused(): number;
  checkToken(token: string): boolean;
  url(): string;
  ready(intents: number): { ready: Body; after: { t: string; d: unknown }[] };
}

const PRIVILEGED_CLOSE = 4014;

export class Gateway {
  readonly sessions = new Map<string, Session>();
  identifies = 0;
  resumes = 0;
  readonly options: GatewayOptions;
  private readonly server: WebSocketServer;
  private readonly muted = new WeakSet<WebSocket>();
  private count = 0;
  /** New connections are refused while it is set. */
  away = false;
  /** What is sent in place of a frame: `undefined`: the frame; null: nothing. */
  twist: (packet: { op: number; t?: string; d?: unknown }) => unknown = () => undefined;
  /** With what code the next connection is closed when it identifies. */
  closesWith: number | undefined;
  /** What somebody between answers in the place of the handshake. */
  barredWith: number | undefined;

  constructor(server: Server, options: GatewayOptions) {
    this.options = options;
    this.server = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (this.away) return socket.destroy();
      if (this.barredWith !== undefined)
        return void socket.end(`HTTP/1.1 ${this.barredWith} Barred\r\nConnection: close\r\n\r\n`);
      this.server.handleUpgrade(request, socket, head, (ws) => this.welcome(ws));
    });
  }

  get connected(): number {
    return [...this.sessions.values()].filter(({ socket }) => socket !== undefined).length;
  }

  /** Tells every session that may hear it; `to` gives what a session with these intents sees. */
  dispatch(t: string, to: (intents: number) => unknown): void {
    for (const session of this.sessions.values()) {
      const d = to(session.intents);
      if (d === undefined) continue;
      const packet = { op: 0 as const, t, s: ++session.seq, d: structuredClone(d) };
      session.sent.push(packet);
      this.send(session.socket, packet);
    }
  }

  /** Sends this to every session as it is. */
  raw(packet: unknown): void {
    for (const { socket } of this.sessions.values()) this.send(socket, packet);
  }

  /** Tells the last event of this kind (about the message or channel `id`) once more, as a second session would hear it. */
  repeat(t: string, id?: string): void {
    for (const { sent } of this.sessions.values()) {
      const last = sent.findLast(
        (packet) => packet.t === t && (id === undefined || (packet.d as { id?: string }).id === id),
      );
      if (last) this.dispatch(t, () => last.d);
    }
  }

  /** Lets the connections of all sessions go wrong. */
  drop(how: Drop): void {
    for (const session of [...this.sessions.values()]) {
      const { socket } = session;
      if (how === 'invalid' || how === 'end') this.sessions.delete(session.id);
      if (!socket) continue;
      if (how === 'silent') {
        this.muted.add(socket);
        continue;
      }
      session.socket = undefined;
      if (how === 'close') socket.close(4000);
      else if (how === 'end') socket.close(1000);
      else if (how === 'reset') socket.terminate();
      else if (how === 'reconnect') this.send(socket, { op: 7, d: null });
      else this.send(socket, { op: 9, d: false });
    }
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }

  private welcome(socket: WebSocket): void {
    socket.on('error', () => {});
    socket.on('message', (data) => this.hear(socket, JSON.parse(data.toString()) as { op: number; d: Body }));
    socket.on('close', (code) => this.left(socket, code));
    this.send(socket, { op: 10, d: { heartbeat_interval: this.options.heartbeatMs } });
  }

  private left(socket: WebSocket, code: number): void {
    for (const session of this.sessions.values()) {
      if (session.socket !== socket) continue;
      session.socket = undefined;
      if (code === 1000 || code === 1001) this.sessions.delete(session.id);
    }
  }

  private hear(socket: WebSocket, { op, d }: { op: number; d: Body }): void {
    if (this.muted.has(socket)) return;
    if (op === 1) this.send(socket, { op: 11 });
    else if (op === 2) this.identify(socket, d);
    else if (op === 6) this.resume(socket, d);
    else if (op !== 3) socket.close(4001);
  }

  private identify(socket: WebSocket, { token, intents, presence }: Body): void {
    this.identifies++;
    if (!this.options.checkToken(String(token))) return void socket.close(4004);
    if (this.closesWith !== undefined) return void socket.close(this.closesWith);
    if ((Number(intents) & this.options.refused()) !== 0) return void socket.close(PRIVILEGED_CLOSE);
    const id = `session-${++this.count}`;
    const session: Session = { id, intents: Number(intents), presence, seq: 0, sent: [], socket };
    this.sessions.set(id, session);
    const { ready, after } = this.options.ready(session.intents);
    const first = { t: 'READY', d: { ...ready, session_id: id, resume_gateway_url: this.options.url() } };
    for (const { t, d } of [first, ...after]) {
      const packet = { op: 0 as const, t, s: ++session.seq, d };
      session.sent.push(packet);
      this.send(socket, packet);
    }
  }

  private resume(socket: WebSocket, { token, session_id, seq }: Body): void {
    this.resumes++;
    if (!this.options.checkToken(String(token))) return void socket.close(4004);
    const session = this.sessions.get(String(session_id));
    if (!session) return void this.send(socket, { op: 9, d: false });
    session.socket = socket;
    for (const packet of session.sent) if (packet.s > Number(seq)) this.send(socket, packet);
    this.send(socket, { op: 0, t: 'RESUMED', s: session.seq, d: {} });
  }

  private send(socket: WebSocket | undefined, packet: unknown): void {
    if (!socket || this.muted.has(socket)) return;
    const twisted = this.twist(packet as { op: number });
    if (twisted === null) return;
    socket.send(JSON.stringify(twisted ?? packet), () => {});
  }
}
