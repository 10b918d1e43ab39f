import { CodaError } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { End, ExtraWrites } from './endings.ts';
import type { MessageFiles } from './files/message-files.ts';
import type { VoiceMessages } from './files/voice-messages.ts';
import type { RateLimit } from './inbox/store.ts';
import type { Item, TooFast } from './item.ts';
import type { Lanes } from './lanes/index.ts';
import type { Quoting } from './quoted/index.ts';
import * as texts from './texts.ts';

export interface AdmissionDeps {
  world: World;
  queueLimit: number;
  rateLimit: RateLimit | undefined;
  /** Milliseconds after which a message that was not run is not answered any more. */
  maxAgeMs: number;
  messageFiles: Pick<MessageFiles, 'complete' | 'notGiven'>;
  voiceMessages: Pick<VoiceMessages, 'complete'>;
  quoting: Pick<Quoting, 'complete' | 'observe'>;
  lanes: Pick<Lanes, 'asHeld'>;
  endItem(name: string, item: Item, end: End): Promise<boolean>;
  writesOfBegin(item: Item): ExtraWrites | undefined;
  /** Tells the platform that the event of a row is heard. False: it was too late, and the person has seen it fail. */
  acknowledge(item: Item): Promise<boolean>;
}

/** A row that has ended so many processes, or failed so often, is given up, and its person told; its lane goes on. */
const POISON = 5;

export class Admission {
  private readonly deps: AdmissionDeps;

  constructor(deps: AdmissionDeps) {
    this.deps = deps;
  }

  /** The row as it is to be answered; undefined when it has ended, or has left this process's hands. */
  async admit(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    if (item.attempts >= POISON) return this.giveUp(item);
    if (item.payload.tooFast) return this.refuse(item, item.payload.tooFast);
    if (item.payload.withdrawn) return this.drop(item);
    // A message that waits for its files has left its lane; any other never had one.
    if (item.isFull || (item.kind === 'message' && !item.inLane && !item.payload.aside)) return this.refuseFull(item);
    if (!(await this.deps.acknowledge(item))) {
      const cards = [{ kind: 'error' as const, text: texts.notInTime() }];
      const end = { state: 'expired' as const, error: 'not acknowledged in time', cards };
      return this.endRefused('inbox.unacknowledged', item, end);
    }
    if (this.isOld(item)) {
      this.deps.world.log.info({ item: item.key }, 'too old to be answered out of the blue');
      const missed =
        item.payload.resumedAt === undefined ? this.deps.messageFiles.notGiven(item) : texts.tooLateToGoOn();
      const cards = missed === undefined ? [] : [{ kind: 'notice' as const, text: missed }];
      return this.endRefused('inbox.expire', item, { state: 'expired', cards });
    }
    const whole = await this.complete(item, signal);
    return whole?.payload.withdrawn ? this.drop(whole) : whole;
  }

  private isOld({ payload: { resumedAt }, sentAt }: Item): boolean {
    const since = resumedAt === undefined ? sentAt : new Date(resumedAt);
    return this.deps.world.clock.now().getTime() - since.getTime() > this.deps.maxAgeMs;
  }

  private async complete(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    try {
      const { quoting, messageFiles, voiceMessages } = this.deps;
      // Most messages have nothing that must be had first, so that nothing is waited for.
      const { points, quoted } = item.payload;
      const pointed = points || quoted ? await quoting.complete(item, signal) : item;
      const filed = pointed?.payload.pending ? await messageFiles.complete(pointed, signal) : pointed;
      const itemInWords = filed?.payload.files.length ? await voiceMessages.complete(filed, signal) : filed;
      return itemInWords?.conversation.settings.observe ? await quoting.observe(itemInWords, signal) : itemInWords;
    } catch (error) {
      if (!signal.aborted) throw error;
      const isStopped = signal.reason instanceof CodaError && signal.reason.code === 'CANCELLED';
      if (!isStopped) return undefined;
      const cards = [{ kind: 'notice' as const, text: texts.stoppedNotice() }];
      return this.endRefused('inbox.stop', this.deps.lanes.asHeld(item), { state: 'cancelled', cards });
    }
  }

  private drop(item: Item): Promise<undefined> {
    return this.endRefused('inbox.withdraw', item, { state: 'cancelled', cards: [] });
  }

  private refuseFull(item: Item): Promise<undefined> {
    const cards = [{ kind: 'error' as const, text: texts.queueFull(this.deps.queueLimit) }];
    return this.endRefused('inbox.refuse', item, { state: 'failed', error: 'the queue was full', cards });
  }

  private refuse(item: Item, why: TooFast): Promise<undefined> {
    const { requests = 0, windowMs = 0, turns = 0 } = this.deps.rateLimit ?? {};
    const text = why === 'turns' ? texts.tooManyTurns(turns) : texts.tooFast(requests, windowMs);
    const cards = why === 'silent' ? [] : [{ kind: 'error' as const, text }];
    return this.endRefused('inbox.refuse', item, { state: 'failed', error: `too much at once: ${why}`, cards });
  }

  private giveUp(item: Item): Promise<undefined> {
    const cards = [{ kind: 'error' as const, text: texts.couldNotAnswer() }];
    return this.endRefused('inbox.giveup', item, { state: 'failed', error: 'failed each time it was run', cards });
  }

  private async endRefused(name: string, item: Item, end: End): Promise<undefined> {
    const also = this.deps.writesOfBegin(item);
    await this.deps.endItem(name, item, { ...end, ...(also && { also }) });
  }
}
