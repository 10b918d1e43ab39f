/** The App Home (docs.slack.dev/surfaces/app-home): a person's own page, built when it is opened and after a press. */
import { Sequence } from '../../base/async.ts';
import { BoundedMap, BoundedSet } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten, storable } from '../../base/text.ts';
import type { HomeAction, HomeItem, HomeSection } from '../../chat/index.ts';
import type { Place } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import type { SlackOptions } from './config.ts';
import { whereIs } from './parse.ts';
import type { People } from './people.ts';
import * as texts from './texts.ts';

const ASSISTANT_REMEMBERED = 1_000;
const MOST_TITLE_CHARACTERS = 60;

interface AssistantDeps {
  api(): Api | undefined;
  wordsOf(text: string): string;
  log: Log;
}

/** Begins threads of the assistant pane (docs.slack.dev/ai/developing-ai-apps). */
export class Assistant {
  private readonly deps: AssistantDeps;
  private readonly untitled = new BoundedSet<string>(ASSISTANT_REMEMBERED);

  constructor(deps: AssistantDeps) {
    this.deps = deps;
  }

  /** Suggests how one may begin. A hint: failures are dropped. */
  async suggestBeginnings(event: Record<string, unknown>): Promise<void> {
    const { assistant_thread: thread } = event as { assistant_thread?: { channel_id?: unknown; thread_ts?: unknown } };
    const { channel_id: channel, thread_ts: ts } = thread ?? {};
    if (typeof channel !== 'string' || typeof ts !== 'string') return;
    const where = { channel_id: channel, thread_ts: ts };
    this.untitled.add(`${channel}:${ts}`);
    const prompts = texts.prompts().map((message) => ({ title: message, message }));
    await this.hint('assistant.threads.setSuggestedPrompts', { ...where, prompts });
  }

  async titleThread({ channel, thread_ts: thread, text, bot_id: bot }: Record<string, unknown>): Promise<void> {
    if (typeof text !== 'string' || text.trim() === '' || bot !== undefined) return;
    if (!this.untitled.delete(`${channel}:${thread}`)) return;
    const title = shorten(this.deps.wordsOf(text).trim(), MOST_TITLE_CHARACTERS);
    await this.hint('assistant.threads.setTitle', { channel_id: channel, thread_ts: thread, title });
  }

  async showWorking(place: Place): Promise<void> {
    const { channel, thread } = whereIs(place);
    if (thread === undefined) return;
    const status = texts.workingStatus();
    await this.hint('assistant.threads.setStatus', { channel_id: channel, thread_ts: thread, status });
  }

  private async hint(method: string, args: Record<string, unknown>): Promise<void> {
    try {
      await this.deps.api()?.(method, args);
    } catch (error) {
      this.deps.log.debug({ method, error: messageOf(error) }, 'the assistant pane could not be told');
    }
  }
}

/** Slack's limits (docs.slack.dev/reference/block-kit/blocks). */
const MAX_BLOCKS = 100;
const MAX_TEXT = 3_000;
const MAX_HEADER = 150;
const MAX_LABEL = 75;
const MAX_VALUE = 2_000;

const REMEMBERED = 10_000;

const SAY = 'say:';
const COMMAND = /^\/[a-z-]{1,32}(?:\s[\s\S]{0,300})?$/;
const ORIGIN = 'home-';

type Block = Record<string, unknown>;

export const homeId = (id: string): string => `${ORIGIN}${id}`;
export const isFromHome = (id: string): boolean => id.startsWith(ORIGIN);

export interface HomeDeps {
  options: Pick<SlackOptions, 'home' | 'clock' | 'log'>;
  people: Pick<People, 'sender'>;
  api(): Api | undefined;
}

/** Shows people their page. A hint: failures are logged and dropped, the next opening shows it. */
export class Home {
  private readonly deps: HomeDeps;
  /** Each person's pages one after another: an older one must not come last. */
  private readonly pages = new BoundedMap<string, Sequence>(REMEMBERED);

  constructor(deps: HomeDeps) {
    this.deps = deps;
  }

  async showOpened(event: Record<string, unknown>): Promise<void> {
    if (event.tab === 'home' && typeof event.user === 'string') await this.show(event.user);
  }

  async show(user: string): Promise<void> {
    const pages = this.pages.get(user) ?? new Sequence();
    this.pages.set(user, pages);
    await pages.run(() => this.publish(user));
  }

  private async publish(user: string): Promise<void> {
    const { options, people } = this.deps;
    const api = this.deps.api();
    if (!api) return;
    try {
      const sender = await people.sender(user, undefined, api, options.clock.now().getTime());
      const sections = await options.home({ externalId: user, ...(sender.groups && { groups: sender.groups }) });
      await api('views.publish', { user_id: user, view: { type: 'home', blocks: blocksOf(sections) } });
    } catch (error) {
      options.log.warn({ error: messageOf(error) }, 'an App Home could not be shown');
    }
  }
}

/** The blocks of a page; what is beyond Slack's limit is left out. Pure. */
export function blocksOf(sections: readonly HomeSection[] | undefined): Block[] {
  if (!sections) return [textBlock(texts.homeForNobody())];
  const visibleSections = sections.filter(({ items, none }) => items.length > 0 || none !== undefined);
  if (visibleSections.length === 0) return [textBlock(texts.homeEmpty())];
  const blocks = visibleSections.flatMap(({ title, items, none = '' }, section) => [
    { type: 'header', text: plain(shorten(title, MAX_HEADER)) },
    ...(items.length === 0 ? [textBlock(none)] : items.flatMap((item, index) => itemOf(item, `${section}.${index}`))),
  ]);
  return blocks.slice(0, MAX_BLOCKS);
}

function itemOf({ text, actions = [] }: HomeItem, at: string): Block[] {
  // A decision is offered only on what is seen whole.
  const isWhole = text.length <= MAX_TEXT - 1;
  const offered = actions.filter((action) => isWhole || 'command' in action).slice(0, 5);
  const words = isWhole ? text : `${shorten(text, MAX_TEXT - 200)}\n${texts.seeCard()}`;
  const buttons = offered.map((action, index) => buttonOf(action, `${at}.${index}`));
  return [textBlock(words), ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons }])];
}

/** Two buttons of a view may not have the same `action_id`. */
function buttonOf(action: HomeAction, at: string): Block {
  const button = { type: 'button', text: plain(shorten(action.label.trim() || '…', MAX_LABEL)) };
  if ('button' in action) return { ...button, action_id: `press:${action.button}` };
  return { ...button, action_id: `${SAY}${at}`, value: action.command.slice(0, MAX_VALUE) };
}

export function commandIn(actionId: string, value: string | undefined): string | undefined {
  return actionId.startsWith(SAY) && value !== undefined && COMMAND.test(value) ? storable(value) : undefined;
}

/** People's own words stand there: no notation, so that nothing in them calls anybody. */
const textBlock = (text: string): Block => ({ type: 'section', text: plain(text) });
const plain = (text: string): Block => ({ type: 'plain_text', text: text.trim() || '…', emoji: false });
