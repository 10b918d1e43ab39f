import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Place } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import { whereIs } from './parse.ts';
import * as texts from './texts.ts';

/** What a thread of the assistant pane begins with (docs.slack.dev/ai/developing-ai-apps). */
export class Assistant {
  private readonly deps: { api(): Api | undefined; log: Log };

  constructor(deps: { api(): Api | undefined; log: Log }) {
    this.deps = deps;
  }

  /** Suggests how one may begin. A hint: failures are dropped. */
  async started(event: Record<string, unknown>): Promise<void> {
    const { assistant_thread: thread } = event as { assistant_thread?: { channel_id?: unknown; thread_ts?: unknown } };
    const { channel_id: channel, thread_ts: ts } = thread ?? {};
    if (typeof channel !== 'string' || typeof ts !== 'string') return;
    const where = { channel_id: channel, thread_ts: ts };
    const prompts = texts.prompts().map((message) => ({ title: message, message }));
    await this.hint('assistant.threads.setSuggestedPrompts', { ...where, prompts });
  }

  /** Names a thread after its first words. */
  async titled(place: Place, words: string): Promise<void> {
    const { channel, thread } = whereIs(place);
    if (thread === undefined || words === '') return;
    await this.hint('assistant.threads.setTitle', { channel_id: channel, thread_ts: thread, title: words });
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
