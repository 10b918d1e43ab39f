import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import { shorten, storable } from '../../base/text.ts';
import type { Form, Inbox, Incoming, Place } from '../../delivery/index.ts';
import type { Channels } from './channels.ts';
import type { Api } from './client.ts';
import type { SlackOptions } from './config.ts';
import type { Envelope } from './connection.ts';
import { commandIn, homeId } from './home.ts';
import { pressedIn } from './message.ts';
import { postTo } from './outbound.ts';
import { ADAPTER, type ChannelInfo, conversationOf, encodeOrigin, type Hearing, type Origin } from './parse.ts';
import type { People } from './people.ts';
import { asCommand, asPress, asSubmission, type RawPress, type RawSubmission } from './shapes.ts';
import * as texts from './texts.ts';

export interface InteractionDeps {
  options: SlackOptions;
  inbox: Inbox;
  channels: Channels;
  people: People;
  api(): Api | undefined;
  hearingNow(): Hearing | undefined;
  pressedUnder(button: string, responseUrl: string): void;
  direct(user: string): Promise<Place>;
}

/** Slack waits so long for an acknowledgement; a person sees it fail then. */
const ACKNOWLEDGED_WITHIN_MS = 2_900;
const MOST_NAMED = 5;
const WORDS = 'words';
const LONGEST_WORDS = 200;

interface PressPlace {
  channel: string;
  thread?: string | undefined;
  responseUrl: string;
}

interface Context {
  api: Api;
  hearing: Hearing;
  channel: ChannelInfo;
  place: Place;
}

/** Brings commands, presses and forms to the inbox: stored, then acknowledged, then run. */
export class Interactions {
  private readonly deps: InteractionDeps;

  constructor(deps: InteractionDeps) {
    this.deps = deps;
  }

  /** False for what is none of its business. Never rejects. */
  async hear(envelope: Envelope): Promise<boolean> {
    const at = performance.now();
    const { body } = envelope;
    try {
      const command = asCommand(body);
      if (command) await this.command(command, envelope, at);
      const press = asPress(body);
      if (press?.channel) await this.hearPress(press, envelope, at);
      else if (press?.view?.type === 'home') await this.pressedAtHome(press, envelope, at);
      const submission = asSubmission(body);
      if (submission && pressedIn(submission.view.callback_id)) await this.hearForm(submission, envelope, at);
      return command !== undefined || isPress(press) || submission !== undefined;
    } catch (error) {
      // Not stored, so not acknowledged: the person sees that it failed and may do it again.
      this.deps.options.log.warn({ error: messageOf(error) }, 'an interaction failed');
      return true;
    }
  }

  private async command(raw: NonNullable<ReturnType<typeof asCommand>>, envelope: Envelope, at: number): Promise<void> {
    const { commands, config } = this.deps.options;
    const { user_id: user, team_id: team, response_url: responseUrl, trigger_id: id } = raw;
    const refuse = (text: string) => envelope.acknowledge({ response_type: 'ephemeral', text });
    const context = await this.context(raw.channel_id, undefined);
    if (!(await this.isAtWorkFor(user, team))) return refuse(texts.notYourWorkspace());
    if (context.channel.kind === 'im' && !config.dm) return refuse(texts.notDirectly());
    const text = commandText(raw);
    if (text === undefined) return refuse(texts.whichCommand(namedAlone(commands.map(({ name }) => name))));
    const [, name = ''] = /^\/(\S+)/.exec(text) ?? [];
    const command = commands.find((each) => each.name === name.toLowerCase());
    // In a conversation between others an answer is their guest's alone.
    const isHidden = command?.private === true || context.channel.kind === 'elsewhere';
    const origin = { user, private: isHidden, responseUrl, id };
    const sender = await this.sender(user, team, context);
    const event = { kind: 'message', id, place: context.place, sender, text: storable(text) } as const;
    await this.accept({ ...event, files: [], sentAt: this.now(), ...answerTo(origin) }, envelope, at);
  }

  private async hearPress(raw: RawPress, envelope: Envelope, at: number): Promise<void> {
    const { user, channel, message, container, response_url: responseUrl, trigger_id: trigger } = raw;
    const [action] = raw.actions as [RawPress['actions'][number]];
    const button = pressedIn(action.action_id);
    const refuse = async () => {
      await envelope.acknowledge();
      await this.tell(responseUrl, texts.notMine());
    };
    if (!button) return refuse();
    const thread = message?.thread_ts ?? container?.thread_ts;
    const where: PressPlace = { channel: channel?.id ?? '', thread, responseUrl };
    if (container?.is_ephemeral) this.deps.pressedUnder(button.id, responseUrl);
    if (button.asks) {
      const form = await this.deps.inbox.form(button.id);
      if (!form) return refuse();
      const view = modalOf(action.action_id, form.label, { ...form, where });
      await this.api()('views.open', { trigger_id: trigger, view });
      return envelope.acknowledge();
    }
    const context = await this.context(where.channel, thread);
    const id = `${action.action_ts}:${user.id}:${action.action_id}`;
    await this.press(button.id, id, { user: user.id, team: user.team_id, context, responseUrl }, envelope, at);
  }

  /** A button of the person's own page: what it does is said in their direct conversation. */
  private async pressedAtHome(raw: RawPress, envelope: Envelope, at: number): Promise<void> {
    const { user } = raw;
    const [action] = raw.actions as [RawPress['actions'][number]];
    const button = pressedIn(action.action_id);
    const command = commandIn(action.action_id, action.value);
    if (command === undefined && (!button || button.asks)) return envelope.acknowledge();
    if (!(await this.isAtWorkFor(user.id, user.team_id))) return envelope.acknowledge();
    const place = await this.deps.direct(user.id);
    const sender = await this.sender(user.id, user.team_id, { api: this.api() });
    const id = homeId(`${action.action_ts}:${user.id}:${action.action_id}`);
    const common = { id, place, sender, sentAt: this.now() };
    const origin = answerTo({ id, user: user.id, private: true, responseUrl: '' });
    const event: Incoming = button
      ? { kind: 'press', ...common, button: button.id, ...origin }
      : { kind: 'message', ...common, text: command ?? '', files: [], ...origin };
    await this.accept(event, envelope, at);
  }

  private async hearForm(raw: RawSubmission, envelope: Envelope, at: number): Promise<void> {
    const { user, view } = raw;
    const button = pressedIn(view.callback_id);
    const where = whereOf(view.private_metadata);
    const form = button?.asks ? await this.deps.inbox.form(button.id) : undefined;
    if (!button || !where || !form) {
      await envelope.acknowledge();
      return this.tell(where?.responseUrl ?? '', texts.notMine());
    }
    // The field's name comes from the database: what was sent could name any input of the call.
    const values = { [form.field]: storable(wordsIn(raw).slice(0, form.longest ?? LONGEST_WORDS)) };
    const context = await this.context(where.channel, where.thread);
    const who = { user: user.id, team: user.team_id, context, responseUrl: where.responseUrl };
    await this.press(button.id, view.id, who, envelope, at, values);
  }

  private async press(
    button: string,
    id: string,
    who: { user: string; team: string | undefined; context: Context; responseUrl: string },
    envelope: Envelope,
    at: number,
    values?: Record<string, string>,
  ): Promise<void> {
    const { user, team, context, responseUrl } = who;
    const sender = await this.sender(user, team, context);
    const event = { kind: 'press', id, place: context.place, sender, button, sentAt: this.now() } as const;
    const origin = { user, private: true, responseUrl, id };
    await this.accept({ ...event, ...(values && { values }), ...answerTo(origin) }, envelope, at);
  }

  /** Commit, acknowledge, run. Who sees that a copy was stored before acknowledges it, too. */
  async accept(event: Incoming, envelope: Envelope, at: number): Promise<void> {
    const { outcome } = await this.deps.inbox.accept(event, async () => {
      const isLate = performance.now() - at > ACKNOWLEDGED_WITHIN_MS;
      return envelope.acknowledge().then(
        () => !isLate,
        () => false,
      );
    });
    if (outcome === 'duplicate') await envelope.acknowledge().catch(() => {});
  }

  /** Says a sentence to who did something, and to nobody else. Never rejects. */
  async tell(responseUrl: string, text: string): Promise<void> {
    const body = { response_type: 'ephemeral', replace_original: false, text };
    await postTo(responseUrl, body, this.deps.options.config.api_url).catch((error: unknown) => {
      this.deps.options.log.debug({ error: messageOf(error) }, 'nobody could be told');
    });
  }

  async context(id: string, thread: string | undefined): Promise<Context> {
    const api = this.api();
    const hearing = this.deps.hearingNow();
    if (!hearing) throw new Error('not signed in to Slack');
    const channel = await this.deps.channels.get(id, api);
    const place = conversationOf(channel, hearing);
    if (thread === undefined) return { api, hearing, channel, place };
    const kind = place.kind === 'dm' ? 'dm' : 'thread';
    return {
      api,
      hearing,
      channel,
      place: { ...place, adapter: ADAPTER, channel: `${id}:${thread}`, kind, parent: id },
    };
  }

  /** True if the configuration lets people of this person's workspace use coda. Rejects while Slack is away. */
  isAtWorkFor(user: string, team: string | undefined): Promise<boolean> {
    const { people, options } = this.deps;
    return people.isOf(options.config.workspaces, { user, eventTeam: team }, this.api(), this.now().getTime());
  }

  sender(user: string, team: string | undefined, { api }: Pick<Context, 'api'>) {
    return this.deps.people.sender(user, team, api, this.now().getTime());
  }

  api(): Api {
    const api = this.deps.api();
    if (!api) throw new Error('not signed in to Slack');
    return api;
  }

  now(): Date {
    return this.deps.options.clock.now();
  }
}

function namedAlone(names: readonly string[]): string[] {
  return [...new Set(['help', ...names])].slice(0, MOST_NAMED);
}

function isPress(press: RawPress | undefined): boolean {
  return press?.channel !== undefined || press?.view?.type === 'home';
}

function answerTo(origin: Origin): { replyTo: string; private?: true } {
  return { replyTo: encodeOrigin(origin), ...(origin.private && { private: true as const }) };
}

export function modalOf(
  callback: string,
  label: string,
  { placeholder, longest, where }: Pick<Form, 'placeholder' | 'longest'> & { where: object },
): Record<string, unknown> {
  const plain = (text: string) => ({ type: 'plain_text', text });
  return {
    type: 'modal',
    callback_id: callback,
    title: plain(texts.formTitle),
    submit: plain(texts.send),
    private_metadata: JSON.stringify(where),
    blocks: [
      {
        type: 'input',
        block_id: WORDS,
        label: plain(shorten(label, 150)),
        element: {
          type: 'plain_text_input',
          action_id: WORDS,
          max_length: longest ?? LONGEST_WORDS,
          ...omitUndefined({
            multiline: longest === undefined ? undefined : true,
            placeholder: placeholder ? plain(shorten(placeholder, 150)) : undefined,
          }),
        },
      },
    ],
  };
}

function whereOf(metadata: string): PressPlace | undefined {
  try {
    const { channel, thread, responseUrl } = JSON.parse(metadata) as Partial<PressPlace>;
    if (typeof channel !== 'string' || typeof responseUrl !== 'string') return undefined;
    return { channel, responseUrl, ...(typeof thread === 'string' && { thread }) };
  } catch {
    return undefined;
  }
}

export function wordsIn({ view }: RawSubmission): string {
  for (const block of Object.values(view.state.values)) {
    for (const { value } of Object.values(block)) if (typeof value === 'string') return value;
  }
  return '';
}

/** Commands that have a name of their own in Slack, and what they are to coda; all others are said after `/coda`. */
export const OWN_COMMANDS: readonly { command: string; runs: string; usage: string }[] = [
  // Slack's own /remind is taken.
  { command: '/remind-me', runs: 'remind', usage: 'tomorrow at 9 to water the plants' },
  { command: '/note', runs: 'note', usage: 'the wifi password is on the fridge' },
  { command: '/notes', runs: 'notes', usage: '[words to look for]' },
  { command: '/skills', runs: 'skills', usage: '' },
  { command: '/rescan-skills', runs: 'rescan-skills', usage: '' },
  { command: '/skill', runs: 'skill', usage: '<name> [what to do]' },
  { command: '/link', runs: 'link', usage: '[code]' },
];

export const ANY_COMMAND = '/coda';

function commandText({ command, text }: { command: string; text: string }): string | undefined {
  const words = text.trim();
  const own = OWN_COMMANDS.find((each) => each.command === command.toLowerCase());
  if (own) return `/${own.runs} ${words}`.trimEnd();
  const line =
    command.toLowerCase() === ANY_COMMAND ? words.replace(/^\/+/, '') : `${command.slice(1)} ${words}`.trim();
  return line === '' ? undefined : `/${line}`;
}
