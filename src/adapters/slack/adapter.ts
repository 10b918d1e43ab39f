import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { reachTrouble } from '../../base/reach.ts';
import { formOf, listOf, shorten, storable } from '../../base/text.ts';
import type { AnyRoute, HealthCheck, PlatformAdapter } from '../../chat/index.ts';
import {
  type Content,
  type FileSource,
  type Inbox,
  type IncomingMessage,
  type Part,
  type Place,
  type PointedContent,
  type PostponedEvent,
  type Receipt,
  type SendOutcome,
  type SpokenLine,
  Typing,
} from '../../delivery/index.ts';
import { Channels } from './channels.ts';
import { type Api, openApi } from './client.ts';
import type { SlackConfig, SlackOptions } from './config.ts';
import { Connection, type Envelope, refusalOf, refusedFor, type Trouble } from './connection.ts';
import { fileSource } from './files.ts';
import { Assistant, Home, isFromHome } from './home.ts';
import { Inbound } from './inbound.ts';
import { Interactions, modalOf, wordsIn } from './interactions.ts';
import { split, splitGrowing } from './message.ts';
import { Outbound } from './outbound.ts';
import { errorOf, SlackLimit, SlackRefusal, SlackUnclear } from './outcome.ts';
import { ADAPTER, decodeOrigin, encodeOrigin, type Hearing, whereIs, wordsOf } from './parse.ts';
import { People } from './people.ts';
import { gateApi, type RequestDeps, requestRoute } from './requests.ts';
import { BOT_SCOPES } from './setup.ts';
import { asEvent, asMe, asShortcut, asSubmission, type RawShortcut } from './shapes.ts';
import * as texts from './texts.ts';
import { lastLines, type Points, pointedTo } from './threads.ts';
import { Uploads } from './uploads.ts';

export interface SlackAdapter extends PlatformAdapter {
  checks(): HealthCheck[];
  routes(): readonly AnyRoute[];
  idle(): Promise<void>;
}

/** A message that was posted is in the history by then. */
const SETTLES_MS = 15_000;
/** Slack shows a status for two minutes, or until something is said. */
const STATUS_AGAIN_MS = 90_000;

/** Costs nothing until it starts: Bolt is loaded then. */
export function slackAdapter(options: SlackOptions): SlackAdapter {
  return new Slack(options);
}

class Slack implements SlackAdapter {
  readonly name = ADAPTER;
  readonly guarantees = {
    deduplicatesForMs: 0,
    settlesMs: SETTLES_MS,
    canFind: true,
    canEdit: true,
    editEveryMs: 1_200,
    showsUse: true,
    foldsDetails: true,
  };
  readonly files: FileSource;
  private readonly options: SlackOptions;
  private readonly channels = new Channels();
  private readonly people: People;
  private readonly uploads: Uploads;
  private readonly speaker: Outbound;
  private readonly assistant: Assistant;
  private readonly home: Home;
  private readonly typingAt: Typing<Place>;
  private connection: Connection | undefined;
  private listener: Inbound | undefined;
  private inbox: Inbox | undefined;
  private interactions: Interactions | undefined;
  private shortcuts: Shortcuts | undefined;
  private api: Api | undefined;
  private me: Hearing | undefined;
  /** The workspace's own address, with a slash at its end. */
  private url: string | undefined;
  private isResumed = false;
  private receive: RequestDeps['receive'];

  constructor(options: SlackOptions) {
    this.options = options;
    const { artifacts, config, groups, log } = options;
    const api = () => (this.me ? this.api : undefined);
    this.files = fileSource(options, api);
    this.people = new People(groups, log);
    const me = () => this.me && { user: this.me.botUser, team: this.me.team };
    this.uploads = new Uploads(artifacts, config.api_url, api);
    this.speaker = new Outbound({ options, channels: this.channels, uploads: this.uploads, api, me });
    this.assistant = new Assistant({ api, log, wordsOf: (text) => this.wordsIn(text) });
    this.home = new Home({ options, people: this.people, api });
    this.typingAt = new Typing<Place>({ show: (place) => this.assistant.showWorking(place), againMs: STATUS_AGAIN_MS });
  }

  async start(inbox: Inbox, reachable: (channel?: string) => void, signal: AbortSignal): Promise<void> {
    const { options, channels, people } = this;
    this.inbox = inbox;
    const common = { options, inbox, channels, people, api: () => this.api, hearingNow: () => this.me };
    const listener = new Inbound({ ...common, signal });
    this.listener = listener;
    const pressedUnder = (button: string, url: string) => this.speaker.pressedUnder(button, url);
    const direct = (user: string) => this.speaker.direct(user);
    const interactions = new Interactions({ ...common, pressedUnder, direct });
    this.interactions = interactions;
    this.shortcuts = new Shortcuts({
      interactions,
      direct,
      wordsOf: (text) => this.wordsIn(text),
    });
    const envelope = async (envelope: Envelope) => {
      if (!signal.aborted) await this.hearEnvelope(envelope);
    };
    this.receive = envelope;
    this.connection = new Connection(options, {
      envelope,
      signIn: async () => {
        await this.signIn();
        await this.resume(inbox);
      },
      onConnect: (awayMs) => {
        listener.onConnect(awayMs);
        reachable();
      },
    });
    await this.connection.open();
  }

  hearPostponed(events: readonly PostponedEvent[]): void {
    this.listener?.resume(events);
  }

  split(content: Content, growing = false): Content[] {
    return growing ? splitGrowing(content) : split(content);
  }

  async send(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    this.typingAt.endTyping(part.place.channel);
    const outcome = await this.speaker.send(part, signal);
    const origin = outcome.kind === 'sent' ? decodeOrigin(part.replyTo) : undefined;
    if (origin && isFromHome(origin.id)) void this.home.show(origin.user);
    return outcome;
  }

  edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome> {
    return this.speaker.edit(receipt, part, signal);
  }

  delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome> {
    return this.speaker.delete(receipt, place, signal);
  }

  async lookUpPointed(
    points: Json,
    message: Pick<IncomingMessage, 'id' | 'place'>,
    signal: AbortSignal,
  ): Promise<PointedContent> {
    const { options, people, inbox, api, me: hearing } = this;
    if (!api || !hearing || !inbox) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return pointedTo(points as Points, message, { options, people, inbox, api, hearing }, signal);
  }

  find(part: Part, since: Date): Promise<Receipt | undefined> {
    return this.speaker.find(part, since);
  }

  isReachable(): boolean {
    return this.me !== undefined;
  }

  direct(externalId: string): Promise<Place> {
    return this.speaker.direct(externalId);
  }

  /** Slack shows a status in threads of the assistant pane only. */
  async lastSaid(
    place: Place,
    { before, count }: { before?: string | undefined; count: number },
    _: AbortSignal,
  ): Promise<SpokenLine[] | undefined> {
    const { api, me: hearing, people, options } = this;
    if (!api || !hearing) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return lastLines(place, { before, count }, { api, hearing, people, now: options.clock.now() });
  }

  async react(place: Place, timestamp: string): Promise<void> {
    await this.api?.('reactions.add', { channel: whereIs(place).channel, timestamp, name: 'eyes' });
  }

  link(place: Place, messageId?: string): string | undefined {
    if (this.url === undefined) return undefined;
    const { channel, thread } = whereIs(place);
    // The form of chat.getPermalink: the time of the message without its dot.
    const message = messageId && /^\d+\.\d+$/.test(messageId) ? `/p${messageId.replace('.', '')}` : '';
    return `${this.url}archives/${channel}${message}${message && thread ? `?thread_ts=${thread}&cid=${channel}` : ''}`;
  }

  showTyping(place: Place): void {
    if (place.kind === 'dm' && whereIs(place).thread !== undefined) this.typingAt.begin(place.channel, place);
  }

  async idle(): Promise<void> {
    await this.listener?.idle();
  }

  checks(): HealthCheck[] {
    return checks(this.options, { trouble: () => this.trouble(), listens: () => this.connection !== undefined });
  }

  routes(): readonly AnyRoute[] {
    const { clock, config } = this.options;
    const { mode, signing_secret: secret } = config;
    if (mode !== 'http' || secret === undefined) return [];
    return [requestRoute(() => ({ secret, clock, receive: this.me && this.receive }))];
  }

  awayForMs(): number | undefined {
    return this.connection?.awayForMs;
  }

  trouble(): Trouble | undefined {
    return this.connection?.trouble;
  }

  async close(): Promise<void> {
    this.typingAt.close();
    this.uploads.close();
    await this.connection?.close();
  }

  /** Finds the token's account. Rejects as a call does; nothing is heard before. */
  private async signIn(): Promise<void> {
    const { clock, config, log } = this.options;
    this.api ??= gateApi(await openApi(config, config.bot_token, log), () => clock.now().getTime());
    const { user_id: botUser, bot_id: bot = '', team_id: team, url } = asMe(await this.api('auth.test'));
    const { workspaces, mention_required: mentionRequired, threads, dm, bots } = config;
    this.url = url;
    this.me = { botUser, bot, team, workspaces, mentionRequired, threads, dm, bots };
  }

  /** Events that an earlier process has acknowledged come before new ones. Never rejects: each is due by itself, too. */
  private async resume(inbox: Inbox): Promise<void> {
    if (this.isResumed) return;
    this.isResumed = true;
    try {
      this.hearPostponed(await inbox.postponedOf(ADAPTER).listAll());
    } catch (error) {
      this.options.log.warn({ error: messageOf(error) }, 'postponed events are heard later');
    }
  }

  /** Never rejects. */
  private async hearEnvelope(envelope: Envelope): Promise<void> {
    const { log } = this.options;
    try {
      const called = asEvent(envelope.body);
      if (!called) {
        const isMine = (await this.shortcuts?.hearShortcut(envelope)) || (await this.interactions?.hear(envelope));
        if (!isMine) await envelope.acknowledge();
        return;
      }
      if (await this.event(called.event)) await envelope.acknowledge();
    } catch (error) {
      // The socket is gone, and Slack delivers it again to another one.
      log.debug({ error: messageOf(error) }, 'an envelope was not acknowledged');
    }
  }

  private wordsIn(text: string): string {
    return this.me ? wordsOf({ ts: '', channel: '', text }, this.me, this.people.nameOf) : text;
  }

  /** Rejects while the database is away: Slack tells it again. */
  private async hearUserChange(user: unknown): Promise<void> {
    const { id, zone } = this.people.noteChange(user) ?? {};
    if (id && zone) await this.inbox?.livesIn(ADAPTER, id, zone);
  }

  private async event(event: Record<string, unknown> & { type: string }): Promise<boolean> {
    switch (event.type) {
      case 'message':
      case 'app_mention':
        void this.assistant.titleThread(event);
        return (await this.listener?.message(event)) ?? false;
      case 'assistant_thread_started':
        void this.assistant.suggestBeginnings(event);
        return true;
      case 'app_home_opened':
        void this.home.showOpened(event);
        return true;
      case 'user_change':
        await this.hearUserChange(event.user);
        return true;
      case 'tokens_revoked':
        if (revokedIn(event).includes(this.me?.botUser ?? '')) this.connection?.noteRevoked();
        return true;
      case 'app_uninstalled':
        this.connection?.noteRevoked();
        return true;
      default:
        return true;
    }
  }
}

/** The bots whose tokens are not good any more (docs.slack.dev/reference/events/tokens_revoked). */
function revokedIn({ tokens }: Record<string, unknown>): unknown[] {
  const { bot } = (tokens ?? {}) as { bot?: unknown };
  return Array.isArray(bot) ? bot : [];
}

// Shortcuts in the menu of a message.

export const REMIND = 'remind_message';
export const NOTE = 'note_message';

const LONGEST_TEXT = 1_500;
/** A modal keeps 3,000 characters (docs.slack.dev/reference/views). */
const LONGEST_KEPT = 2_900;

interface ShortcutDeps {
  interactions: Interactions;
  direct(user: string): Promise<Place>;
  wordsOf(text: string): string;
}

interface ShortcutMessage {
  text: string;
  link: string;
  isOwn: boolean;
}

interface MadeCommand {
  command: string;
  id: string;
  user: string;
  team: string | undefined;
  isOwn: boolean;
}

/** Makes a reminder or a note of a message, in the person's own conversation with coda. Stored, acknowledged, then run. */
class Shortcuts {
  private readonly deps: ShortcutDeps;

  constructor(deps: ShortcutDeps) {
    this.deps = deps;
  }

  /** False for what is none of its business. Throws what a call throws: nothing was stored then. */
  async hearShortcut(envelope: Envelope): Promise<boolean> {
    const at = performance.now();
    const picked = asShortcut(envelope.body);
    if (picked && !(await this.deps.interactions.isAtWorkFor(picked.user.id, picked.user.team_id))) {
      await envelope.acknowledge();
      await this.deps.interactions.tell(picked.response_url, texts.notYourWorkspace());
      return true;
    }
    if (picked?.callback_id === NOTE) await this.note(picked, envelope, at);
    else if (picked?.callback_id === REMIND) await this.ask(picked, envelope);
    else if (picked) await envelope.acknowledge();
    const submission = asSubmission(envelope.body);
    if (submission?.view.callback_id !== REMIND) return picked !== undefined;
    const { text = '', link = '', isOwn = false } = ofMessage(submission.view.private_metadata) ?? {};
    const when = wordsIn(submission).replace(/\s+/g, ' ').trim();
    const command = `/remind ${when}\n${[text, link].filter(Boolean).join('\n') || texts.thatMessage()}`;
    await this.run(
      { command, id: submission.view.id, user: submission.user.id, team: submission.user.team_id, isOwn },
      envelope,
      at,
    );
    return true;
  }

  private async ask(picked: RawShortcut, envelope: Envelope): Promise<void> {
    const { interactions } = this.deps;
    const of: ShortcutMessage = { text: this.textOf(picked), link: await this.linkTo(picked), isOwn: isOwn(picked) };
    const view = modalOf(REMIND, texts.whenLabel(), { placeholder: texts.whenExample(), where: shortenToFit(of) });
    await interactions.api()('views.open', { trigger_id: picked.trigger_id, view });
    await envelope.acknowledge();
  }

  private async note(picked: RawShortcut, envelope: Envelope, at: number): Promise<void> {
    const words = [this.textOf(picked), await this.linkTo(picked)].filter(Boolean).join('\n');
    const who = { id: picked.trigger_id, user: picked.user.id, team: picked.user.team_id, isOwn: isOwn(picked) };
    await this.run({ command: `/note ${words}`, ...who }, envelope, at);
  }

  private async run(
    { command, id, user, team, isOwn: own }: MadeCommand,
    envelope: Envelope,
    at: number,
  ): Promise<void> {
    const { interactions, direct } = this.deps;
    const place = await direct(user);
    const sender = await interactions.sender(user, team, { api: interactions.api() });
    const replyTo = encodeOrigin({ id, user, private: true, responseUrl: '' });
    const event = { kind: 'message', id, place, sender, text: storable(command), sentAt: interactions.now() } as const;
    const tainted = own ? {} : { tainted: true as const };
    await interactions.accept({ ...event, files: [], replyTo, private: true, ...tainted }, envelope, at);
  }

  private textOf({ message }: RawShortcut): string {
    return shorten(this.deps.wordsOf(message.text ?? '').trim(), LONGEST_TEXT);
  }

  private async linkTo({ channel, message }: RawShortcut): Promise<string> {
    const asked = this.deps.interactions.api()<{ permalink?: unknown }>('chat.getPermalink', {
      channel: channel.id,
      message_ts: message.ts,
    });
    const { permalink } = await asked.catch((): { permalink?: unknown } => ({}));
    return typeof permalink === 'string' ? permalink : '';
  }
}

const isOwn = ({ message, user }: RawShortcut): boolean => message.user === user.id;

/** Shortens the metadata until it fits into a modal: escaping can make a text several times as long. */
function shortenToFit(of: ShortcutMessage): ShortcutMessage {
  let message = of;
  while (JSON.stringify(message).length > LONGEST_KEPT && message.text.length > 1) {
    message = { ...message, text: shorten(message.text, Math.floor(message.text.length * 0.8)) };
  }
  return message;
}

function ofMessage(metadata: string): ShortcutMessage | undefined {
  try {
    const { text, link, isOwn } = JSON.parse(metadata) as Partial<ShortcutMessage>;
    return typeof text === 'string' && typeof link === 'string' ? { text, link, isOwn: isOwn === true } : undefined;
  } catch {
    return undefined;
  }
}

type Finding = Awaited<ReturnType<HealthCheck['check']>>;

interface HeardPlatform {
  trouble(): Trouble | undefined;
  /** True if this process connects at all: one that only looks does not. */
  listens(): boolean;
}

function checks(options: SlackOptions, { trouble: away, listens }: HeardPlatform): HealthCheck[] {
  const { config, log } = options;
  const check = async (): Promise<Finding> => {
    try {
      const finding = await examine(await openApi(config, config.bot_token, log), options);
      const trouble = finding.ok ? away() : undefined;
      if (trouble) return { ok: false, ...trouble };
      return finding.ok && !listens()
        ? { ok: true, severity: 'off', says: `${finding.says}; not listened to` }
        : finding;
    } catch (error) {
      return { ok: false, ...troubleOf(error) };
    }
  };
  return [{ name: 'slack', check }];
}

function troubleOf(error: unknown): Trouble {
  const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
  if (refusal) return refusedFor(refusal);
  if (error instanceof SlackLimit) {
    const says = `Slack takes nothing for ${Math.ceil(error.afterMs / 1_000)} s`;
    return { code: 'PLATFORM_LIMITED', says, remedy: 'Nothing to do: what waits goes out after that.' };
  }
  const tls = reachTrouble(error);
  if (tls) return { ...tls, says: `Slack’s address ${tls.says}` };
  return {
    code: 'PLATFORM_UNREACHABLE',
    says: `cannot be reached (${messageOf(error)})`,
    remedy: 'Look at the network and at slack.api_url.',
  };
}

async function examine(bot: Api, options: SlackOptions): Promise<Finding> {
  const { config, people, log } = options;
  const answer = await bot<{ response_metadata?: { scopes?: string[] } }>('auth.test');
  const { user = 'coda', team = 'Slack' } = asMe(answer);
  const troubles: Trouble[] = [];
  const scopes = answer.response_metadata?.scopes;
  const missing = scopes ? BOT_SCOPES.filter((scope) => !scopes.includes(scope)) : [];
  if (missing.length > 0) {
    troubles.push({
      code: 'SCOPE_MISSING',
      says: `the app lacks the ${formOf(missing.length, 'scope')} ${listOf(missing)}`,
      remedy: 'Paste assets/slack-manifest.yaml under App Manifest and install the app again.',
    });
  }
  if (config.mode === 'socket') troubles.push(...(await socketTrouble(config, log)));
  troubles.push(...people.flatMap((id) => strangeOwner(id) ?? []));
  for (const id of channelsOf(options)) troubles.push(...(await channelTrouble(bot, id)));
  if (troubles.length === 0) return { ok: true, says: `signed in as ${user} in ${team}` };
  return {
    ok: false,
    ...(troubles[0] && { code: troubles[0].code }),
    says: troubles.map(({ says }) => says).join('; '),
    remedy: [...new Set(troubles.map(({ remedy }) => remedy))].join(' '),
  };
}

/** The fault of the token for sockets, if any. Rejects while Slack is away. */
async function socketTrouble(config: SlackConfig, log: SlackOptions['log']): Promise<Trouble[]> {
  const app = await openApi(config, config.app_token ?? '', log);
  try {
    await app('apps.connections.open');
    return [];
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
    if (!refusal) throw error;
    const { code, says, remedy } = refusedFor(refusal);
    return [{ code, says: code === 'SOCKET_MODE_OFF' ? says : `${says}, for sockets`, remedy }];
  }
}

/** First letters of ids that are no person's (docs.slack.dev/reference/objects). */
const KINDS: Readonly<Record<string, string>> = {
  T: 'a workspace',
  E: 'an Enterprise organization',
  C: 'a channel',
  G: 'a private channel',
  D: 'a direct conversation',
  B: 'a bot',
  A: 'an app',
  S: 'a user group',
};

function strangeOwner(id: string): Trouble | undefined {
  const kind = KINDS[id[0] ?? ''];
  if (kind === undefined) return undefined;
  return {
    code: 'OWNER_NO_PERSON',
    says: `access names slack:${id} as a person, and that is the id of ${kind}`,
    remedy:
      'Name the person: in Slack, their profile → ⋮ → Copy member ID (it begins with U or W). A whole workspace is ' +
      'slack-workspace:ID, under access.members.',
  };
}

function channelsOf({ config: { mention_required: mention, threads }, channels }: SlackOptions): string[] {
  const keys = [mention, threads].flatMap((each) => (typeof each === 'object' ? Object.keys(each) : []));
  return [...new Set([...keys, ...channels])].filter((id) => /^[CG]/.test(id));
}

async function channelTrouble(bot: Api, id: string): Promise<Trouble[]> {
  try {
    const { channel } = await bot<{ channel?: { name?: string; is_member?: boolean; is_archived?: boolean } }>(
      'conversations.info',
      { channel: id },
    );
    if (channel?.is_archived) {
      const remedy = 'Unarchive it, or take its id out of the configuration.';
      return [{ code: 'CHANNEL_ARCHIVED', says: `#${channel.name} is archived`, remedy }];
    }
    if (channel?.is_member !== false) return [];
    return [
      {
        code: 'NOT_IN_CHANNEL',
        says: `is not in #${channel.name ?? id}, which the configuration names: it hears nothing there`,
        remedy: `In #${channel.name ?? id}, say: /invite @coda`,
      },
    ];
  } catch (error) {
    if (errorOf(error) !== 'channel_not_found') throw error;
    return [
      {
        code: 'NOT_IN_CHANNEL',
        says: `cannot see the channel ${id}, which the configuration names`,
        remedy: 'Where it is private, say /invite @coda in it; else mend its id.',
      },
    ];
  }
}
