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
import {
  type Channel,
  FakeDiscord,
  type FakeOptions,
  type Guild,
  type Interaction,
  type Message,
  type User,
} from './index.ts';

export interface DiscordPlayOptions {
  /** Keys of the `discord` block. */
  discord?: Record<string, unknown>;
  config?: Record<string, unknown>;
  fake?: FakeOptions;
  /** Makes a clock that only moves when it is told to, together with Discord's. */
  stillClock?: boolean;
  model?: Model;
  commands?: readonly Command[];
  tools?: readonly AnyTool[];
  /** Begins without coda. */
  asleep?: boolean;
  /** Another process for the same Discord, with the same token. */
  beside?: DiscordPlay;
  /** Those whom the rules let in besides Ana (the owner) and Bob; may name groups. */
  members?(play: { guild: Guild; ana: User; bob: User; eve: User }): string[];
}

/** Answers `answer to <what was said>`; words in brackets in front say how: `[slow]`. */
export const echo: Model = {
  name: 'test/echo',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user');
    yield { type: 'text', text: `answer to ${said?.text ?? 'nothing'}` };
    yield { type: 'stop', reason: 'end' };
  },
};

/** coda with the real discord.js in front of the fake Discord, both in this process. */
export class DiscordPlay {
  readonly fake: FakeDiscord;
  readonly guild: Guild;
  readonly general: Channel;
  readonly ana: User;
  readonly bob: User;
  /** Nobody has let her in. */
  readonly eve: User;
  readonly log: string[] = [];
  readonly world: World;
  app!: App;
  private readonly options: DiscordPlayOptions;
  private readonly dataDir: string;
  private running = false;

  private constructor(fake: FakeDiscord, dataDir: string, options: DiscordPlayOptions) {
    const { beside } = options;
    this.fake = fake;
    this.dataDir = dataDir;
    this.options = options;
    this.ana = beside?.ana ?? fake.user('Ana');
    this.bob = beside?.bob ?? fake.user('Bob');
    this.eve = beside?.eve ?? fake.user('Eve');
    this.guild = beside?.guild ?? fake.guild('Home', [this.ana, this.bob, this.eve]);
    this.general = beside?.general ?? fake.channel(this.guild, 'general');
    const secrets = new Secrets();
    const log = createLog('debug', secrets, { write: (line) => void this.log.push(line) });
    const clock = options.stillClock ? new TestClock(new Date(fake.now())) : new SystemClock();
    const told = process.env.CODA_TEST_LOG ? createLog('debug', secrets) : log;
    this.world = { clock, env: {}, log: told, secrets, metrics: new MetricsBook() };
  }

  static async begin(options: DiscordPlayOptions = {}): Promise<DiscordPlay> {
    const play = new DiscordPlay(
      options.beside?.fake ?? (await FakeDiscord.start(options.fake)),
      await migratedFolder(),
      options,
    );
    if (!options.asleep) await play.start();
    return play;
  }

  /** A process of coda begins; resolves when it hears. */
  async start(): Promise<void> {
    const { discord = {}, config = {}, model, commands, tools, members } = this.options;
    const settings: Record<string, unknown> = {
      'assistant.zone': 'Europe/Berlin',
      'discord.token': 'fake-discord-token',
      'discord.api_url': this.fake.apiUrl,
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port: this.fake.rest.port }],
      'access.owners': [`discord:${this.ana.id}`],
      'access.members': [`discord:${this.bob.id}`, ...(members?.(this) ?? [])],
      ...Object.fromEntries(Object.entries(discord).map(([key, value]) => [`discord.${key}`, value])),
      'access.rate_limit.enabled': false,
      ...config,
    };
    const flags = Object.fromEntries(
      Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
    );
    const { world, dataDir } = this;
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

  /** Ana says something to coda in a channel. */
  asks(text: string, { user = this.ana, channel = this.general } = {}): Message {
    const called = channel.type === 1 ? text : `<@${this.fake.bot.id}> ${text}`;
    return this.fake.says(user, channel, called);
  }

  /** Waits until coda has said something that matches here, and returns it. */
  async hears(words: string | RegExp, channel = this.general, withinMs?: number): Promise<Message> {
    const matches = ({ content }: Message) =>
      typeof words === 'string' ? content.includes(words) : words.test(content);
    const found = await eventually(() => this.fake.said(channel).findLast(matches), withinMs);
    if (found) return found;
    const said = this.fake.said(channel).map(({ content }) => content);
    throw new Error(`coda never said ${words}, but ${JSON.stringify(said)}\n${this.log.slice(-20).join('')}`);
  }

  /** Everything that coda has said with these words, anywhere. */
  said(words: string): Message[] {
    return [...this.fake.channels.values()].flatMap((channel) =>
      this.fake.said(channel).filter(({ content }) => content.includes(words)),
    );
  }

  /** What an interaction was answered with. */
  async answer(interaction: Interaction): Promise<Message> {
    const found = await eventually(() => {
      const { original } = interaction;
      return original && !(original.flags & 128) ? original : undefined;
    });
    if (!found) throw new Error(`the interaction was not answered\n${this.log.slice(-20).join('')}`);
    return found;
  }

  /** Resolves when nothing is being heard, done or said. */
  async settled(): Promise<void> {
    await this.app.settled();
  }

  /** Time passes, for coda and for Discord. */
  async passes(ms: number): Promise<void> {
    const { clock } = this.world;
    if (!(clock instanceof TestClock)) throw new Error('this clock moves by itself');
    this.fake.advance(ms);
    await clock.moveTo(new Date(clock.now().getTime() + ms), () => this.app.settled());
    await this.app.settled();
  }

  /** The database that coda works on, for what no person can see. */
  get database(): Database {
    return this.app.database;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
    if (!this.options.beside) await this.fake.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export const playDiscord = (options?: DiscordPlayOptions): Promise<DiscordPlay> => DiscordPlay.begin(options);
