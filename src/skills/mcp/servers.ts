/** All MCP servers of a coda, and what of them may be used. */

import type { AnyTool } from '../../agent/index.ts';
import { Sequence, withTimeout } from '../../base/async.ts';
import { DAY_MS } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
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
import { FloodGauge, GaugedTransport, type ServerTransport } from './wire/flood.ts';
import { containerChannel, hostChannel } from './wire/host.ts';
import { httpTransport } from './wire/http.ts';
import { LineTransport } from './wire/lines.ts';

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
  /** Storage of tokens of people who have signed in. */
  values: SealedValues;
  /** Coda's address for browsers; undefined where HTTP is off. */
  address(): string | undefined;
  /** Models whose services refuse the tool by its name. */
  refusedBy(tool: string): readonly string[];
}

/** A server with what was made of what it says. */
export interface Server {
  connection: Connection;
  listing: Listing;
  /** Tools offered to models. */
  offers: readonly Offer[];
  /** Tools that an owner has to approve first. */
  waiting: readonly Offer[];
  /** Sentences without a full stop. */
  problems: readonly string[];
  /** The tools that were pinned under another hash before. */
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
    this.signIns = new SignIns({ ...deps, changed: (name) => deps.bus.publish(SIGNED, name) });
    for (const [name, settings] of Object.entries(deps.settings.servers)) {
      if (!settings.enabled) continue;
      // A header says what kind of key it is before the key.
      for (const value of Object.values(settings.headers)) deps.world.secrets.add(value.split(' ').at(-1));
      const connection = this.connectionOf(name, settings);
      this.servers.set(name, { connection, listing: EMPTY, offers: [], waiting: [], problems: [], changed: new Set() });
    }
  }

  /** Begins to connect to all of them. */
  start(): void {
    if (this.servers.size === 0) return;
    const { bus } = this.deps;
    const leave = [
      bus.subscribe(CHANNEL, (name) => void (this.servers.has(name) && this.judgeAgain(name))),
      bus.subscribe(SIGNED, (name) => void this.servers.get(name)?.connection.again()),
    ];
    this.unsubscribe = () => {
      for (const each of leave) each();
    };
    for (const { connection } of this.servers.values()) void connection.start();
  }

  /** Resolves when it is known what the servers offer whose tool `name` may be; soon, if one of them hangs. */
  async settled(name: string): Promise<void> {
    const meant = this.all().filter(([server]) => name.startsWith('mcp_') || name.startsWith(prefixOf(server)));
    await withTimeout(SETTLED_MS, Promise.all(meant.map(([, { connection }]) => connection.settled())));
  }

  all(): [string, Server][] {
    return [...this.servers];
  }

  get(name: string): Server | undefined {
    return this.servers.get(name);
  }

  /** The tools of now as `make` makes them: the same array until something changes. */
  current(taken: ReadonlySet<string>, make: (servers: Servers) => readonly AnyTool[]): readonly AnyTool[] {
    this.taken = taken;
    // Its tools are there for the next turn.
    void this.look();
    this.tools ??= make(this);
    return this.tools;
  }

  /** Looks whether somebody has signed in where nobody was. */
  async look(): Promise<void> {
    await Promise.all(this.all().map(([, { connection }]) => connection.look()));
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

  /** Runs judgements one after another: the later one wins. */
  private inTurn(name: string, judge: () => Promise<void>): Promise<void> {
    const sequence = this.judging.get(name) ?? new Sequence();
    this.judging.set(name, sequence);
    return sequence.run(judge);
  }

  /** Compares what a server says with what it said when it was first used, or when an owner last looked. */
  private async judge(name: string, listing: Listing): Promise<void> {
    const { world } = this.deps;
    const server = this.servers.get(name);
    if (!server) return;
    const { offers, problems } = offersOf(name, listing.tools, server.connection.settings, this.taken);
    const pins = await this.pinned(name, listing);
    const isPinned = ({ tool, hash }: Offer) => pins.get(tool) === hash;
    const waiting = offers.filter((offer) => !isPinned(offer));
    const changed = new Set(waiting.flatMap(({ tool }) => (pins.has(tool) ? tool : [])));
    this.servers.set(name, { ...server, listing, offers: offers.filter(isPinned), waiting, problems, changed });
    this.tools = undefined;
    for (const problem of problems) world.log.warn({ server: name, problem }, 'an MCP server is not used completely');
    if (waiting.length > 0) await this.ask(name);
  }

  /** The descriptions of its first use, which is now where there was none, or those approved since. */
  private pinned(name: string, { tools }: Listing): Promise<ReadonlyMap<string, string>> {
    const { database, world } = this.deps;
    // The last of two tools with one name counts.
    const said = [...new Map(tools.map((tool) => [tool.name, { tool: tool.name, hash: hashOf(tool) }])).values()];
    return database.tx('mcp.pin', async (tx) => {
      const pins = await store.pinsOf(tx, name);
      if (pins) return pins;
      await store.pinFirst(tx, name, said, world.clock.now());
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

  /** Tells every owner, once a day for each server. */
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
    const { world, execution, version } = this.deps;
    const isProgram = settings.command !== undefined;
    const isBoxed = isProgram && !settings.host;
    const refused = { why: texts.needsSandbox(name), remedy: texts.needsSandboxRemedy(name) };
    return new Connection({
      ...{ name, settings, world, version },
      open: () => this.open(name, settings),
      ...(isBoxed && !execution.enabled && { refused }),
      ...(isBoxed && { restMs: REST_MS }),
      signedOut: () =>
        void this.tellSignedOut(name).catch((error: unknown) =>
          world.log.error({ server: name, error: messageOf(error) }, 'owners could not be told of a sign-in'),
        ),
      ...(settings.oauth?.sign_in && { isSignedIn: () => this.signIns.isSignedIn(name) }),
      listed: (listing) => this.inTurn(name, () => this.judge(name, listing)),
    });
  }

  private async open(name: string, settings: ServerSettings): Promise<ServerTransport> {
    const { world, egress, sandbox, execution } = this.deps;
    const { oauth } = settings;
    const signedIn = oauth?.sign_in ? await this.signIns.provider(name, oauth) : undefined;
    if (settings.url !== undefined) {
      const gauge = new FloodGauge();
      return new GaugedTransport(await httpTransport(settings, egress, gauge.isAsked, signedIn), gauge);
    }
    const log = world.log.child({ server: name });
    if (settings.host) return new LineTransport(hostChannel(settings, world, log));
    return new LineTransport(containerChannel(settings, sandbox, execution.max_sandbox_timeout, log));
  }
}
