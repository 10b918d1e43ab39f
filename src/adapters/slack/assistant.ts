import { BoundedSet } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten } from '../../base/text.ts';
import type { Place } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import { whereIs } from './parse.ts';
import * as texts from './texts.ts';

/** Threads whose first words are waited for. */
const REMEMBERED = 1_000;
const MOST_TITLE_CHARACTERS = 60;

interface AssistantDeps {
  api(): Api | undefined;
  /** A text of Slack's without its notation. */
  wordsOf(text: string): string;
  log: Log;
}

/** Begins threads of the assistant pane (docs.slack.dev/ai/developing-ai-apps). */
export class Assistant {
  private readonly deps: AssistantDeps;
  private readonly untitled = new BoundedSet<string>(REMEMBERED);

  constructor(deps: AssistantDeps) {
    this.deps = deps;
  }

  /** Suggests how one may begin. A hint: failures are dropped. */
  async started(event: Record<string, unknown>): Promise<void> {
    const { assistant_thread: thread } = event as { assistant_thread?: { channel_id?: unknown; thread_ts?: unknown } };
    const { channel_id: channel, thread_ts: ts } = thread ?? {};
    if (typeof channel !== 'string' || typeof ts !== 'string') return;
    const where = { channel_id: channel, thread_ts: ts };
    this.untitled.add(`${channel}:${ts}`);
    const prompts = texts.prompts().map((message) => ({ title: message, message }));
    await this.hint('assistant.threads.setSuggestedPrompts', { ...where, prompts });
  }

  /** Names a thread after the first words that somebody says in it. */
  async said({ channel, thread_ts: thread, text, bot_id: bot }: Record<string, unknown>): Promise<void> {
    if (typeof text !== 'string' || text.trim() === '' || bot !== undefined) return;
    if (!this.untitled.delete(`${channel}:${thread}`)) return;
    const title = shorten(this.deps.wordsOf(text).trim(), MOST_TITLE_CHARACTERS);
    await this.hint('assistant.threads.setTitle', { channel_id: channel, thread_ts: thread, title });
  }

  /** Shows that an answer is being worked on. */
  async working(place: Place): Promise<void> {
    const { channel, thread } = whereIs(place);
    if (thread === undefined) return;
    const status = texts.working();
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
