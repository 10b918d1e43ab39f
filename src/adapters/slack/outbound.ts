import { BoundedMap } from '../../base/bounded.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import {
  CLOCK_MARGIN_MS,
  type Content,
  Order,
  type Part,
  type Place,
  type Receipt,
  type SendOutcome,
} from '../../delivery/index.ts';
import type { Channels } from './channels.ts';
import { type Api, isSlackAddress } from './client.ts';
import type { SlackOptions } from './config.ts';
import { bodyOf, isFiles, type MessageBody, PLAIN_LENGTHS, plainBodiesOf } from './message.ts';
import { errorOf, outcomeOf, SlackRefusal, SlackUnclear } from './outcome.ts';
import { ADAPTER, decodeOrigin, type Origin, tsAt, whereIs } from './parse.ts';
import { asChannel, asPage, asPosted } from './shapes.ts';
import type { Uploads } from './uploads.ts';

export interface OutboundDeps {
  options: SlackOptions;
  channels: Channels;
  uploads: Uploads;
  api(): Api | undefined;
  me(): { user: string; team: string } | undefined;
}

const EVENT_TYPE = 'coda_delivery';
const PAGE = 200;
const MOST_PAGES = 5;
const REMEMBERED = 2_000;

export class Outbound {
  private readonly deps: OutboundDeps;
  private readonly order = new Order();
  /** Presses, by message: a message that one person alone sees is only reached by the press of a button under it. */
  private readonly pressed = new BoundedMap<string, string>(REMEMBERED);
  /** Plain pieces of a part that were found, whose last one was not: how many. */
  private readonly pieces = new BoundedMap<string, number>(REMEMBERED);
  private markdown = true;

  constructor(deps: OutboundDeps) {
    this.deps = deps;
  }

  pressedUnder(button: string, responseUrl: string): void {
    this.pressed.set(button, responseUrl);
  }

  /** Parts said before in the same channel that have to wait go first. */
  async send(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    const origin = decodeOrigin(part.replyTo);
    if (origin && isHidden(origin, part.place))
      return this.outcome(signal, (api) => this.tell(api, part, origin, signal));
    const { channel } = part.place;
    const wait = this.order.delayBehind(channel, part, this.now());
    if (wait > 0) return { kind: 'retry', reason: 'others in this channel go first', afterMs: wait, untried: true };
    const outcome = await this.outcome(signal, (api) => this.post(api, part, origin, signal));
    const { afterMs } = outcome.kind === 'retry' ? outcome : {};
    if (afterMs === undefined) this.order.done(channel, part.key);
    else this.order.putOff(channel, part.key, this.now() + afterMs);
    return outcome;
  }

  edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome> {
    return this.outcome(signal, async (api) => {
      const { content } = part;
      if (isFiles(content)) return receipt.files ? receipt : this.replace(api, receipt, part, signal);
      if (receipt.hidden) return this.editHidden(receipt, content);
      const { channel } = channelOf(receipt, part.place);
      try {
        const update = (body: MessageBody) =>
          api('chat.update', { channel, ts: receipt.id, ...body, metadata: metadataOf(part) });
        await this.sayContent(content, update).catch((error: unknown) => {
          const [plain, ...more] = isUnshowable(error) ? plainBodiesOf(content, PLAIN_LENGTHS[0]) : [];
          // A further message says the rest of what this one cannot hold.
          if (!plain || more.length > 0) throw error;
          return update(plain);
        });
      } catch (error) {
        // A card whose message cannot be reached any more has nothing left to show.
        if (!content.spent || !['gone', 'frozen'].includes(outcomeOf(error).kind)) throw error;
      }
      return receipt;
    });
  }

  delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome> {
    return this.outcome(signal, async (api) => {
      if (receipt.hidden) return receipt;
      if (Array.isArray(receipt.files)) {
        await this.deps.uploads.remove(api, receipt.files as string[]);
        return receipt;
      }
      const { channel } = channelOf(receipt, place);
      try {
        await api('chat.delete', { channel, ts: receipt.id });
      } catch (error) {
        if (errorOf(error) !== 'message_not_found') throw error;
      }
      return receipt;
    });
  }

  /** Throws what a request throws: then nobody knows yet. Where coda may not read it can have put nothing either. */
  async find(part: Part, since: Instant): Promise<Receipt | undefined> {
    try {
      return await this.lookFor(part, since);
    } catch (error) {
      if (outcomeOf(error).kind !== 'gone') throw error;
      return undefined;
    }
  }

  private async lookFor(part: Part, since: Instant): Promise<Receipt | undefined> {
    const api = this.deps.api();
    if (!api) throw new SlackUnclear('find', 'not signed in to Slack');
    const origin = decodeOrigin(part.replyTo);
    // A message that one person alone sees stands in no history.
    if (origin && isHidden(origin, part.place)) return undefined;
    const { channel, thread } = whereIs(part.place);
    if (isFiles(part.content)) return this.deps.uploads.find(api, part, channel);
    const wanted = keyOf(part);
    const oldest = tsAt(new Date(since.getTime() - CLOCK_MARGIN_MS));
    for (let cursor = '', page = 0; page < MOST_PAGES; page++) {
      const args = { channel, oldest, limit: PAGE, include_all_metadata: true, ...(cursor && { cursor }) };
      const answer =
        thread === undefined
          ? await api('conversations.history', args)
          : await api('conversations.replies', { ...args, ts: thread });
      const { messages, response_metadata: more } = asPage(answer);
      const mine = messages.find((message) => keyIn(message) === wanted);
      if (mine) return { id: mine.ts, channel };
      this.pieces.set(
        part.key,
        Math.max(this.pieces.get(part.key) ?? 0, ...messages.map((each) => pieceIn(each, wanted))),
      );
      cursor = more?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return undefined;
  }

  async direct(user: string): Promise<Place> {
    const api = this.deps.api();
    const me = this.deps.me();
    if (!api || !me) throw new SlackUnclear('direct', 'not signed in to Slack');
    const { id } = asChannel(await api('conversations.open', { users: user }));
    this.deps.channels.learnDirect(id);
    return { adapter: ADAPTER, channel: id, space: me.team, kind: 'dm' };
  }

  private async post(api: Api, part: Part, origin: Origin | undefined, signal: AbortSignal): Promise<Receipt> {
    const { channel, thread } = whereIs(part.place);
    const { content } = part;
    if (isFiles(content)) return this.deps.uploads.share(api, part, { channel, thread }, signal);
    const where = { channel, ...(thread && { thread_ts: thread }) };
    try {
      const posted = await this.sayContent(forPlace(content, part.place), (body) =>
        api('chat.postMessage', { ...where, ...body, metadata: metadataOf(part) }),
      );
      return { id: asPosted(posted).ts, channel };
    } catch (error) {
      if (isUnshowable(error)) return this.postPlain(api, part, where, error);
      // A command can be used where coda is not: its own address leads back there.
      const isElsewhere = ['channel_not_found', 'not_in_channel'].includes(errorOf(error) ?? '');
      if (!origin || !isElsewhere) throw error;
      return this.tell(api, part, origin, signal);
    }
  }

  /**
   * Says in plain messages what Slack takes in no other form. The last one carries the part's key, so that the part is there
   * when all of it is; what an earlier attempt has posted is not posted again.
   */
  private async postPlain(api: Api, part: Part, where: { channel: string }, refusal: unknown): Promise<Receipt> {
    const posted = ((part.instead === undefined && part.progress) || {}) as { plain?: number; longest?: number };
    const from = Math.max(posted.plain ?? 0, this.pieces.get(part.key) ?? 0);
    const lengths = posted.longest === undefined ? PLAIN_LENGTHS : [posted.longest];
    for (const longest of lengths) {
      const content = forPlace(part.content, part.place);
      const bodies = plainBodiesOf(content, longest);
      if (bodies.length === 1 && !saysOtherwise(content, longest)) continue;
      for (let index = Math.min(from, bodies.length - 1); index < bodies.length; index++) {
        const isLast = index === bodies.length - 1;
        const body = { ...where, ...bodies[index], metadata: metadataOf(part, isLast ? undefined : index) };
        const answer = await api('chat.postMessage', body).catch((error: unknown) => {
          const isFirst = index === 0 && longest !== lengths.at(-1);
          if (isFirst && isUnshowable(error)) return undefined;
          throw error;
        });
        if (answer === undefined) break;
        if (isLast) return { id: asPosted(answer).ts, channel: where.channel };
        await part.keep?.({ plain: index + 1, longest });
      }
    }
    throw refusal;
  }

  /** Says something that one person alone sees. It cannot be found again, so that it may come twice. */
  private async tell(api: Api, part: Part, origin: Origin, signal: AbortSignal): Promise<Receipt> {
    const { channel, thread } = whereIs(part.place);
    const { api_url: apiUrl } = this.deps.options.config;
    const where = thread === undefined ? {} : { thread_ts: thread };
    if (isFiles(part.content))
      return this.direct(origin.user).then((place) => this.post(api, { ...part, place }, undefined, signal));
    const body = bodyOf(forPlace(part.content, part.place), false);
    const outcome = await postTo(
      origin.responseUrl,
      { response_type: 'ephemeral', replace_original: false, ...where, ...body },
      apiUrl,
    );
    if (outcome === 'taken') return { id: `hidden:${part.key}`, hidden: true };
    try {
      await api('chat.postEphemeral', { channel, user: origin.user, ...where, ...body });
      return { id: `hidden:${part.key}`, hidden: true };
    } catch (error) {
      if (isUnshowable(error)) {
        for (const plain of plainBodiesOf(forPlace(part.content, part.place), PLAIN_LENGTHS[0]))
          await api('chat.postEphemeral', { channel, user: origin.user, ...where, ...plain });
        return { id: `hidden:${part.key}`, hidden: true };
      }
      if (outcomeOf(error).kind !== 'gone') throw error;
      const place = await this.direct(origin.user);
      return this.post(api, { ...part, place }, undefined, signal);
    }
  }

  private async replace(api: Api, receipt: Receipt, part: Part, signal: AbortSignal): Promise<Receipt> {
    const shared = await this.post(api, part, undefined, signal);
    const { channel } = channelOf(receipt, part.place);
    await api('chat.delete', { channel, ts: receipt.id }).catch(() => {});
    return shared;
  }

  private async editHidden(receipt: Receipt, content: Content): Promise<Receipt> {
    const url = [...(content.spent ?? []), ...(content.buttons ?? [])]
      .map(({ id }) => this.pressed.get(id))
      .find(Boolean);
    // Nothing but a press reaches it.
    if (!url) return receipt;
    const { api_url: api } = this.deps.options.config;
    await postTo(url, { replace_original: true, ...bodyOf(content, false) }, api);
    return receipt;
  }

  /** Says it with a markdown block; where Slack does not take those, in its own notation from then on. */
  private async sayContent(content: Content, say: (body: MessageBody) => Promise<unknown>): Promise<unknown> {
    const { markdown } = this;
    const body = bodyOf(content, markdown);
    try {
      return await say(body);
    } catch (error) {
      if (!isRefusedForm(error) || !body.blocks.some(({ type }) => type === 'markdown')) throw error;
      const answer = await say(bodyOf(content, false));
      // An unknown block in this message says nothing about others.
      if (!isUnknownType(error)) return answer;
      this.deps.options.log.warn({ error: messageOf(error) }, 'Slack takes no markdown blocks here');
      this.markdown = false;
      return answer;
    }
  }

  private async outcome(signal: AbortSignal, work: (api: Api) => Promise<Receipt>): Promise<SendOutcome> {
    const api = this.deps.api();
    if (!api) return { kind: 'retry', reason: 'Slack is not connected', until: 'reachable' };
    try {
      return { kind: 'sent', receipt: await work(unlessOver(api, signal)) };
    } catch (error) {
      const outcome = outcomeOf(error);
      this.deps.options.log.debug({ outcome: outcome.kind, error: messageOf(error) }, 'Slack did not take a part');
      return outcome;
    }
  }

  private now(): number {
    return this.deps.options.clock.now().getTime();
  }
}

/** Calls that are made in time: what was given up is done by somebody else. */
function unlessOver(api: Api, signal: AbortSignal): Api {
  return (method, args) => {
    if (signal.aborted) throw new SlackUnclear(method, 'it came too late', true);
    return api(method, args);
  };
}

const REFUSED_FORMS: readonly string[] = ['invalid_blocks', 'msg_blocks_too_long', 'invalid_blocks_format'];

const isRefusedForm = (error: unknown): boolean => REFUSED_FORMS.includes(errorOf(error) ?? '');

/** True if Slack takes the words in no blocks, or not so many in one message: plain and shorter it may. */
const isUnshowable = (error: unknown): boolean => isRefusedForm(error) || errorOf(error) === 'msg_too_long';

/** True if one plain message is another one than what Slack has refused already. */
const saysOtherwise = (content: Content, longest: number): boolean =>
  longest === PLAIN_LENGTHS[0] && bodyOf(content).blocks.length > 0;

function isUnknownType(error: unknown): boolean {
  return error instanceof SlackRefusal && error.details.some((detail) => /unsupported type/i.test(detail));
}

/** In their own conversation with coda nobody else reads, so that an answer there is a message like any other. */
function isHidden(origin: Origin, place: Place): boolean {
  return origin.private && place.kind !== 'dm';
}

/** The content as shown in its place: nobody is mentioned in their own direct messages. */
function forPlace(content: Content, { kind }: Place): Content {
  const { mention, ...plain } = content;
  return kind === 'dm' ? plain : content;
}

/** Key of a part in Slack: another one where a second message is meant, instead of one that was deleted. */
function keyOf({ key, instead }: Part): string {
  return instead === undefined ? key : `${key}|${instead}`;
}

/** `piece`: its place among the plain messages of a part, but for the last one. */
function metadataOf(part: Part, piece?: number) {
  return { event_type: EVENT_TYPE, event_payload: { key: keyOf(part) + (piece === undefined ? '' : `#${piece}`) } };
}

/** Number of plain pieces of the part with this key up to that of `message`; 0: it is none. */
function pieceIn(message: object, key: string): number {
  const pieceKey = keyIn(message);
  return pieceKey?.startsWith(`${key}#`) ? Number(pieceKey.slice(key.length + 1)) + 1 : 0;
}

function keyIn(message: object): string | undefined {
  const { metadata } = message as { metadata?: { event_type?: unknown; event_payload?: { key?: unknown } } };
  if (metadata?.event_type !== EVENT_TYPE) return undefined;
  const key = metadata.event_payload?.key;
  return typeof key === 'string' ? key : undefined;
}

function channelOf({ channel }: Receipt, place: Place): { channel: string } {
  return { channel: typeof channel === 'string' ? channel : whereIs(place).channel };
}

// Addresses that answers to an interaction go to (docs.slack.dev/interactivity/handling-user-interaction#message_responses).

const WITHIN_MS = 8_000;

/**
 * `taken`, or `over` when the address takes no more. Throws `SlackUnclear`. Only Slack's own addresses are written to,
 * whatever a payload says.
 */
export async function postTo(url: string, body: object, api?: string): Promise<'taken' | 'over'> {
  if (!isSlackAddress(url, api)) return 'over';
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new SlackUnclear('response_url', messageOf(error), systemCode(cause ?? error) === 'ECONNREFUSED');
  }
  await answer.body?.cancel();
  if (answer.ok) return 'taken';
  if (answer.status >= 500 || answer.status === 429) throw new SlackUnclear('response_url', `status ${answer.status}`);
  return 'over';
}
