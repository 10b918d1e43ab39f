import { rm } from 'node:fs/promises';
import type { AnyTool, Model } from '../../../src/agent/index.ts';
import { type App, build, readConfig } from '../../../src/app/index.ts';
import { SystemClock, TestClock } from '../../../src/base/clock.ts';
import { createLog, Secrets } from '../../../src/base/log.ts';
import { MetricsBook } from '../../../src/base/metrics.ts';
import type { World } from '../../../src/base/world.ts';
import type { Command, Skill } from '../../../src/chat/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { migratedFolder } from '../database.ts';
import { eventually } from '../eventually.ts';
import { type Channel, type FakeOptions, FakeSlack, type Message, type User, wordsOf } from './index.ts';

export interface SlackPlayOptions {
  /** Keys of the `slack` block. */
  slack?: Record<string, unknown>;
  config?: Record<string, unknown>;
  fake?: FakeOptions;
  /** Makes a clock that only moves when it is told to, together with Slack's. */
  stillClock?: boolean;
  model?: Model;
  commands?: readonly Command[];
  tools?: readonly AnyTool[];
  /** Begins without coda. */
  asleep?: boolean;
  /** Those whom the rules let in besides Ana (the owner) and Bob; may name groups. */
  members?(play: SlackPlay): string[];
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

/** coda with the real Bolt in front of the fake Slack, both in this process. */
export class SlackPlay {
  readonly fake: FakeSlack;
  readonly general: Channel;
  readonly ana: User;
  readonly bob: User;
  /** Nobody has let her in. */
  readonly eve: User;
  readonly log: string[] = [];
  readonly world: World;
  app!: App;
  private readonly options: SlackPlayOptions;
  private readonly dataDir: string;
  private running = false;

  private constructor(fake: FakeSlack, dataDir: string, options: SlackPlayOptions) {
    this.fake = fake;
    this.dataDir = dataDir;
    this.options = options;
    [this.ana, this.bob, this.eve] = [fake.user('Ana'), fake.user('Bob'), fake.user('Eve')];
    this.general = fake.channel('general', [this.ana, this.bob, this.eve]);
    const secrets = new Secrets();
    const log = createLog('debug', secrets, { write: (line) => void this.log.push(line) });
    const clock = options.stillClock ? new TestClock(new Date(fake.now())) : new SystemClock();
    const told = process.env.CODA_TEST_LOG ? createLog('debug', secrets) : log;
    this.world = { clock, env: {}, log: told, secrets, metrics: new MetricsBook() };
  }

  static async begin(options: SlackPlayOptions = {}): Promise<SlackPlay> {
    const play = new SlackPlay(await FakeSlack.start(options.fake), await migratedFolder(), options);
    if (!options.asleep) await play.start();
    return play;
  }

  /** A process of coda begins; resolves when it hears. */
  async start(): Promise<void> {
    const { slack = {}, config = {}, model, commands, tools, members } = this.options;
    const { fake, world, dataDir } = this;
    const settings: Record<string, unknown> = {
      'assistant.zone': 'Europe/Berlin',
      'slack.bot_token': fake.botToken,
      'slack.app_token': fake.appToken,
      'slack.api_url': fake.apiUrl,
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port: fake.web.port }],
      'access.owners': [`slack:${this.ana.id}`],
      'access.members': [`slack:${this.bob.id}`, ...(members?.(this) ?? [])],
      ...Object.fromEntries(Object.entries(slack).map(([key, value]) => [`slack.${key}`, value])),
      ...config,
    };
    const flags = Object.fromEntries(
      Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
    );
    const loaded = readConfig({ env: {}, dataDir, flags, secrets: world.secrets, cwd: dataDir });
    const skill: Skill = { name: 'played', commands: () => [...(commands ?? [])], tools: () => [...(tools ?? [])] };
    this.app = await build(loaded, world, {
      version: 'test',
      hint: '',
      onFatal: (error) => this.log.push(`fatal: ${error.message}`),
      skills: [skill],
      ...(model && { model }),
    });
    await this.app.start();
    this.running = true;
  }

  async stop(graceMs = 0): Promise<void> {
    this.running = false;
    await this.app.stop(graceMs);
  }

  /** Somebody says something to coda. */
  asks(
    text: string,
    { user = this.ana, channel = this.general, thread = undefined as string | undefined } = {},
  ): Message {
    const called = channel.kind === 'im' ? text : `<@${this.fake.bot.id}> ${text}`;
    return this.fake.says(user, channel, called, { thread });
  }

  /** Waits until coda has said something that matches here, and returns it. */
  async hears(words: string | RegExp, channel = this.general, withinMs?: number): Promise<Message> {
    const matches = (message: Message) =>
      typeof words === 'string' ? wordsOf(message).includes(words) : words.test(wordsOf(message));
    const found = await eventually(() => this.fake.said(channel).findLast(matches), withinMs);
    if (found) return found;
    const said = this.fake.said(channel).map(wordsOf);
    throw new Error(`coda never said ${words}, but ${JSON.stringify(said)}\n${this.log.slice(-20).join('')}`);
  }

  /** Everything that coda has said with these words, anywhere. */
  said(words: string): Message[] {
    return [...this.fake.channels.values()].flatMap((channel) =>
      this.fake.said(channel).filter((message) => wordsOf(message).includes(words)),
    );
  }

  /** Resolves when nothing is being heard, done or said. */
  async settled(): Promise<void> {
    await this.app.settled();
  }

  /** Time passes, for coda and for Slack. */
  async passes(ms: number): Promise<void> {
    const { clock } = this.world;
    if (!(clock instanceof TestClock)) throw new Error('this clock moves by itself');
    this.fake.advance(ms);
    await clock.moveTo(new Date(clock.now().getTime() + ms), () => this.app.settled());
    await this.app.settled();
  }

  /** The same without waiting for what that leads to. */
  async moves(ms: number): Promise<void> {
    const { clock } = this.world;
    if (!(clock instanceof TestClock)) throw new Error('this clock moves by itself');
    this.fake.advance(ms);
    await clock.moveTo(new Date(clock.now().getTime() + ms));
  }

  /** The database that coda works on, for what no person can see. */
  get database(): Database {
    return this.app.database;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
    await this.fake.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export const playSlack = (options?: SlackPlayOptions): Promise<SlackPlay> => SlackPlay.begin(options);
