/** The histories of Discord's channels, read for what was missed. */
import type { REST } from 'discord.js';
import { deadline } from '../../base/async.ts';
import {
  type History,
  type Inbox,
  type IncomingMessage,
  type KnownPlace,
  LookBack,
  MOST_PLACES,
} from '../../delivery/index.ts';
import { type Channels, type RawChannel, spokenIn } from './channels.ts';
import type { DiscordOptions } from './options.ts';
import { isOutage } from './outcome.ts';
import { ADAPTER, type ChannelInfo, madeAt, namesOf, type RawMessage } from './parse.ts';
import { asChannel, asPage, isWritten } from './shapes.ts';

const MOST_ASKED = 50;
const AT_ONCE = 4;
const PAGE_WITHIN_MS = 30_000;

interface BackfillDeps {
  options: DiscordOptions;
  inbox: Inbox;
  channels: Channels;
  signal: AbortSignal;
  rest(): REST;
  isAddressed(message: RawMessage, channel: ChannelInfo): boolean;
  bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage>;
  hear(message: RawMessage, channel: ChannelInfo): Promise<void>;
  /** Runs the task after what was heard in the channel before; what is heard meanwhile waits for it. */
  inOrder(channel: string, task: () => Promise<void>): void;
}

export class Backfill {
  private readonly deps: BackfillDeps;
  private readonly past: LookBack;
  private places: ReadonlySet<string> = new Set();
  private unheardSince: Date | undefined;

  constructor(deps: BackfillDeps) {
    this.deps = deps;
    const { inbox, options } = deps;
    const { look_back_messages: limit } = options.config;
    this.past = new LookBack({ adapter: ADAPTER, inbox, clock: options.clock, limit, atOnce: AT_ONCE });
  }

  /** Queues what may have been missed in an absence: `awayMs` long if this process was there before. */
  async lookBack(awayMs: number | undefined): Promise<void> {
    const { dm } = this.deps.options.config;
    const { places, heardUntil } = await this.past.absence(awayMs);
    this.places = new Set(places.map(({ place }) => place.channel));
    this.unheardSince = heardUntil && this.latest(heardUntil);
    if (dm && this.unheardSince) this.deps.inOrder('direct messages', () => this.lookThroughDirect());
    for (const [id, { heardAt }] of this.withParents(places)) this.enqueue(id, heardAt);
  }

  /** Looks where coda had never been spoken to: what was said first there may have been missed. */
  lookThroughNew(channels: readonly RawChannel[]): void {
    const since = this.unheardSince;
    if (!since) return;
    for (const id of spokenIn(channels, since, MOST_PLACES))
      if (!this.places.has(id)) this.enqueue(id, undefined, since);
  }

  idle(): Promise<void> {
    return this.past.idle();
  }

  private enqueue(channel: string, heardAt: Date | undefined, from?: Date): void {
    this.deps.inOrder(channel, () => this.past.enqueue(() => this.lookThrough(channel, heardAt, from)));
  }

  /** A bot is not told of its direct conversations; those with people whom the access rules name can be asked for. */
  private async lookThroughDirect(): Promise<void> {
    const { options, rest, channels } = this.deps;
    for (const user of options.people.slice(0, MOST_ASKED)) {
      try {
        const channel = asChannel<RawChannel>(
          await rest().post('/users/@me/channels', { body: { recipient_id: user } }),
        );
        channels.learn(channel);
        this.lookThroughNew([channel]);
      } catch (error) {
        if (isOutage(error)) throw error;
      }
    }
  }

  /** A question that gets a thread is asked in the channel above it. */
  private withParents(places: readonly KnownPlace[]): Map<string, KnownPlace> {
    const placesById = new Map(places.map((place) => [place.place.channel, place]));
    if (this.deps.options.config.threads === false) return placesById;
    for (const { place, heardAt } of places) {
      const parent = place.kind === 'thread' ? this.deps.channels.parentOf(place.channel) : undefined;
      if (parent && !placesById.has(parent)) {
        placesById.set(parent, { place: { ...place, channel: parent, kind: 'channel' }, heardAt });
      }
    }
    return placesById;
  }

  private async lookThrough(id: string, heardAt: Date | undefined, from = new Date(0)): Promise<void> {
    const { options, channels, signal, isAddressed, bare, hear } = this.deps;
    const rest = this.deps.rest();
    const channel = await channels.get(id, rest);
    const strange: string[] = [];
    const isAsked = (message: RawMessage) => {
      if (isWritten(message)) return isAddressed(message, channel);
      strange.push(message.id);
      return false;
    };
    const window = { since: this.latest(from), heardAt };
    await this.past.readThrough(historyOf(rest, id, signal), window, {
      isAsked,
      authorOf: ({ author }) => author.id,
      namesOf,
      bare: (message) => bare(message, channel),
      // The channel's queue waits for all of this.
      inOrder: (task) => task(),
      hear: (message) => hear(message, channel),
    });
    if (strange.length > 0) options.log.error({ channel: id, messages: strange }, 'messages could not be understood');
  }

  /** The later of this instant and the beginning of the window. */
  private latest(at: Date): Date {
    const { clock, config } = this.deps.options;
    return new Date(Math.max(clock.now().getTime() - config.look_back, at.getTime()));
  }
}

function historyOf(rest: REST, channel: string, signal: AbortSignal): History<RawMessage> {
  return {
    async page(limit, before) {
      const query = new URLSearchParams({ limit: String(limit), ...(before && { before: before.id }) });
      // The client never takes its listener off a signal: each request gets one of its own.
      using own = deadline(PAGE_WITHIN_MS, signal);
      const answer = await rest.get(`/channels/${channel}/messages`, { query, signal: own.signal });
      const messages = asPage<RawMessage>(answer);
      // Discord fills its pages (discord.com/developers/docs/resources/message#get-channel-messages).
      return { messages, more: messages.length >= limit };
    },
    sentAt: ({ id }) => madeAt(id),
  };
}
