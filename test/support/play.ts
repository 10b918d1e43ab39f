import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model } from '../../src/agent/index.ts';
import { type App, build, readConfig, verbFinder } from '../../src/app/index.ts';
import { DAY_MS } from '../../src/base/clock.ts';
import type { Json } from '../../src/base/json.ts';
import { createLog } from '../../src/base/log.ts';
import type { Skill } from '../../src/chat/index.ts';
import type { Config } from '../../src/config/index.ts';
import type { ChatAdapter } from '../../src/delivery/index.ts';
import type { Artifacts, Database } from '../../src/storage/index.ts';
import { borrowPostgres } from './database.ts';
import { borrowEngine, type Loan } from './engines.ts';
import { FakePlatform, type PlatformOptions, type Seen } from './platform.ts';
import type { TestPostgres } from './postgres.ts';
import { migratedFolder } from './template.ts';
import { type TestWorld, testWorld } from './world.ts';

export interface PlayOptions {
  /** ISO instant at which it begins. */
  at?: string;
  zone?: string;
  engine?: 'PGlite' | 'PostgreSQL';
  /** The embedded database is one in the data folder, for a test that opens that by itself. */
  ownFolder?: boolean;
  /** YAML keys over the defaults, by path. */
  config?: Record<string, unknown>;
  /** A configuration file in the data folder, as text. */
  file?: string;
  /** Called where coda is to read its configuration anew. */
  onRestart?(): void;
  /** The environment, of which the configuration knows nothing. */
  env?: Record<string, string>;
  /** Hears each line of the log. */
  log?(line: string): void;
  model?: Model;
  skills?: readonly Skill[];
  platform?: Partial<PlatformOptions>;
  /** Another way to PostgreSQL than the direct one. */
  url?(direct: string): Promise<string>;
  /** Those of further platforms, made anew for each process. */
  adapters?(): ChatAdapter[];
}

/** A whole coda in this process, on a platform in memory, at a time that moves when the test says so. */
export class Play {
  readonly world: TestWorld;
  readonly platform: FakePlatform;
  app!: App;
  adapter!: ReturnType<FakePlatform['connect']>;
  readonly config: Config;
  private readonly options: PlayOptions;
  private readonly postgres: TestPostgres | undefined;
  private readonly loan: Loan | undefined;
  readonly dataDir: string;
  private said = 0;

  private constructor(
    world: TestWorld,
    config: Config,
    options: PlayOptions,
    postgres: TestPostgres | undefined,
    loan: Loan | undefined,
  ) {
    this.world = world;
    this.config = config;
    this.options = options;
    this.postgres = postgres;
    this.loan = loan;
    this.dataDir = config.dataDir;
    this.platform = new FakePlatform({ now: () => world.clock.now(), ...options.platform });
  }

  static async begin(options: PlayOptions = {}): Promise<Play> {
    const world = testWorld({ at: options.at ?? '2026-11-20T08:00:00Z', ...(options.env && { env: options.env }) });
    const { log: write } = options;
    if (write) world.log = createLog('debug', world.secrets, { write });
    const dataDir = options.ownFolder ? await migratedFolder() : await mkdtemp(join(tmpdir(), 'coda-play-'));
    const server = options.engine === 'PostgreSQL' ? await borrowPostgres() : undefined;
    const loan = server || options.ownFolder ? undefined : await borrowEngine();
    const env = server ? { DATABASE_URL: (await options.url?.(server.url)) ?? server.url } : {};
    const own = {
      'assistant.zone': options.zone ?? 'Europe/Berlin',
      'backup.cron': 'off',
      // Its model takes seconds to load; the suites of memory switch it on where they need it.
      'memory.embedder.kind': 'none',
    };
    if (options.file !== undefined) await writeFile(join(dataDir, 'config.yaml'), options.file);
    const settings: Record<string, unknown> = { ...own, ...options.config };
    const flags = Object.fromEntries(
      Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
    );
    const config = readConfig({ env, dataDir, flags, secrets: world.secrets, cwd: dataDir });
    const play = new Play(world, config, options, server, loan);
    await play.start();
    return play;
  }

  /** Another process begins on the same data. */
  async start(): Promise<void> {
    this.adapter = this.platform.connect();
    this.app = await this.build(this.adapter);
    await this.app.start();
  }

  /** A process that only runs jobs, as `coda jobs work`, begins on the same data. */
  async startJobs(): Promise<void> {
    this.adapter = this.platform.connect();
    this.app = await this.build(this.adapter);
    await this.app.startJobs();
  }

  /** A further replica beside the first (PostgreSQL), in a world of its own if its clock is another, on a platform `name`. */
  async replica(
    world: TestWorld = this.world,
    name?: string,
  ): Promise<{ app: App; adapter: ReturnType<FakePlatform['connect']> }> {
    const adapter = this.platform.connect(name);
    const app = await this.build(adapter, world);
    await app.start();
    return { app, adapter };
  }

  /** Has an operation of the owner carried out, as its command does. */
  async operation(name: string, input: Record<string, Json>): Promise<Json> {
    const { app, config, world } = this;
    const verb = await verbFinder({ app, config, world, isRunning: true })(name.replaceAll(' ', '-'));
    if (!verb) throw new Error(`there is no operation ${name}`);
    return verb(input);
  }

  /** Ends in order and begins again. A turn that never ends by itself is left after `graceMs`. */
  async restart(graceMs?: number): Promise<void> {
    await this.app.stop(graceMs);
    await this.start();
  }

  person(
    name: string,
    { channel = `dm-${name}`, role = 'owner' }: { channel?: string; role?: 'owner' | 'member' } = {},
  ): PlayedPerson {
    return new PlayedPerson(this, name, channel, role);
  }

  /** Hears something without waiting for what comes of it. */
  hear(
    from: string,
    channel: string,
    text: string,
    role: 'owner' | 'member' = 'owner',
    id = `m${++this.said}`,
    locale?: string,
  ) {
    const kind = channel.startsWith('dm-') ? 'dm' : 'channel';
    const sentAt = this.world.clock.now();
    return this.adapter.hear({ id, channel, from, text, role, kind, sentAt, ...(locale && { locale }) });
  }

  /** Where it stores files. */
  artifacts(): Artifacts {
    return this.app.artifacts;
  }

  /** Somebody sends a file alone, and it is dealt with; resolves to its hash. */
  async sends(
    from: string,
    bytes: Uint8Array,
    {
      name = 'a.bin' as string | string[],
      type = 'application/octet-stream',
      text = 'look',
      role = 'owner' as 'owner' | 'member',
      voice = false,
    } = {},
  ): Promise<string> {
    const id = `m${++this.said}`;
    const { hash, size } = await this.artifacts().put(bytes);
    const files = [name]
      .flat()
      .map((each) => ({ name: each, type, size, hash, ...(voice && { voice: true as const }) }));
    const sentAt = this.world.clock.now();
    const heard = { id, channel: `dm-${from}`, from, text, role, kind: 'dm', sentAt } as const;
    await (await this.adapter.hear({ ...heard, files })).settled;
    await this.app.whenSettled();
    return hash;
  }

  /** Hears something that comes with files, which are fetched by these names. */
  hearWith(pending: string[], from: string, channel: string, text: string, id = `m${++this.said}`) {
    const kind = channel.startsWith('dm-') ? 'dm' : 'channel';
    const sentAt = this.world.clock.now();
    return this.adapter.hear({ id, channel, from, text, role: 'owner', kind, sentAt, pending });
  }

  /** The platform tells what its channels are called. */
  namePlaces(names: Readonly<Record<string, string>>): void {
    this.adapter.namePlaces(Object.entries(names).map(([channel, name]) => ({ channel, name })));
  }

  /** Somebody changes what they have said, or takes it back. */
  amend(channel: string, id: string, change: { text: string } | { withdrawn: true }): Promise<boolean> {
    return this.adapter.amend(channel, id, change);
  }

  /** Hears something that was said at `sentAt`. */
  hearAt(sentAt: Date, from: string, channel: string, text: string) {
    return this.adapter.hear({ id: `m${++this.said}`, channel, from, text, role: 'member', kind: 'channel', sentAt });
  }

  /** Hears somebody whom nobody has let in. */
  hearAs(from: string, channel: string, text: string) {
    const sentAt = this.world.clock.now();
    return this.adapter.hear({ id: `m${++this.said}`, channel, from, text, role: 'guest', kind: 'channel', sentAt });
  }

  /** What storage has counted so far; asking costs nothing. */
  async storage(): Promise<{ commits: number; roundTrips: number }> {
    return this.database().stats();
  }

  /** Rows of a table, read beside coda. */
  async count(table: string): Promise<number> {
    const { rows } = await this.database().read<{ count: number }>(`select count(*) as count from ${table}`);
    return rows[0]?.count ?? 0;
  }

  /** The PostgreSQL behind it, to be taken away. */
  server(): TestPostgres {
    if (!this.postgres) throw new Error('this play runs on PGlite');
    return this.postgres;
  }

  /** The database that coda works on, for what no person can see. */
  database(): Database {
    return this.app.database;
  }

  /** A heartbeat of the first process, now; it has a timer of its own in real time. */
  beat(): Promise<void> {
    return this.app.delivery.self.beat();
  }

  press(from: string, channel: string, button: string, values: Record<string, string> = {}, id = `i${++this.said}`) {
    return this.adapter.press({ id, channel, from, button, values, sentAt: this.world.clock.now() });
  }

  reachable(channel?: string): void {
    this.adapter.reachable(channel);
  }

  /** The clock moves on; all that falls due on the way happens. */
  async passes({ days = 0, hours = 0, minutes = 0, seconds = 0 }): Promise<void> {
    const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
    await this.moveTo(new Date(this.world.clock.now().getTime() + ms));
  }

  /** As `passes` for days in which nothing matters: the machine is suspended until the last two of them. */
  async sleepsFor({ days }: { days: number }): Promise<void> {
    await this.sleepsUntil(new Date(this.world.clock.now().getTime() + (days - 2) * DAY_MS));
    await this.passes({ days: 2 });
  }

  /** The machine is suspended, and wakes at `to`: what was missed is made up for at once. */
  async sleepsUntil(to: Date): Promise<void> {
    await this.app.whenSettled();
    this.world.clock.wakeAt(to);
    await this.app.whenSettled();
  }

  async moveTo(to: Date): Promise<void> {
    await this.world.clock.moveTo(to, () => this.app.whenSettled());
    await this.app.whenSettled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.stop(0);
    await this.postgres?.drop();
    await this.loan?.giveBack();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private build(adapter: ReturnType<FakePlatform['connect']>, world: TestWorld = this.world): Promise<App> {
    const { model, skills, onRestart } = this.options;
    return build(this.config, world, {
      version: 'test',
      hint: '',
      onFatal: (error) => {
        throw error;
      },
      adapters: [adapter, ...(this.options.adapters?.() ?? [])],
      ...(model && { model }),
      ...(skills && { skills }),
      ...(onRestart && { onRestart }),
      ...(this.loan && { engine: this.loan.open() }),
    });
  }
}

/** Somebody who talks to coda. */
export class PlayedPerson {
  private readonly play: Play;
  readonly name: string;
  readonly channel: string;
  private readonly role: 'owner' | 'member';

  constructor(play: Play, name: string, channel: string, role: 'owner' | 'member') {
    this.play = play;
    this.name = name;
    this.channel = channel;
    this.role = role;
  }

  /** Says something, waits until it is dealt with, and returns what came back. */
  async says(text: string): Promise<string> {
    const before = this.play.platform.messages.length;
    const { settled } = await this.play.hear(this.name, this.channel, text, this.role);
    await settled;
    await this.play.app.whenSettled();
    return this.seen()
      .filter((message) => this.play.platform.messages.indexOf(message) >= before)
      .map((message) => message.text)
      .join('\n');
  }

  /** Presses the newest button with this label. */
  async presses(label: string, values: Record<string, string> = {}): Promise<string> {
    const button = this.seen()
      .flatMap((message) => message.buttons)
      .findLast((each) => each.label === label);
    if (!button) throw new Error(`there is no button “${label}”`);
    const before = this.play.platform.messages.length;
    await (await this.play.press(this.name, this.channel, button.id, values)).settled;
    await this.play.app.whenSettled();
    return this.play.platform.messages
      .slice(before)
      .map((message) => message.text)
      .join('\n');
  }

  /** Everything that was said where this person is. */
  seen(): Seen[] {
    return this.play.platform.messages.filter((message) => message.channel === this.channel);
  }

  /** How often something with these words has arrived. */
  heard(words: string): string[] {
    return this.seen().flatMap((message) => (message.text.includes(words) ? [message.text] : []));
  }
}

export const play = (options?: PlayOptions): Promise<Play> => Play.begin(options);
