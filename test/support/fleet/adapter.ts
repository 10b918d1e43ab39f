import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { ChatAdapter, Content, Inbox, Incoming, Part, Receipt, SendOutcome } from '../../../src/delivery/index.ts';
import { ask } from './wire.ts';

export interface FleetAdapterOptions {
  port: number;
  deduplicatesForMs: number;
  canFind: boolean;
  /** Characters that a message may have. */
  longest: number;
}

/** The scripted platform's adapter, over real sockets. */
export class FleetAdapter implements ChatAdapter {
  readonly name = 'fleet';
  readonly guarantees: ChatAdapter['guarantees'];
  private readonly options: FleetAdapterOptions;
  private readonly closing = new AbortController();
  /** Events that are being accepted: a copy that comes meanwhile has nothing to add. */
  private readonly accepting = new Set<string>();

  constructor(options: FleetAdapterOptions) {
    this.options = options;
    const { deduplicatesForMs, canFind } = options;
    this.guarantees = { deduplicatesForMs, canFind, canEdit: true, editEveryMs: 2 };
  }

  async start(inbox: Inbox): Promise<void> {
    this.listen(inbox);
  }

  split(content: Content): Content[] {
    const { longest } = this.options;
    if (content.kind !== 'answer' || content.text.length <= longest) return [content];
    const pieces = content.text.match(new RegExp(`[^]{1,${longest}}`, 'g')) ?? [];
    const { buttons, files, inline, ...rest } = content;
    return pieces.map((text, index) => ({ ...(index === pieces.length - 1 ? content : rest), text }));
  }

  async send({ key, place, content, resend = false }: Part, signal: AbortSignal): Promise<SendOutcome> {
    return outcome(ask(this.options.port, 'send', { key, channel: place.channel, content, again: resend }, signal));
  }

  async edit(receipt: Receipt, { content }: Part, signal: AbortSignal): Promise<SendOutcome> {
    const edited = ask(this.options.port, 'edit', { id: receipt.id, content }, signal);
    const found = await edited.then(
      (answer) => answer.found,
      (error: unknown) => String(error),
    );
    if (typeof found === 'string') return { kind: 'unknown', reason: found };
    return found ? { kind: 'sent', receipt } : { kind: 'gone', reason: 'unknown message' };
  }

  async delete(receipt: Receipt, _place: unknown, signal: AbortSignal): Promise<SendOutcome> {
    return outcome(ask(this.options.port, 'delete', { id: receipt.id }, signal).then(() => receipt));
  }

  async find({ key }: Part, _since: Date, signal: AbortSignal): Promise<Receipt | undefined> {
    const { id } = await ask(this.options.port, 'find', { key }, signal);
    return id === undefined ? undefined : { id };
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private listen(inbox: Inbox): void {
    const { port } = this.options;
    const { signal } = this.closing;
    const again = () => {
      if (!signal.aborted) setTimeout(() => this.listen(inbox), 50);
    };
    const asking = request({ host: '127.0.0.1', port, path: '/listen', agent: false, signal }, (answer) => {
      answer.on('error', () => {}); // the end that follows is heard
      const lines = createInterface({ input: answer });
      lines.on('line', (line) => void this.hear(inbox, line));
      lines.once('close', again);
    });
    asking.once('error', again);
    asking.end();
  }

  /** What is not accepted is not acknowledged, and comes again. */
  private async hear(inbox: Inbox, line: string): Promise<void> {
    const { id, event } = JSON.parse(line) as { id: string; event: Incoming };
    if (this.accepting.has(id)) return;
    this.accepting.add(id);
    try {
      await inbox.accept({ ...event, sentAt: new Date(event.sentAt) });
      await ask(this.options.port, 'ack', { event: id });
    } catch {
    } finally {
      this.accepting.delete(id);
    }
  }
}

async function outcome(answer: Promise<{ id: string }>): Promise<SendOutcome> {
  return answer.then(
    ({ id }) => ({ kind: 'sent' as const, receipt: { id } }),
    (error: unknown) => ({ kind: 'unknown' as const, reason: String(error) }),
  );
}
