import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyTool, Model } from '../../src/agent/index.ts';
import { type App, build, readConfig } from '../../src/app/index.ts';
import { SystemClock, TestClock } from '../../src/base/clock.ts';
import { createLog, Secrets } from '../../src/base/log.ts';
import { MetricsBook } from '../../src/base/metrics.ts';
import { OutboundProxy } from '../../src/base/outbound.ts';
import type { World } from '../../src/base/world.ts';
import type { Command, Skill } from '../../src/chat/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { borrowEngine, type Loan } from './engines.ts';
import type { TestPostgres } from './postgres.ts';

/** What plays on every platform can be told. */
export interface PlatformPlayOptions {
  config?: Record<string, unknown>;
  /** Makes a clock that only moves when it is told to, together with the platform's. */
  stillClock?: boolean;
  model?: Model;
  commands?: readonly Command[];
  tools?: readonly AnyTool[];
  /** Has an embedded database that was nobody's before: one that many suites have used prepares no further statements. */
  freshEngine?: boolean;
  /** The environment, of which the configuration knows nothing. */
  env?: Record<string, string>;
  /** Begins without coda. */
  asleep?: boolean;
}

/** Two processes of coda with the same tokens and one database, which goes with them. `begin` makes one of them. */
export async function playTwo<Play extends AsyncDisposable & { fake: unknown }>(
  server: TestPostgres,
  { config, ...options }: PlatformPlayOptions,
  begin: (options: PlatformPlayOptions & { beside?: Play }) => Promise<Play>,
) {
  const both = { ...options, config: { 'storage.url': server.url, ...config } };
  const one = await begin(both);
  const two = await begin({ ...both, beside: one });
  return {
    ...{ one, two, fake: one.fake as Play['fake'] },
    async [Symbol.asyncDispose]() {
      await two[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      await server.drop();
    },
  };
}

/** A platform on this machine, with a clock of its own. */
interface FakeOfPlatform {
  now(): number;
  follow(clock: () => number): void;
  close(): Promise<void>;
}

/** Answers `answer to <what was said>`. */
export const echo: Model = {
  name: 'test/echo',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user');
    yield { type: 'text', text: `answer to ${said?.text ?? 'nothing'}` };
    yield { type: 'stop', reason: 'end' };
  },
};

/** Says its first words, and the rest when it may. */
export function inTwo(go: Promise<void>): Model {
  return inPieces([
    { text: 'first words', when: Promise.resolve() },
    { text: ' and the last', when: go },
  ]);
}

/** Says each of these when it may. */
export function inPieces(pieces: readonly { text: string; when: Promise<void> }[]): Model {
  return {
    name: 'test/pieces',
    async *generate() {
      for (const { text, when } of pieces) {
        await when;
        yield { type: 'text', text };
      }
      yield { type: 'stop', reason: 'end' };
    },
  };
}

/** coda with a platform's real client in front of the fake platform, both in this process. */
export abstract class PlatformPlay<Fake extends FakeOfPlatform, Options extends PlatformPlayOptions> {
  readonly fake: Fake;
  readonly log: string[] = [];
  readonly world: World;
  app!: App;
  protected readonly options: Options;
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'coda-play-'));
  private loan: Loan | undefined;
  private running = false;

  constructor(fake: Fake, options: Options) {
    this.fake = fake;
    this.options = options;
    const secrets = new Secrets();
    const log = createLog('debug', secrets, { write: (line) => void this.log.push(line) });
    const clock = options.stillClock ? new TestClock(new Date(fake.now())) : new SystemClock();
    // What a platform tells to wait is counted by both on one clock, however slow the machine is.
    if (options.stillClock) fake.follow(() => clock.now().getTime());
    const told = process.env.CODA_TEST_LOG ? createLog('debug', secrets) : log;
    const { env = {} } = options;
    const proxy = OutboundProxy.of(env);
    this.world = { clock, env, log: told, secrets, metrics: new MetricsBook(), proxy };
  }

  /** The keys of the configuration that the platform needs. */
  protected abstract settings(): Record<string, unknown>;

  /** Whether the platform ends with this play. */
  protected get ownsFake(): boolean {
    return true;
  }

  /** A process of coda begins; resolves when it hears. */
  async start(): Promise<void> {
    const { config = {}, model, commands = [], tools = [] } = this.options;
    const settings = { 'assistant.zone': 'Europe/Berlin', ...this.settings(), ...config };
    const flags = Object.fromEntries(
      Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
    );
    const { world, dataDir } = this;
    const loaded = readConfig({ env: {}, dataDir, flags, secrets: world.secrets, cwd: dataDir });
    const skill: Skill = { name: 'played', commands: () => [...commands], tools: () => [...tools] };
    if (loaded.storage.url === undefined) this.loan ??= await borrowEngine({ fresh: this.options.freshEngine });
    this.app = await build(loaded, world, {
      version: 'test',
      hint: '',
      onFatal: (error) => this.log.push(`fatal: ${error.message}`),
      skills: [skill],
      ...(model && { model }),
      ...(this.loan && { engine: this.loan.open() }),
    });
    await this.app.start();
    this.running = true;
  }

  async stop(graceMs = 0): Promise<void> {
    this.running = false;
    await this.app.stop(graceMs);
  }

  /** Resolves when nothing is being heard, done or said. */
  async settled(): Promise<void> {
    await this.app.whenSettled();
  }

  /** Time passes, for coda and for the platform. */
  async passes(ms: number): Promise<void> {
    const { clock } = this;
    await clock.moveTo(new Date(clock.now().getTime() + ms), () => this.app.whenSettled());
    await this.app.whenSettled();
  }

  /** The same without waiting for what that leads to. */
  async moves(ms: number): Promise<void> {
    const { clock } = this;
    await clock.moveTo(new Date(clock.now().getTime() + ms));
  }

  /** The database that coda works on, for what no person can see. */
  get database(): Database {
    return this.app.database;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
    if (this.ownsFake) await this.fake.close();
    await this.loan?.giveBack();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private get clock(): TestClock {
    const { clock } = this.world;
    if (!(clock instanceof TestClock)) throw new Error('this clock moves by itself');
    return clock;
  }
}
