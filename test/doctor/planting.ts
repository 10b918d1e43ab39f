/** A coda that really runs, with all that it talks to, for faults that are planted and taken out again. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, build, readConfig } from '../../src/app/index.ts';
import { DAY_MS, SystemClock } from '../../src/base/clock.ts';
import { uuid } from '../../src/base/ids.ts';
import { createLog, Secrets } from '../../src/base/log.ts';
import { MetricsBook } from '../../src/base/metrics.ts';
import { OutboundProxy } from '../../src/base/outbound.ts';
import type { World } from '../../src/base/world.ts';
import type { Finding } from '../../src/chat/index.ts';
import { json } from '../../src/storage/index.ts';
import { borrowPostgres } from '../support/database.ts';
import { type Channel, FakeDiscord, type Guild, type User } from '../support/discord/index.ts';
import { borrowEngine, type Loan } from '../support/engines.ts';
import { eventually } from '../support/eventually.ts';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import { POSTGRES_URL, type TestPostgres } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { FakeSlack, type Channel as SlackChannel } from '../support/slack/index.ts';

/** Keys of the file over those of a healthy coda, by their paths; undefined takes one out. */
type Changes = Readonly<Record<string, unknown>>;

/** A PostgreSQL for tests may be set up without them, and only a restart could change that: nobody pulls its plug. */
const OF_TEST_SERVERS = new Set(['STORAGE_NO_FSYNC', 'STORAGE_TORN_PAGES']);

export interface Begin {
  file?: Changes;
  env?: Readonly<Record<string, string>>;
}

/** Takes the fault out again. */
export type TakeOut = () => unknown;

/** Something that goes wrong where people run coda, and what the doctor must make of it. */
export interface Fault {
  what: string;
  /** Plants it. */
  plant(ward: Ward): Promise<TakeOut> | TakeOut;
  /** The check that finds it, and the code by which programs know it. */
  name: string;
  code: string;
  says: RegExp;
  remedy: RegExp;
}

const MODEL = 'anthropic/claude-of-the-test';

/** One daemon on PostgreSQL and Redis, in front of a Discord, a Slack and a model's service that speak the real protocols. */
export class Ward implements AsyncDisposable {
  app!: App;
  readonly log: string[] = [];
  readonly folder: string;
  readonly discord: FakeDiscord;
  readonly slack: FakeSlack;
  readonly model: ModelServer;
  readonly server: TestPostgres | undefined;
  readonly ana: User;
  readonly guild: Guild;
  readonly general: Channel;
  readonly office: SlackChannel;
  private readonly slackAna: { id: string };
  private readonly loan: Loan | undefined;

  private constructor(parts: {
    folder: string;
    discord: FakeDiscord;
    slack: FakeSlack;
    model: ModelServer;
    server: TestPostgres | undefined;
    loan: Loan | undefined;
  }) {
    this.folder = parts.folder;
    this.discord = parts.discord;
    this.slack = parts.slack;
    this.model = parts.model;
    this.server = parts.server;
    this.loan = parts.loan;
    this.ana = this.discord.user('Ana');
    this.guild = this.discord.guild('Home', [this.ana]);
    this.general = this.discord.channel(this.guild, 'general');
    this.slackAna = this.slack.user('Ana');
    this.office = this.slack.channel('office', [this.slackAna as never]);
  }

  static async open(): Promise<Ward> {
    const folder = await mkdtemp(join(tmpdir(), 'coda-ward-'));
    await mkdir(join(folder, 'skills'));
    const server = POSTGRES_URL === undefined ? undefined : await borrowPostgres();
    const [discord, slack, model] = [await FakeDiscord.start(), await FakeSlack.start(), await ModelServer.start()];
    model.models = [{ id: 'claude-of-the-test', type: 'model' }];
    const loan = server ? undefined : await borrowEngine();
    const ward = new Ward({ folder, discord, slack, model, server, loan });
    await ward.setCommit('set synchronous_commit = on');
    await ward.start();
    return ward;
  }

  get hasRedis(): boolean {
    return REDIS_URL !== undefined && this.server !== undefined;
  }

  /** What a healthy coda's file says. */
  private get healthy(): Changes {
    const { discord, slack } = this;
    return {
      ...(this.server && { 'storage.url': this.server.url }),
      ...(this.hasRedis && { 'redis.url': REDIS_URL }),
      'discord.token': discord.token,
      'discord.api_url': discord.apiUrl,
      'slack.bot_token': slack.botToken,
      'slack.app_token': slack.appToken,
      'slack.api_url': slack.apiUrl,
      'slack.mention_required': { [this.office.id]: false },
      'access.owners': [`discord:${this.ana.id}`, `slack:${this.slackAna.id}`],
      'models.providers.anthropic': { kind: 'anthropic', base_url: this.model.baseUrl('anthropic'), api_key: KEY },
      'models.default': MODEL,
      'models.fallbacks': [],
      'models.prices.default': { input: 1, output: 1 },
      'memory.embedder.kind': 'none',
      'skills.agent_skill_dirs': [join(this.folder, 'skills')],
      'skills.watch': false,
    };
  }

  private async start({ file = {}, env = {} }: Begin = {}): Promise<void> {
    this.app = await this.build(join(this.folder, 'data'), { ...this.healthy, ...file }, env);
    await this.app.start();
  }

  private async build(dataDir: string, settings: Changes, env: Readonly<Record<string, string>>): Promise<App> {
    const path = join(this.folder, 'config.yaml');
    // JSON is YAML.
    await writeFile(path, JSON.stringify(nested(settings)));
    const secrets = new Secrets();
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const config = readConfig({ env, file: path, dataDir, secrets, cwd: this.folder });
    const log = createLog('debug', secrets, { write: (line) => void this.log.push(line) });
    const world: World = {
      ...{ clock: new SystemClock(), env: { HOME: this.folder }, log, secrets, metrics: new MetricsBook() },
      proxy: OutboundProxy.of({}),
    };
    return build(config, world, {
      version: 'test',
      hint: '',
      onFatal: (error) => void this.log.push(`fatal: ${error.message}`),
      ...(this.loan && { engine: this.loan.open() }),
    });
  }

  /** Another process of coda begins on the same database, on no platform; what is returned ends it. */
  async beside(file: Changes): Promise<TakeOut> {
    const url = { 'storage.url': this.server?.url };
    const other = await this.build(join(this.folder, 'other'), { ...url, 'memory.embedder.kind': 'none', ...file }, {});
    await other.start();
    return () => other.stop(0);
  }

  /** A user of the database who owns nothing in it and may do everything but delete it. */
  async plainUser(): Promise<{ user: string; url: string; drop(): Promise<void> }> {
    const { server } = this;
    if (!server) throw new Error('there is no PostgreSQL');
    const user = `coda_plain_${randomBytes(4).toString('hex')}`;
    await server.sql(`create role ${user} login password 'of-the-test'`);
    await server.sql(`grant all on schema public to ${user}`);
    await server.sql(`grant all on all tables in schema public to ${user}`);
    await server.sql(`grant all on all sequences in schema public to ${user}`);
    const url = new URL(server.url);
    [url.username, url.password] = [user, 'of-the-test'];
    const drop = async () => {
      await server.sql(`drop owned by ${user}`);
      await server.sql(`drop role ${user}`);
    };
    return { user, url: url.href, drop };
  }

  /** Work with a file waits for next year; what is returned takes it away. */
  async keepsFile(): Promise<TakeOut> {
    const { hash, size } = await this.app.artifacts.put(new TextEncoder().encode('a file'));
    const now = new Date();
    await this.app.database.run(
      'test.keep',
      `insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at)
       values ($1, 'test.keep', $2, 'pending', $3, 1, $4)`,
      [uuid(now), json({ files: [{ name: 'a.txt', hash, size }] }), new Date(now.getTime() + 365 * DAY_MS), now],
    );
    return () => this.app.database.run('test.forget', `delete from jobs where kind = 'test.keep'`, []);
  }

  /** Ends the daemon and begins it anew. */
  async restart(): Promise<void> {
    await this.app.stop(0);
    await this.start();
  }

  /** Ends the daemon and begins one that is configured in another way; what is returned goes back to the healthy one. */
  async begin(changed: Begin): Promise<TakeOut> {
    await this.app.stop(0);
    await this.start(changed);
    return () => this.restart();
  }

  /** Changes how the database of the ward commits; the server's own setting may be off. */
  async setCommit(change: string): Promise<void> {
    const name = new URL(this.server?.url ?? 'postgres://none/none').pathname.slice(1);
    await this.server?.sql(`alter database ${name} ${change}`);
  }

  /** All findings but those about how the server of the tests is set up. */
  async findings(): Promise<Finding[]> {
    return (await this.app.checks.run()).filter(({ code = '' }) => !OF_TEST_SERVERS.has(code));
  }

  /** What is amiss. */
  async amiss(): Promise<Finding[]> {
    return (await this.findings()).filter(({ severity }) => severity === 'warning' || severity === 'error');
  }

  /** What is amiss, as soon as it is this alone: what others do to coda takes a moment to reach it, and a busy machine its time. */
  async finds(code: string): Promise<Finding[]> {
    let found: Finding[] = [];
    await eventually(async () => {
      found = await this.amiss();
      return found.length === 1 && found[0]?.code === code;
    }, 30_000);
    return found;
  }

  /** Waits until nothing is amiss any more: connections come back when they do. */
  async recovered(): Promise<Finding[]> {
    let found: Finding[] = [];
    await eventually(async () => {
      found = await this.amiss();
      return found.length === 0;
    });
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.stop(0);
    await this.setCommit('reset synchronous_commit');
    await Promise.all([this.discord.close(), this.slack.close(), this.model.close()]);
    await this.server?.drop();
    await this.loan?.giveBack();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`. */
function nested(flat: Changes): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    if (value === undefined) continue;
    const keys = path.split('.');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1) as string] = value;
  }
  return root;
}
