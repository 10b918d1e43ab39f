/** All MCP servers of a coda, and what of them may be used. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { AnyTool } from '../../agent/index.ts';
import { deferred, Sequence, withTimeout } from '../../base/async.ts';
import { DAY_MS } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import { readLines } from '../../base/lines.ts';
import type { Log } from '../../base/log.ts';
import type { World } from '../../base/world.ts';
import type { Bus } from '../../bus/index.ts';
import type { CoreValues } from '../../config/index.ts';
import { conversations, type Outbox } from '../../delivery/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import type { Artifacts, Database, Transaction } from '../../storage/index.ts';
import type { ServerSettings, Settings } from './config.ts';
import { Connection, type Listing } from './connection.ts';
import { hashOf, hashOfAll, type Offer, offersOf, prefixOf } from './offer.ts';
import { SignIns } from './sign-in/sign-in.ts';
import type { SealedValues } from './sign-in/tokens.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';
import { FLOODS, FloodGauge, GaugedTransport, type ServerTransport } from './wire/flood.ts';
import { httpTransport } from './wire/http.ts';
import { messageIn } from './wire/messages.ts';

export interface ServersDeps {
  settings: Settings;
  execution: CoreValues['execution'];
  world: World;
  database: Database;
  artifacts: Artifacts;
  egress: Egress;
  sandbox: Pick<Sandbox, 'open'>;
  bus: Bus;
  outbox: Pick<Outbox, 'addAll'>;
  version: string;
  values: SealedValues;
  address(): string | undefined;
  refusedBy(tool: string): readonly string[];
  /** Milliseconds that a call may take which tells of its progress. */
  longestCallMs: number;
  /** Tokens that the model of everyday requests reads at once. */
  window(): number;
}

export interface Server {
  connection: Connection;
  listing: Listing;
  offers: readonly Offer[];
  waiting: readonly Offer[];
  problems: readonly string[];
  changed: ReadonlySet<string>;
}

const CHANNEL = 'coda_mcp';
const SIGNED = 'coda_mcp_signed';
/** For a call of a tool that is not there yet: a turn goes on with it after a restart. */
const SETTLED_MS = 10_000;
const REST_MS = 300_000;
const EMPTY: Listing = { tools: [], prompts: [], hasResources: false };

export class Servers {
  readonly deps: ServersDeps;
  readonly signIns: SignIns;
  private readonly servers = new Map<string, Server>();
  private readonly judging = new Map<string, Sequence>();
  private readonly askedAt = new Map<string, number>();
  private taken: ReadonlySet<string> = new Set();
  private tools: readonly AnyTool[] | undefined;
  private unsubscribe: () => void = () => {};

  constructor(deps: ServersDeps) {
    this.deps = deps;
    this.signIns = new SignIns({ ...deps, onChange: (name) => deps.bus.publish(SIGNED, name) });
    for (const [name, settings] of Object.entries(deps.settings.servers)) {
      if (!settings.enabled) continue;
      // A header says what kind of key it is before the key.
      for (const value of Object.values(settings.headers)) deps.world.secrets.add(value.split(' ').at(-1));
      const connection = this.connectionOf(name, settings);
      this.servers.set(name, { connection, listing: EMPTY, offers: [], waiting: [], problems: [], changed: new Set() });
    }
  }

  start(): void {
    if (this.servers.size === 0) return;
    const { bus } = this.deps;
    const leave = [
      bus.subscribe(CHANNEL, (name) => void (this.servers.has(name) && this.judgeAgain(name))),
      bus.subscribe(SIGNED, (name) => void this.servers.get(name)?.connection.reconnect()),
    ];
    this.unsubscribe = () => {
      for (const each of leave) each();
    };
    for (const { connection } of this.servers.values()) void connection.start();
  }

  /** Resolves when it is known what the servers offer whose tool `name` may be; soon, if one of them hangs. */
  async whenSettled(name: string): Promise<void> {
    const matches = this.listAll().filter(([server]) => name.startsWith('mcp_') || name.startsWith(prefixOf(server)));
    await withTimeout(SETTLED_MS, Promise.all(matches.map(([, { connection }]) => connection.whenSettled())));
  }

  listAll(): [string, Server][] {
    return [...this.servers];
  }

  get(name: string): Server | undefined {
    return this.servers.get(name);
  }

  /** The tools of now as `make` makes them: the same array until something changes. */
  current(takenNames: ReadonlySet<string>, make: (servers: Servers) => readonly AnyTool[]): readonly AnyTool[] {
    this.taken = takenNames;
    // Its tools are there for the next turn.
    if (this.servers.size > 0) void this.restartSignedIn();
    this.tools ??= make(this);
    return this.tools;
  }

  async restartSignedIn(): Promise<void> {
    await Promise.all(this.listAll().map(([, { connection }]) => connection.restartIfSignedIn()));
  }

  /** Approves the tools that an owner was shown under `hash`. Returns their number; undefined when others wait now. */
  async approve(
    tx: Transaction,
    name: string,
    hash: string,
    by: { personId: string; now: Date },
  ): Promise<number | undefined> {
    const server = this.servers.get(name);
    if (!server || server.waiting.length === 0 || hashOfAll(server.waiting) !== hash) return undefined;
    const count = server.waiting.length;
    await store.approve(tx, name, server.waiting, by);
    tx.afterCommit(() => {
      void this.judgeAgain(name);
      this.deps.bus.publish(CHANNEL, name);
    });
    return count;
  }

  async close(): Promise<void> {
    this.unsubscribe();
    await Promise.all([...this.servers.values()].map(({ connection }) => connection.close()));
  }

  /** After a decision; what could not be read of it now is read when the server is listed next. */
  private judgeAgain(name: string): Promise<void> {
    const judge = async () => this.judge(name, this.servers.get(name)?.listing ?? EMPTY);
    return this.inTurn(name, judge).catch((error: unknown) =>
      this.deps.world.log.error({ server: name, error: messageOf(error) }, 'an MCP server could not be judged'),
    );
  }

  private inTurn(name: string, judge: () => Promise<void>): Promise<void> {
    const sequence = this.judging.get(name) ?? new Sequence();
    this.judging.set(name, sequence);
    return sequence.run(judge);
  }

  private async judge(name: string, listing: Listing): Promise<void> {
    const { world } = this.deps;
    const server = this.servers.get(name);
    if (!server) return;
    const { offers, problems } = offersOf(name, listing.tools, server.connection.settings, this.taken);
    const pins = await this.pinTools(name, listing);
    const isPinned = ({ tool, hash }: Offer) => pins.get(tool) === hash;
    const waiting = offers.filter((offer) => !isPinned(offer));
    const changed = new Set(waiting.flatMap(({ tool }) => (pins.has(tool) ? tool : [])));
    this.servers.set(name, { ...server, listing, offers: offers.filter(isPinned), waiting, problems, changed });
    this.tools = undefined;
    for (const problem of problems) world.log.warn({ server: name, problem }, 'an MCP server is not used completely');
    if (waiting.length > 0) await this.ask(name);
  }

  private pinTools(name: string, { tools }: Listing): Promise<ReadonlyMap<string, string>> {
    const { database, world } = this.deps;
    // The last of two tools with one name counts.
    const newPins = [...new Map(tools.map((tool) => [tool.name, { tool: tool.name, hash: hashOf(tool) }])).values()];
    return database.tx('mcp.pin', async (tx) => {
      const pins = await store.pinsOf(tx, name);
      if (pins) return pins;
      await store.pinFirst(tx, name, newPins, world.clock.now());
      return (await store.pinsOf(tx, name)) ?? new Map();
    });
  }

  /** Asks every owner, once for each thing that is said and once a day for each server. */
  private async ask(name: string): Promise<void> {
    const { database, outbox, world } = this.deps;
    const server = this.servers.get(name);
    const now = world.clock.now().getTime();
    if (!server || now - (this.askedAt.get(name) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return;
    const names = (isChanged: boolean) =>
      server.waiting.flatMap(({ name: tool, tool: own }) => (server.changed.has(own) === isChanged ? tool : []));
    const card = { kind: 'notice' as const, text: texts.changed(name, names(false), names(true)) };
    const key = `mcp:${name}:${hashOfAll(server.waiting).slice(0, 16)}`;
    await database.tx('mcp.ask', async (tx) => {
      const owners = await conversations.ownersDirect(tx);
      await outbox.addAll(
        tx,
        owners.map((owner) => ({ key: `${key}:${owner.personId}`, ...owner, card, tainted: true })),
      );
    });
    this.askedAt.set(name, now);
  }

  private async tellSignedOut(name: string): Promise<void> {
    const { database, outbox, world } = this.deps;
    const day = world.clock.now().toISOString().slice(0, 10);
    const card = { kind: 'notice' as const, text: texts.askSignIn(name) };
    await database.tx('mcp.ask', async (tx) => {
      const owners = await conversations.ownersDirect(tx);
      const key = (personId: string) => `mcp-sign-in:${name}:${day}:${personId}`;
      await outbox.addAll(
        tx,
        owners.map((owner) => ({ key: key(owner.personId), ...owner, card })),
      );
    });
  }

  private connectionOf(name: string, settings: ServerSettings): Connection {
    const { world, execution, version, longestCallMs } = this.deps;
    const isProgram = settings.command !== undefined;
    const isBoxed = isProgram && !settings.host;
    const refused = { why: texts.needsSandbox(name), remedy: texts.needsSandboxRemedy(name) };
    return new Connection({
      name,
      settings,
      world,
      version,
      longestCallMs,
      open: () => this.open(name, settings),
      ...omitUndefined({
        refused: isBoxed && !execution.enabled ? refused : undefined,
        restMs: isBoxed ? REST_MS : undefined,
      }),
      signedOut: () =>
        void this.tellSignedOut(name).catch((error: unknown) =>
          world.log.error({ server: name, error: messageOf(error) }, 'owners could not be told of a sign-in'),
        ),
      ...(settings.oauth?.sign_in && { isSignedIn: () => this.signIns.isSignedIn(name) }),
      onListing: (listing) => this.inTurn(name, () => this.judge(name, listing)),
    });
  }

  private async open(name: string, settings: ServerSettings): Promise<ServerTransport> {
    const { world, egress, sandbox, execution } = this.deps;
    const { oauth } = settings;
    const signedIn = oauth?.sign_in ? await this.signIns.provider(name, oauth) : undefined;
    if (settings.url !== undefined) {
      const gauge = new FloodGauge();
      const { longestCallMs: longestMs } = this.deps;
      const deps = { egress, isAsked: gauge.isAsked, signedIn, longestMs };
      return new GaugedTransport(await httpTransport(settings, deps), gauge);
    }
    const log = world.log.child({ server: name });
    if (settings.host) return new LineTransport(hostChannel(settings, world, log));
    return new LineTransport(containerChannel(settings, sandbox, execution.max_sandbox_timeout, log));
  }
}

// An MCP server as a process of this machine, which its owner trusts.

/** Variables of coda's own environment that a server gets: nobody's keys. */
const INHERITED = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER'];
/** Between the end of its input and SIGKILL, and between its end and that of its output, which others may hold open. */
const GRACE_MS = 1_000;
const KILLED_MS = 5_000;

/**
 * Starts `command` in a process group of its own, so that what it starts ends with it; what has left the group (`setsid`)
 * lives on, unheard.
 */
export function hostChannel(
  { command = '', args, env }: Pick<ServerSettings, 'command' | 'args' | 'env'>,
  { env: own }: Pick<World, 'env'>,
  log: Log,
): OpenChannel {
  return async (signal) => {
    signal.throwIfAborted();
    const inherited = INHERITED.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
    const child = spawn(command, args, {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const end = deferred<string>();
    let complaint = '';
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group is gone already.
      }
    };
    const over = (code: number | null, name: string | null) =>
      end.resolve(endedWith(code === null ? `${name}` : `${code}`, complaint));
    child.on('close', over);
    child.on('exit', (code, name) => {
      kill();
      // Whoever has left the group may hold its output open.
      void withTimeout(GRACE_MS, end.promise).then(() => {
        over(code, name);
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {});
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-LONGEST_COMPLAINT);
      log.debug({ says: chunk.toString().slice(0, LONGEST_COMPLAINT) }, 'an MCP server writes to stderr');
    });
    await once(child, 'spawn');
    const close = async () => {
      child.stdin.end();
      await withTimeout(GRACE_MS, end.promise);
      kill();
      await withTimeout(KILLED_MS, end.promise);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    return { input: child.stdin, output: child.stdout, ended: end.promise, close };
  };
}

// An MCP server in a sandbox: without a network, and without any file of this machine.

function containerChannel(
  { command = '', args, env, image }: Pick<ServerSettings, 'command' | 'args' | 'env' | 'image'>,
  sandbox: Pick<Sandbox, 'open'>,
  lifetimeMs: number,
  log: Log,
): OpenChannel {
  return async (signal) => {
    const session = await sandbox.open({ timeoutMs: lifetimeMs, ...(image && { image }) }, { signal });
    if (!session.ok) {
      const { code, message, remedy } = session;
      throw new CodaError(code, { message, remedy });
    }
    const [input, output] = [new PassThrough(), new PassThrough()];
    let complaint = '';
    const onOutput = async (stream: 'stdout' | 'stderr', chunk: Uint8Array) => {
      if (stream === 'stderr') {
        complaint = `${complaint}${Buffer.from(chunk).toString()}`.slice(-LONGEST_COMPLAINT);
        log.debug(
          { says: Buffer.from(chunk).toString().slice(0, LONGEST_COMPLAINT) },
          'an MCP server writes to stderr',
        );
        return;
      }
      // Docker's buffer is used again.
      if (!output.write(Uint8Array.from(chunk))) await new Promise((resolve) => output.once('drain', resolve));
    };
    const ended = session
      .exec([command, ...args], { stdin: input, env, timeoutMs: lifetimeMs, onOutput })
      .then((result) => {
        if (!result.ok) return result.message;
        return result.timedOut ? 'its time in the sandbox is up' : endedWith(`${result.exitCode}`, complaint);
      })
      .catch(messageOf)
      .finally(() => {
        output.end();
        return session.close();
      });
    const close = async () => {
      output.resume();
      await session.close();
      await ended;
    };
    return { input, output, ended, close };
  };
}

// MCP over a program's stdin and stdout: one JSON-RPC message a line, and a program that may write anything.

/** A longer message ends the connection: what waits for it would never hear of it. */
const LONGEST_LINE = 8 * 1024 * 1024;

/** A connection. What is no message is passed over; a flood ends it. `why` tells what ended it, unless coda did. */
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
    this.gauge.noteSent(message);
    return new Promise((resolve, reject) =>
      channel.input.write(`${JSON.stringify(message)}\n`, (error) => {
        // The reader is gone: why it is over says more than the broken pipe.
        if (error) void channel.ended.then((why) => reject(new Error(why)));
        else resolve();
      }),
    );
  }

  close(): Promise<void> {
    return this.endServer('');
  }

  private async endServer(why: string): Promise<void> {
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
        if ('problem' in line && line.problem === 'too_long')
          return await this.endServer('it sent more than 8 MB at once');
        const message = 'text' in line ? messageIn(line.text, this.gauge.isAsked) : undefined;
        if (this.gauge.isFlood(message)) return await this.endServer(FLOODS);
        if (message) this.onmessage?.(message);
      }
    } catch (error) {
      this.onerror?.(new Error(messageOf(error)));
    }
    await this.endServer(await channel.ended);
  }
}

// A program that is spoken to in lines.

interface Channel {
  input: Writable;
  output: Readable;
  /** Resolves with why it is over, in a few words; the program's own may be among them. */
  ended: Promise<string>;
  /** Ends the program with all that it has started. */
  close(): Promise<void>;
}

/** Starts the program; rejects with a `CodaError` or a system's error where that is not possible. */
type OpenChannel = (signal: AbortSignal) => Promise<Channel>;

const LONGEST_COMPLAINT = 500;

function endedWith(exit: string, complaint: string): string {
  const lines = complaint.split('\n').flatMap((line) => line.trim() || []);
  const line = lines.findLast((each) => /error|cannot|not found|denied/i.test(each)) ?? lines.at(-1);
  return `it ended with ${exit}${line ? `: ${line}` : ''}`;
}
