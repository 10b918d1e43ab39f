import { eventually } from '../eventually.ts';
import { PlatformPlay, type PlatformPlayOptions } from '../platform-play.ts';
import { type Channel, type FakeOptions, FakeSlack, type Message, type User, wordsOf } from './index.ts';

export { echo, inPieces } from '../platform-play.ts';

export interface SlackPlayOptions extends PlatformPlayOptions {
  /** Keys of the `slack` block. */
  slack?: Record<string, unknown>;
  fake?: FakeOptions;
  /** Another process for the same Slack, with the same tokens. */
  beside?: SlackPlay;
  /** Those whom the rules let in besides Ana (the owner) and Bob; may name groups. */
  members?(play: SlackPlay): string[];
}

/** coda with the real Bolt in front of the fake Slack, both in this process. */
export class SlackPlay extends PlatformPlay<FakeSlack, SlackPlayOptions> {
  readonly general: Channel;
  readonly ana: User;
  readonly bob: User;
  /** Nobody has let her in. */
  readonly eve: User;

  private constructor(fake: FakeSlack, options: SlackPlayOptions) {
    super(fake, options);
    const { beside } = options;
    this.ana = beside?.ana ?? fake.user('Ana');
    this.bob = beside?.bob ?? fake.user('Bob');
    this.eve = beside?.eve ?? fake.user('Eve');
    this.general = beside?.general ?? fake.channel('general', [this.ana, this.bob, this.eve]);
  }

  static async begin(options: SlackPlayOptions = {}): Promise<SlackPlay> {
    const fake = options.beside?.fake ?? (await FakeSlack.start(options.fake));
    const play = new SlackPlay(fake, options);
    if (!options.asleep) await play.start();
    return play;
  }

  protected settings(): Record<string, unknown> {
    const { slack = {}, members } = this.options;
    const { fake } = this;
    return {
      'slack.bot_token': fake.botToken,
      'slack.app_token': fake.appToken,
      'slack.api_url': fake.apiUrl,
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port: fake.web.port }],
      'access.owners': [`slack:${this.ana.id}`],
      'access.members': [`slack:${this.bob.id}`, ...(members?.(this) ?? [])],
      ...Object.fromEntries(Object.entries(slack).map(([key, value]) => [`slack.${key}`, value])),
    };
  }

  protected override get ownsFake(): boolean {
    return this.options.beside === undefined;
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
}

export const playSlack = (options?: SlackPlayOptions): Promise<SlackPlay> => SlackPlay.begin(options);
