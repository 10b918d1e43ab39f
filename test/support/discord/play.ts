import { eventually } from '../eventually.ts';
import { PlatformPlay, type PlatformPlayOptions } from '../platform-play.ts';
import {
  type Channel,
  FakeDiscord,
  type FakeOptions,
  type Guild,
  type Interaction,
  type Message,
  type User,
} from './index.ts';

export { echo, inTwo } from '../platform-play.ts';

export interface DiscordPlayOptions extends PlatformPlayOptions {
  /** Keys of the `discord` block. */
  discord?: Record<string, unknown>;
  fake?: FakeOptions;
  /** Another process for the same Discord, with the same token. */
  beside?: DiscordPlay;
  /** Those whom the rules let in besides Ana (the owner) and Bob; may name groups. */
  members?(play: { guild: Guild; ana: User; bob: User; eve: User }): string[];
}

/** coda with the real discord.js in front of the fake Discord, both in this process. */
export class DiscordPlay extends PlatformPlay<FakeDiscord, DiscordPlayOptions> {
  readonly guild: Guild;
  readonly general: Channel;
  readonly ana: User;
  readonly bob: User;
  /** Nobody has let her in. */
  readonly eve: User;

  private constructor(fake: FakeDiscord, options: DiscordPlayOptions) {
    super(fake, options);
    const { beside } = options;
    this.ana = beside?.ana ?? fake.user('Ana');
    this.bob = beside?.bob ?? fake.user('Bob');
    this.eve = beside?.eve ?? fake.user('Eve');
    this.guild = beside?.guild ?? fake.guild('Home', [this.ana, this.bob, this.eve]);
    this.general = beside?.general ?? fake.channel(this.guild, 'general');
  }

  static async begin(options: DiscordPlayOptions = {}): Promise<DiscordPlay> {
    const fake = options.beside?.fake ?? (await FakeDiscord.start(options.fake));
    const play = new DiscordPlay(fake, options);
    if (!options.asleep) await play.start();
    return play;
  }

  protected settings(): Record<string, unknown> {
    const { discord = {}, members } = this.options;
    return {
      'discord.token': 'fake-discord-token',
      'discord.api_url': this.fake.apiUrl,
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port: this.fake.rest.port }],
      'access.owners': [`discord:${this.ana.id}`],
      'access.members': [`discord:${this.bob.id}`, ...(members?.(this) ?? [])],
      ...Object.fromEntries(Object.entries(discord).map(([key, value]) => [`discord.${key}`, value])),
      'access.rate_limit.enabled': false,
    };
  }

  protected override get ownsFake(): boolean {
    return this.options.beside === undefined;
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
}

export const playDiscord = (options?: DiscordPlayOptions): Promise<DiscordPlay> => DiscordPlay.begin(options);
