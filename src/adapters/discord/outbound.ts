import type { APIMessage, RawFile, REST } from 'discord.js';
import { BoundedSet } from '../../base/bounded.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import {
  CLOCK_MARGIN_MS,
  type Content,
  type Inbox,
  Order,
  type Part,
  type Place,
  type Receipt,
  type SendOutcome,
  Typing,
  uploadOf,
} from '../../delivery/index.ts';
import { decodeOrigin, EPHEMERAL, type InteractionToken, LOADING, OPEN, originalOf } from './callback.ts';
import type { RawChannel } from './channels.ts';
import { rawFiles, UPLOADS } from './files.ts';
import { bodyOf, customIds, fitContent, type MessageBody, newMessage, textOf, voiceOf } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { CODES, codeOf, editOutcomeOf, notSignedIn, outcomeOf, statusOf } from './outcome.ts';
import { placeOf, snowflakeAt } from './parse.ts';
import { asChannel, asMessage, asPage, isVoiceMessage } from './shapes.ts';
import * as texts from './texts.ts';

export interface OutboundDeps {
  options: DiscordOptions;
  rest(): REST | undefined;
  inbox(): Inbox | undefined;
  application(): string;
  onSaying(nonce: string): void;
}

const PAGE = 100;
const MOST_PAGES = 5;
const REMEMBERED = 1_000;

/** The receipt of a part that answers an interaction: only its token can reach one that is private. */
interface OwnReceipt extends Receipt {
  channel: string;
}

export class Outbound {
  private readonly deps: OutboundDeps;
  private readonly answeredHere = new BoundedSet<string>(REMEMBERED);
  private readonly order = new Order();

  constructor(deps: OutboundDeps) {
    this.deps = deps;
  }

  wasAnswered(interaction: string): boolean {
    return this.answeredHere.has(interaction);
  }

  /** Parts said before in the same channel that have to wait go first; answers to interactions have no limit. */
  async send(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    const origin = decodeOrigin(part.replyTo);
    if (origin) return this.attempt(part, origin, signal);
    const { channel } = part.place;
    const wait = this.order.delayBehind(channel, part, this.now());
    if (wait > 0) return { kind: 'retry', reason: 'others in this channel go first', afterMs: wait, untried: true };
    const outcome = await this.attempt(part, undefined, signal);
    const { afterMs } = outcome.kind === 'retry' ? outcome : {};
    if (afterMs === undefined) this.order.done(channel, part.key);
    else this.order.putOff(channel, part.key, this.now() + afterMs);
    return outcome;
  }

  async direct(user: string): Promise<Place> {
    const id = await directChannel(this.rest(), user);
    return placeOf({ id, kind: 'dm', guild: undefined, parent: undefined, openedBy: undefined });
  }

  async edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome> {
    return this.outcome(async (rest) => {
      const { content, files } = await this.prepare(part);
      const channel = channelOf(receipt, part.place);
      // Files are shown once: what was attached before is replaced by what belongs to the part.
      const body = { ...bodyOf(content), ...(files.length > 0 && { attachments: attachmentsOf(files) }) };
      const put = (route: `/${string}`) => {
        const bring = async () => asMessage(await rest.patch(route, { ...authOf(route), body, files, signal }));
        return withUnarchived(rest, channel, bring);
      };
      try {
        await put(this.routeOf(receipt, part.place));
      } catch (error) {
        // An answer to an interaction outlives its token; one that others see as well is the bot's own message.
        const isOver = codeOf(error) === CODES.unknownWebhook || codeOf(error) === CODES.invalidWebhookToken;
        const asOwn = () => put(`/channels/${channel}/messages/${receipt.id}`);
        if (isOver && (await asOwn().catch(() => undefined))) return receipt;
        // A card whose message cannot be reached any more has nothing left to show.
        if (!content.spent || !['gone', 'frozen'].includes(editOutcomeOf(error).kind)) throw error;
      }
      return receipt;
    }, editOutcomeOf);
  }

  async delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome> {
    return this.outcome(async (rest) => {
      const route = this.routeOf(receipt, place);
      try {
        const remove = () => rest.delete(route, { ...authOf(route), signal });
        await withUnarchived(rest, channelOf(receipt, place), remove);
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
      return receipt;
    }, editOutcomeOf);
  }

  /** Throws what a request throws: then nobody knows yet. */
  async find(part: Part, since: Instant, signal: AbortSignal): Promise<Receipt | undefined> {
    const rest = this.rest();
    const origin = decodeOrigin(part.replyTo);
    if (origin && isOriginal(part)) {
      const receipt = await this.findAnswer(rest, origin, part, signal);
      if (receipt) return receipt;
    }
    const own = await this.ownSince(rest, part.place.channel, since, signal);
    // A history that coda may not read counts as one without a copy, so the part is sent again.
    if (!own) return undefined;
    const ids = customIds(part.content);
    const byButton = own.find((message) => customIdsIn(message).some((id) => ids.includes(id)));
    if (byButton) return receiptOf(byButton, part.place.channel);
    const receiptIds =
      (await this.deps.inbox()?.receipts(part.place, new Date(since.getTime() - CLOCK_MARGIN_MS))) ?? new Set();
    // Messages with buttons match by the buttons' ids alone.
    const open = own.filter((message) => !receiptIds.has(message.id) && customIdsIn(message).length === 0);
    const text = textOf(forPlace(part));
    const replies = part.replyTo !== undefined && !origin && (part.index ?? 0) === 0;
    const byReply = replies && open.find((message) => message.message_reference?.message_id === part.replyTo);
    if (byReply) return receiptOf(byReply, part.place.channel);
    const isVoice = voiceOf(part.content) !== undefined;
    const byContent = open.find(
      (message) => message.content.trim() === text.trim() || (isVoice && isVoiceMessage(message)),
    );
    return byContent && receiptOf(byContent, part.place.channel);
  }

  private attempt(part: Part, origin: InteractionToken | undefined, signal: AbortSignal): Promise<SendOutcome> {
    return this.outcome(async (rest) => {
      const { content, files } = await this.prepare(part);
      if (!origin) return this.post(rest, part.place.channel, part, content, files, signal);
      this.answeredHere.add(origin.id);
      return this.answer(rest, part, origin, content, files, signal);
    }, sendOutcomeOf);
  }

  private async prepare(part: Part): Promise<{ content: Content; files: RawFile[] }> {
    const content = forPlace(part);
    if (!content.files && !content.inline) return { content, files: [] };
    const upload = await uploadOf(content, this.deps.options.artifacts, UPLOADS);
    const files = rawFiles(upload);
    const { left } = upload;
    if (left === 0) return { content, files };
    return { content: { ...content, text: `${content.text}\n${texts.notAttached(left)}`.trim() }, files };
  }

  /** The first part becomes the answer of the interaction itself, which may be repeated; others are messages. */
  private async answer(
    rest: REST,
    part: Part,
    origin: InteractionToken,
    content: Content,
    files: RawFile[],
    signal: AbortSignal,
  ): Promise<Receipt> {
    const application = this.deps.application();
    try {
      if (isOriginal(part)) {
        const original = originalOf(application, origin);
        const message = await rest.patch(original, { ...OPEN, body: bodyOf(content), files, signal });
        return { ...receiptOf(message, part.place.channel), original: `${application}/${origin.token}` };
      }
      if (origin.private) {
        const route = `/webhooks/${application}/${origin.token}` as const;
        const messageBody = bodyOf(content);
        const body = { ...messageBody, flags: EPHEMERAL | (messageBody.flags ?? 0) };
        const message = await rest.post(route, { ...OPEN, query: WAIT, body, files, signal });
        return {
          ...receiptOf(message, part.place.channel),
          original: `${application}/${origin.token}`,
          followUp: true,
        };
      }
    } catch (error) {
      if (statusOf(error) !== 404 && codeOf(error) !== CODES.invalidWebhookToken) throw error;
      // Never acknowledged, taken away, or older than its token: what is left is a message.
    }
    const channel = origin.private ? await directChannel(rest, origin.user) : part.place.channel;
    const { replyTo: _, ...message } = part;
    return this.post(rest, channel, message, content, files, signal);
  }

  private async post(
    rest: REST,
    channel: string,
    part: Part,
    content: Content,
    files: RawFile[],
    signal: AbortSignal,
  ): Promise<Receipt> {
    const body = newMessage(part, content, channel);
    this.deps.onSaying(String(body.nonce));
    const put = async (body: MessageBody) =>
      receiptOf(await rest.post(`/channels/${channel}/messages`, { body, files, signal }), channel);
    const voice = files.length === 1 ? voiceOf(content) : undefined;
    try {
      return await put({ ...body, ...voice });
    } catch (error) {
      // Without the permission for voice messages it is a file with its text.
      if (voice && [400, 403].includes(statusOf(error) ?? 0)) return put(body);
      // In a channel whose history may not be read nothing may be replied to; the answer is still owed.
      if (codeOf(error) === CODES.mayNotReply) return put({ ...body, message_reference: undefined });
      throw error;
    }
  }

  private async findAnswer(
    rest: REST,
    origin: InteractionToken,
    part: Part,
    signal: AbortSignal,
  ): Promise<Receipt | undefined> {
    const application = this.deps.application();
    try {
      const message = asMessage<APIMessage>(await rest.get(originalOf(application, origin), { ...OPEN, signal }));
      if ((message.flags ?? 0) & LOADING || message.content.trim() !== part.content.text.trim()) return undefined;
      return { ...receiptOf(message, part.place.channel), original: `${application}/${origin.token}` };
    } catch (error) {
      if (statusOf(error) === 404 || codeOf(error) === CODES.invalidWebhookToken) return undefined;
      throw error;
    }
  }

  /** Coda's own messages in a channel, oldest first; undefined where the channel is gone. */
  private async ownSince(
    rest: REST,
    channel: string,
    since: Instant,
    signal: AbortSignal,
  ): Promise<APIMessage[] | undefined> {
    try {
      return await this.readSince(rest, channel, since, signal);
    } catch (error) {
      if (outcomeOf(error).kind !== 'gone') throw error;
      return undefined;
    }
  }

  private async readSince(rest: REST, channel: string, since: Instant, signal: AbortSignal): Promise<APIMessage[]> {
    const own: APIMessage[] = [];
    let after = snowflakeAt(new Date(since.getTime() - CLOCK_MARGIN_MS));
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = new URLSearchParams({ after, limit: String(PAGE) });
      // Each page comes newest first, also when it begins at `after`.
      const messages = asPage<APIMessage>(await rest.get(`/channels/${channel}/messages`, { query, signal }));
      own.push(...messages.reverse().filter(({ author }) => author.id === this.deps.application()));
      const newest = messages.at(-1);
      if (messages.length < PAGE || !newest) break;
      after = newest.id;
    }
    return own;
  }

  private routeOf(receipt: Receipt, place: Place): `/${string}` {
    const { id, original, followUp } = receipt;
    if (typeof original === 'string') return `/webhooks/${original}/messages/${followUp ? id : '@original'}`;
    return `/channels/${channelOf(receipt, place)}/messages/${id}`;
  }

  private async outcome(work: (rest: REST) => Promise<Receipt>, of = outcomeOf): Promise<SendOutcome> {
    const rest = this.deps.rest();
    if (!rest) return { kind: 'retry', reason: 'Discord is not connected', until: 'reachable' };
    try {
      return { kind: 'sent', receipt: await work(rest) };
    } catch (error) {
      const outcome = of(error);
      this.deps.options.log.debug({ outcome: outcome.kind, error: messageOf(error) }, 'Discord did not take a part');
      return outcome;
    }
  }

  private now(): number {
    return this.deps.options.clock.now().getTime();
  }

  private rest(): REST {
    const rest = this.deps.rest();
    if (!rest) throw notSignedIn();
    return rest;
  }
}

/**
 * True if a part is the answer of an interaction itself; one instead of its message must not replace what that shows.
 */
function isOriginal({ index = 0, instead }: Part): boolean {
  return index === 0 && instead === undefined;
}

/** The same nonce was said before, and somebody has deleted that message. */
function sendOutcomeOf(error: unknown): SendOutcome {
  return codeOf(error) === CODES.unknownMessage ? { kind: 'deleted' } : outcomeOf(error);
}

/** The part as shown in its place: nobody is mentioned in their own direct messages. */
function forPlace({ content, place }: Part): Content {
  const { mention, ...plain } = content;
  return fitContent(place.kind === 'dm' ? plain : content);
}

async function directChannel(rest: REST, user: string): Promise<string> {
  const opened = await rest.post('/users/@me/channels', { body: { recipient_id: user } });
  return asChannel<RawChannel>(opened).id;
}

/** Opens a thread that was archived meanwhile, which refuses every change of what stands in it. */
async function withUnarchived<T>(rest: REST, channel: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== CODES.threadArchived) throw error;
    await rest.patch(`/channels/${channel}`, { body: { archived: false } });
    return work();
  }
}

function channelOf({ channel }: Receipt, place: Place): string {
  return typeof channel === 'string' ? channel : place.channel;
}

const WAIT = new URLSearchParams({ wait: 'true' });

function authOf(route: string): { auth?: false } {
  return route.startsWith('/webhooks/') ? OPEN : {};
}

/** Throws where it is no message: then nobody knows whether there is one. */
function receiptOf(message: unknown, usualChannel: string): OwnReceipt {
  const { id, channel_id: channel = usualChannel } = asMessage<{ id: string; channel_id?: string }>(message);
  return { id, channel };
}

function attachmentsOf(files: readonly RawFile[]): { id: string; filename: string }[] {
  return files.map(({ name }, index) => ({ id: String(index), filename: name }));
}

function customIdsIn({ components = [] }: APIMessage): string[] {
  return components.flatMap((row) =>
    'components' in row ? row.components.flatMap((each) => ('custom_id' in each ? [each.custom_id] : [])) : [],
  );
}

/** Discord shows it for 10 s. */
const AGAIN_MS = 8_000;
/** Requests of the client's limit per second that the typing indicator leaves to answers. */
const RESERVED = 25;

export function typingOn(rest: () => REST | undefined): Typing {
  return new Typing<string>({
    show: async (channel) => rest()?.post(`/channels/${channel}/typing`),
    againMs: AGAIN_MS,
    isBusy() {
      const now = rest();
      return now !== undefined && isBusy(now);
    },
  });
}

function isBusy({ globalRemaining, globalReset }: REST): boolean {
  return globalReset > Date.now() && globalRemaining < RESERVED;
}
