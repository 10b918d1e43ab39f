/**
 * A chat platform in a process of its own, which counts: `node platform.js`. It says its port on stdout and ends with
 * its stdin. Every connected daemon hears every event, again and again until one has accepted it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Incoming } from '../../../src/delivery/index.ts';
import type { Answers, Behaviour, Requests, Seen } from './wire.ts';

/** An event that nobody has accepted comes again after this, then after twice as long, and so on. */
const AGAIN_MS = 500;
const LONGEST_WAIT_MS = 5_000;

class Platform {
  private readonly messages = new Map<string, Seen>();
  private readonly keys = new Map<string, { id: string; at: number }>();
  private readonly made = new Map<string, number>();
  private readonly unheard = new Map<string, { event: Incoming; at: number; wait: number }>();
  private readonly listeners = new Set<ServerResponse>();
  private readonly outside = new Map<string, number>();
  private readonly behaviour: Behaviour = { deduplicatesForMs: 120_000, dropAnswers: 0, delays: 0, delayMs: 0 };
  private count = 0;
  private requests = 0;

  constructor() {
    setInterval(() => this.repeat(), AGAIN_MS);
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    this.listeners.add(response);
    response.once('close', () => this.listeners.delete(response));
    for (const [id, { event }] of this.unheard) response.write(`${JSON.stringify({ id, event })}\n`);
  }

  async answer(what: string, body: unknown, response: ServerResponse): Promise<void> {
    this.requests++;
    const value = this.act(what, body);
    const isDaemons = ['send', 'edit', 'delete', 'find'].includes(what);
    const { dropAnswers, delays, delayMs } = this.behaviour;
    if (isDaemons && Math.random() < delays)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * delayMs));
    if (isDaemons && Math.random() < dropAnswers) response.destroy();
    else response.end(JSON.stringify(value));
  }

  private act(what: string, body: unknown): Answers[keyof Answers] {
    switch (what as keyof Requests) {
      case 'send':
        return this.send(body as Requests['send']);
      case 'edit':
        return this.edit(body as Requests['edit']);
      case 'delete':
        this.messages.delete((body as Requests['delete']).id);
        return {};
      case 'find':
        return this.find(body as Requests['find']);
      case 'ack':
        this.unheard.delete((body as Requests['ack']).event);
        return {};
      case 'outside': {
        const { name } = body as Requests['outside'];
        this.outside.set(name, (this.outside.get(name) ?? 0) + 1);
        return {};
      }
      case 'hear':
        for (const event of (body as Requests['hear']).events) this.hear(event);
        return {};
      case 'behave':
        Object.assign(this.behaviour, body);
        return {};
      case 'state':
        return this.state(body as Requests['state']);
    }
  }

  private send({ key, channel, content, again }: Requests['send']): Answers['send'] {
    const before = this.keys.get(key);
    const at = Date.now();
    if (before && at - before.at <= this.behaviour.deduplicatesForMs && this.behaviour.deduplicatesForMs > 0) {
      return { id: before.id };
    }
    const id = `m${++this.count}`;
    this.keys.set(key, { id, at });
    this.made.set(key, (this.made.get(key) ?? 0) + 1);
    const shown = { id, key, channel, text: content.text, kind: content.kind, edits: 0, again, at };
    this.messages.set(id, { ...shown, buttons: buttonsOf(content) });
    return { id };
  }

  private edit({ id, content }: Requests['edit']): Answers['edit'] {
    const message = this.messages.get(id);
    if (!message) return { found: false };
    Object.assign(message, { text: content.text, kind: content.kind, buttons: buttonsOf(content) });
    message.edits++;
    return { found: true };
  }

  private find({ key }: Requests['find']): Answers['find'] {
    const id = this.keys.get(key)?.id;
    return id !== undefined && this.messages.has(id) ? { id } : {};
  }

  private hear(event: Incoming): void {
    const id = `${event.kind}:${event.place.channel}:${event.id}`;
    this.unheard.set(id, { event, at: Date.now(), wait: AGAIN_MS });
    this.tell(id, event);
  }

  private repeat(): void {
    const now = Date.now();
    for (const [id, waiting] of this.unheard) {
      if (now - waiting.at < waiting.wait) continue;
      Object.assign(waiting, { at: now, wait: Math.min(2 * waiting.wait, LONGEST_WAIT_MS) });
      this.tell(id, waiting.event);
    }
  }

  private tell(id: string, event: Incoming): void {
    for (const listener of this.listeners) listener.write(`${JSON.stringify({ id, event })}\n`);
  }

  private state({ channel }: Requests['state']): Answers['state'] {
    return {
      messages: [...this.messages.values()].filter((message) => channel === undefined || message.channel === channel),
      copies: Object.fromEntries([...this.made].filter(([, count]) => count > 1)),
      unheard: this.unheard.size,
      outside: Object.fromEntries(this.outside),
      requests: this.requests,
    };
  }
}

function buttonsOf(content: Requests['send']['content']) {
  return (content.buttons ?? []).map(({ id, label }) => ({ id, label }));
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks).toString()));
    request.once('error', reject);
  });
}

const platform = new Platform();
const server = createServer((request, response) => {
  const what = (request.url ?? '/').slice(1);
  if (what === 'listen') return platform.listen(response);
  readBody(request)
    .then((body) => platform.answer(what, JSON.parse(body), response))
    .catch(() => response.destroy()); // a daemon that was killed while it spoke
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
});
process.stdin.resume();
process.stdin.once('end', () => process.exit());
