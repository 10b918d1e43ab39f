/** An MCP server: started, asked, and started again when it goes. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { backOff, Sequence, sleep, unlessAborted, withTimeout } from '../../base/async.ts';
import type { Cancel } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { shorten, withoutHidden } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { ServerSettings } from './config.ts';
import { type ListedTool, MOST_TOOLS } from './offer.ts';
import { NeedsSignIn } from './sign-in/provider.ts';
import { texts } from './texts.ts';
import type { ServerTransport } from './wire/flood.ts';

/** State of the connection. `resting`: it starts with the next call. */
export type State =
  | { kind: 'new' | 'connecting' | 'resting' }
  | { kind: 'ready'; client: Client }
  | { kind: 'away'; why: string; remedy?: string | undefined }
  | { kind: 'signed-out'; why: string; remedy: string }
  | { kind: 'refused'; why: string; remedy: string };

export interface Prompt {
  name: string;
  description?: string | undefined;
  arguments?: { name: string; description?: string | undefined; required?: boolean | undefined }[] | undefined;
}

export interface Listing {
  tools: readonly ListedTool[];
  prompts: readonly Prompt[];
  hasResources: boolean;
}

export interface ConnectionOptions {
  name: string;
  settings: ServerSettings;
  world: World;
  version: string;
  /** Milliseconds that a call may take which tells of its progress. */
  longestCallMs: number;
  open(): Promise<ServerTransport>;
  refused?: { why: string; remedy: string } | undefined;
  /** Milliseconds without a call after which it is closed until the next one; undefined: never. */
  restMs?: number | undefined;
  /** Told what it lists, at first and whenever that changes; what it offers counts from when this has resolved. */
  onListing(listing: Listing): Promise<void>;
  signedOut?(): void;
  isSignedIn?(): Promise<boolean>;
}

const CONNECT_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;
const RELIST_MS = 1_000;
const MOST_PAGES = 20;
const LONGEST_WHY = 200;
const UNREAD = 'whether somebody has signed in to an MCP server could not be read';

const tool = z.looseObject({
  name: z.string().min(1).max(1_000),
  description: z.string().optional().catch(undefined),
  inputSchema: z.unknown().optional(),
  annotations: z.looseObject({}).optional().catch(undefined),
});
const prompt = z.object({
  name: z.string().min(1).max(200),
  description: z.string().max(4_000).optional(),
  arguments: z
    .array(
      z.object({
        name: z.string().max(200),
        description: z.string().max(1_000).optional(),
        required: z.boolean().optional(),
      }),
    )
    .max(50)
    .optional(),
});
const page = z.looseObject({
  tools: z.array(z.unknown()).max(2_000).default([]),
  prompts: z.array(z.unknown()).max(2_000).default([]),
  nextCursor: z.string().optional(),
});

/** Answers of servers are read by coda's own schemas; theirs are neither compiled nor run. */
const UNCHECKED = { getValidator: () => (data: unknown) => ({ valid: true, data, errorMessage: undefined }) };

export class Connection {
  readonly name: string;
  readonly settings: ServerSettings;
  state: State = { kind: 'new' };
  private readonly options: ConnectionOptions;
  private readonly lists = new Sequence();
  private readonly restarts = new Sequence();
  private readonly stop = new AbortController();
  private starting: Promise<void> | undefined;
  private isRestarting = false;
  private looking: Promise<void> | undefined;
  private attempt = 0;
  /** Clients of calls under way, one for each call. */
  private calls: Client[] = [];
  private cancel: Cancel = () => {};
  private isListing = false;
  private relisting: Promise<void> | undefined;
  private listedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionOptions) {
    this.name = options.name;
    this.settings = options.settings;
    this.options = options;
    const { refused } = options;
    if (refused) this.state = { kind: 'refused', ...refused };
  }

  start(): Promise<void> {
    if (['refused', 'ready', 'signed-out'].includes(this.state.kind) || this.stop.signal.aborted)
      return Promise.resolve();
    this.starting ??= this.connect().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  reconnect(): Promise<void> {
    return this.restarts.run(() => this.restart());
  }

  /** Begins a new session in the place of `client`'s, whose other calls under way go on. */
  renew(client: Client): Promise<void> {
    return this.restarts.run(async () => {
      if (this.state.kind === 'ready' && this.state.client === client) await this.restart({ isRenewal: true });
      this.closeReplaced(client);
    });
  }

  /** Starts it anew if nobody was signed in and somebody is by now: the hint of that may have been lost. Never rejects. */
  restartIfSignedIn(): Promise<void> {
    if (this.state.kind !== 'signed-out') return Promise.resolve();
    this.looking ??= this.restarts
      .run(async () => {
        if (this.state.kind === 'signed-out' && (await this.options.isSignedIn?.())) await this.restart();
      })
      .catch((error: unknown) => this.options.world.log.warn({ server: this.name, why: this.wordsOf(error) }, UNREAD))
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async restart({ isRenewal = false } = {}): Promise<void> {
    await this.starting;
    const { state } = this;
    if (state.kind === 'refused' || this.stop.signal.aborted) return;
    this.attempt = 0;
    this.state = { kind: 'new' };
    this.isRestarting = !isRenewal;
    try {
      if (state.kind === 'ready' && !isRenewal) await state.client.close().catch(() => {});
      await this.start();
    } finally {
      this.isRestarting = false;
    }
  }

  whenSettled(): Promise<void> {
    if (this.state.kind === 'signed-out') return this.restartIfSignedIn();
    return this.state.kind === 'new' ? this.start() : (this.starting ?? Promise.resolve());
  }

  async client(signal: AbortSignal): Promise<Client | undefined> {
    if (this.state.kind === 'signed-out') await unlessAborted(signal, this.restartIfSignedIn());
    if (this.state.kind === 'resting' || this.state.kind === 'new' || this.starting) {
      await unlessAborted(signal, this.start());
    }
    // The server has said that its tools are others: a call meets what is judged of them now.
    if (this.relisting) await unlessAborted(signal, this.relisting);
    return this.state.kind === 'ready' ? this.state.client : undefined;
  }

  /** Asks it something, by the limits of its configuration. Rejects with what the SDK throws. */
  async request<Schema extends z.ZodType>(
    client: Client,
    asked: { method: string; params?: Record<string, unknown> },
    schema: Schema,
    signal: AbortSignal,
    progress?: (progress: Progress) => void,
  ): Promise<z.output<Schema>> {
    const { timeout } = this.settings;
    const most = Math.max(timeout, this.options.longestCallMs);
    this.calls.push(client);
    this.cancel();
    try {
      const own = { signal: AbortSignal.any([signal]), timeout, maxTotalTimeout: most };
      // Without somebody who is told of it the SDK would not ask for progress, which gives the call its time again.
      const limits = { ...own, resetTimeoutOnProgress: true, onprogress: progress ?? (() => {}) };
      const answer = await client.request(asked as never, schema as never, limits);
      return answer as z.output<Schema>;
    } catch (error) {
      if (error instanceof NeedsSignIn) await this.signedOut(client, error.isRefused);
      // A service that is gone is noticed by what is asked of it.
      else if (isTransport(error)) await this.markLost(client, this.wordsOf(error));
      throw error;
    } finally {
      this.calls.splice(this.calls.indexOf(client), 1);
      this.closeReplaced(client);
      if (this.calls.length === 0) this.rest();
    }
  }

  /** The last call of a lost session closes its client. */
  private closeReplaced(client: Client): void {
    const isCurrent = this.state.kind === 'ready' && this.state.client === client;
    if (!isCurrent && !this.calls.includes(client)) void client.close().catch(() => {});
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.cancel();
    const { state } = this;
    this.state = { kind: 'away', why: 'coda stops' };
    if (state.kind === 'ready') await state.client.close().catch(() => {});
    await withTimeout(CONNECT_MS, this.starting ?? Promise.resolve());
  }

  private get connectMs(): number {
    return Math.min(CONNECT_MS, this.settings.timeout);
  }

  /** The SDK never takes its listener off a request's signal: each request has one of its own. */
  private limits() {
    return { timeout: this.connectMs, signal: AbortSignal.any([this.stop.signal]) };
  }

  private async connect(): Promise<void> {
    const { world } = this.options;
    this.cancel();
    this.state = { kind: 'connecting' };
    let transport: ServerTransport | undefined;
    let client: Client | undefined;
    try {
      const { Client: Made } = await import('@modelcontextprotocol/sdk/client/index.js');
      transport = await this.options.open();
      client = new Made({ name: 'coda', version: this.options.version }, { jsonSchemaValidator: UNCHECKED as never });
      this.follow(client, transport);
      await client.connect(transport, this.limits());
      await this.list(client);
      this.stop.signal.throwIfAborted();
      // The server may have gone while it was asked what it has.
      if (transport.why !== '') throw new Error(transport.why);
      this.state = { kind: 'ready', client };
      this.attempt = 0;
      world.log.info({ server: this.name }, 'an MCP server is ready');
      this.rest();
    } catch (error) {
      const why = transport?.why || messageOf(error);
      await client?.close().catch(() => {});
      await transport?.close().catch(() => {});
      // A person who has signed out need not be told.
      if (error instanceof NeedsSignIn) this.waitForSignIn(error.isRefused || !this.isRestarting);
      else this.markAway(why, error instanceof CodaError ? error.remedy : undefined);
    }
  }

  private follow(client: Client, transport: ServerTransport): void {
    client.onclose = () => void this.markLost(client, transport.why || 'it closed the connection');
    client.onerror = (error) => this.options.world.log.debug({ server: this.name, why: this.wordsOf(error) });
    // Handlers are set before it can say anything. Every change of any list has all of them read again.
    client.fallbackNotificationHandler = async ({ method }) => {
      if (/^notifications\/(?:tools|prompts|resources)\/list_changed$/.test(method)) void this.relist(client);
    };
  }

  /** However often it says that something has changed, one reading at a time, and one after it. */
  private async relist(client: Client): Promise<void> {
    if (this.isListing) return;
    this.isListing = true;
    const reading = this.lists
      .run(async () => {
        await sleep(Math.max(0, this.listedAt + RELIST_MS - performance.now()), this.stop.signal);
        this.isListing = false;
        // Meanwhile it may have been started again.
        await this.list(this.state.kind === 'ready' ? this.state.client : client);
      })
      .catch((error: unknown) => this.markLost(client, this.wordsOf(error)));
    this.relisting = reading;
    await reading;
    if (this.relisting === reading) this.relisting = undefined;
  }

  private async list(client: Client): Promise<void> {
    this.listedAt = performance.now();
    const { tools, prompts, resources } = client.getServerCapabilities() ?? {};
    const entries = tools ? await this.pages(client, 'tools/list') : [];
    const asked = prompts ? await this.pages(client, 'prompts/list') : [];
    await this.options.onListing({
      tools: entries.flatMap((each) => tool.safeParse(each).data ?? []) as ListedTool[],
      prompts: asked.flatMap((each) => prompt.safeParse(each).data ?? []).slice(0, MOST_TOOLS),
      hasResources: resources !== undefined,
    });
  }

  private async pages(client: Client, method: 'tools/list' | 'prompts/list'): Promise<unknown[]> {
    const all: unknown[] = [];
    const seenCursors = new Set<string>();
    let cursor: string | undefined;
    for (let count = 0; count < MOST_PAGES; count++) {
      const params = cursor === undefined ? {} : { cursor };
      const asked = { method, params } as never;
      const answer: z.output<typeof page> = await client.request(asked, page as never, this.limits());
      all.push(...(method === 'tools/list' ? answer.tools : answer.prompts));
      cursor = answer.nextCursor;
      // Some end a list with an empty cursor, or with the one that was asked with.
      if (!cursor || seenCursors.has(cursor) || all.length > 10 * MOST_TOOLS) break;
      seenCursors.add(cursor);
    }
    // A server that repeats a page says nothing new.
    return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  }

  /** The server of this client is gone; a later one is another matter. */
  private async markLost(client: Client, why: string): Promise<void> {
    if (this.state.kind !== 'ready' || this.state.client !== client) return;
    this.markAway(why);
    await client.close().catch(() => {});
  }

  private async signedOut(client: Client, isTold: boolean): Promise<void> {
    if (this.state.kind !== 'ready' || this.state.client !== client) return;
    this.waitForSignIn(isTold);
    await client.close().catch(() => {});
  }

  private waitForSignIn(isTold: boolean): void {
    if (this.stop.signal.aborted) return;
    this.cancel();
    this.state = { kind: 'signed-out', why: texts.needsSignIn, remedy: texts.needsSignInRemedy(this.name) };
    this.options.world.log.warn({ server: this.name }, 'an MCP server wants somebody to sign in');
    if (isTold) this.options.signedOut?.();
  }

  private markAway(message: string, remedy?: string): void {
    if (this.stop.signal.aborted) return;
    const why = this.wordsOf(message);
    const { clock, log } = this.options.world;
    this.state = { kind: 'away', why, remedy };
    const at = new Date(clock.now().getTime() + backOff(++this.attempt, LONGEST_PAUSE_MS));
    log.warn({ server: this.name, why, again: at }, 'an MCP server is not there');
    this.cancel();
    this.cancel = clock.at(at, () => void this.start());
  }

  private rest(): void {
    const { restMs, world } = this.options;
    if (restMs === undefined || this.state.kind !== 'ready') return;
    const { client } = this.state;
    this.cancel();
    this.cancel = world.clock.at(new Date(world.clock.now().getTime() + restMs), () => {
      if (this.calls.length > 0 || this.state.kind !== 'ready' || this.state.client !== client) return;
      this.state = { kind: 'resting' };
      void client.close().catch(() => {});
    });
  }

  /** Hides secrets and shortens: a server may have written the error. */
  private wordsOf(error: unknown): string {
    return shorten(withoutHidden(this.options.world.secrets.hide(messageOf(error))), LONGEST_WHY);
  }
}

function isTransport(error: unknown): boolean {
  if (error instanceof CodaError) return error.code.startsWith('EGRESS_');
  if (!(error instanceof Error) || error.constructor.name !== 'StreamableHTTPError') return false;
  const { code } = error as { code?: unknown };
  // A refusal for want of a right.
  return !(typeof code === 'number' && code >= 400 && code < 500);
}
