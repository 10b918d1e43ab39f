import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sleep } from '../../../src/base/async.ts';
import { migratedDataDir, Program } from '../../support/jsonl.ts';
import { type KillTalk, killedWhileTalking } from '../../support/kills.ts';
import { freePort } from '../../support/ports.ts';

/** Where a process may end: around each commit of a message, of its answer, and of a write. */
const POINTS = ['inbox.accept', 'command.run', 'outbox.receipts', 'outbox.claim', 'http.write', 'send.http'] as const;
const CONVERSATIONS = ['one', 'two', 'three'];

/** Clients that repeat each request under its key until it is answered, and once more. */
class Clients implements KillTalk {
  readonly args: readonly string[];
  private readonly url: string;
  private readonly token: string;
  private asked = 0;
  private met = 0;
  private readonly answers = new Map<string, string[]>();
  /** What was answered with neither an answer nor a failure that passes. */
  private readonly refused: string[] = [];
  private readonly stop = new AbortController();
  private watching: Promise<void>;

  constructor(args: readonly string[], url: string, token: string) {
    this.args = args;
    this.url = url;
    this.token = token;
    this.watching = this.watch();
  }

  ask(): void {
    for (const conversation of CONVERSATIONS) {
      const text = `item ${this.asked++} ok`;
      void this.request('/v1/messages', `say ${text}`, { text: `/note said ${text}`, conversation });
      void this.request('/v1/notes', `write ${text}`, { text: `written ${text}` });
    }
  }

  isAnswered(): boolean {
    if (this.refused.length > 0) throw new Error(`refused: ${this.refused.join('; ')}`);
    return [...this.answers.values()].every(({ length }) => length === 2);
  }

  connections(): number {
    return this.met;
  }

  /** The keys whose second answer was not the first one. */
  differing(): string[] {
    return [...this.answers].flatMap(([key, [first, second]]) => (first === second ? [] : key));
  }

  /** How many requests were made. */
  get count(): number {
    return this.answers.size;
  }

  /** The texts of all notes, as the program sees them. */
  async notes(): Promise<string[]> {
    const texts: string[] = [];
    for (let after = ''; ; ) {
      const answer = await this.fetch('GET', `/v1/notes?limit=200${after}`);
      const page = (await answer.json()) as { notes: { text: string }[]; next: string | null };
      texts.push(...page.notes.map(({ text }) => text));
      if (page.next === null) return texts;
      after = `&after=${page.next}`;
    }
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.watching;
  }

  private async request(path: string, words: string, body: object): Promise<void> {
    const key = words.replaceAll(' ', '-');
    const answers: string[] = [];
    this.answers.set(key, answers);
    while (answers.length < 2 && !this.stop.signal.aborted) {
      try {
        const answer = await this.fetch('POST', path, key, body);
        const text = await answer.text();
        if (answer.status === 200 || answer.status === 201) answers.push(text);
        else if (answer.status !== 202 && answer.status < 500) {
          this.refused.push(`${key}: ${answer.status} ${text}`);
          return;
        }
      } catch {
        // Nobody is there, or died: a client waits a little and sends it again.
        await sleep(100, this.stop.signal).catch(() => {});
      }
    }
  }

  private fetch(method: string, path: string, key?: string, body?: object): Promise<Response> {
    const headers = {
      Authorization: `Bearer ${this.token}`,
      'Content-Type': 'application/json',
      ...(key !== undefined && { 'Idempotency-Key': key }),
    };
    return fetch(this.url + path, { method, headers, body: body ? JSON.stringify(body) : null });
  }

  /** Notices each daemon that can be reached, by its stream, which ends with it. */
  private async watch(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const headers = { Authorization: `Bearer ${this.token}` };
        const stream = await fetch(`${this.url}/v1/conversations/one/events`, { headers, signal });
        this.met++;
        for await (const _ of stream.body as unknown as AsyncIterable<Uint8Array>);
      } catch {
        await sleep(100, signal).catch(() => {});
      }
    }
  }
}

/** The daemon is killed so often while clients talk and write; what became of their requests. */
export async function killed({ kills, seed }: { kills: number; seed: number }) {
  const dataDir = await migratedDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  const port = await freePort();
  await mkdir(dirname(config), { recursive: true });
  const settings = [`http: { listen: "127.0.0.1:${port}" }`, 'access: { rate_limit: { enabled: false } }'];
  writeFileSync(config, settings.join('\n'));
  const args = ['--data', dataDir, '--config', config];
  const clients = new Clients(args, `http://127.0.0.1:${port}`, await newToken(args));
  try {
    let notes: string[] = [];
    const died = await killedWhileTalking({ kills, seed, points: POINTS }, clients, async () => {
      notes = await clients.notes();
    });
    const twice = notes.filter((text, index) => notes.indexOf(text) !== index);
    return { died, twice, missing: clients.count - notes.length, differing: clients.differing() };
  } finally {
    await clients.close();
  }
}

async function newToken(args: readonly string[]): Promise<string> {
  await using made = new Program(['tokens', 'add', 'client', ...args]);
  made.child.stdin.end();
  await made.exit;
  return made.stdout.trim();
}
