import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../inference/model.ts';

/** Events that show that an answer is there, and not only the connection. */
const WORDS: readonly ModelEvent['type'][] = ['text', 'reasoning', 'call', 'stop'];

/** One request to one model, from the first word of whose answer on somebody waits for it. */
export class Attempt {
  /** Its cost before its first word, where the service told. */
  charged: (ModelEvent & { type: 'charged' }) | undefined;
  private readonly stopping = new AbortController();
  private readonly outer: AbortSignal;
  private readonly answer: AsyncIterator<ModelEvent>;
  private readonly early: ModelEvent[] = [];

  constructor(model: Model, request: ModelRequest, outer: AbortSignal) {
    this.outer = outer;
    if (outer.aborted) this.stop();
    outer.addEventListener('abort', this.stop, { once: true });
    this.answer = model.generate(request, this.stopping.signal)[Symbol.asyncIterator]();
  }

  /** Resolves with the first word; `limit` ends the request before that. Throws the model's `ModelError`. */
  async speaks(limit: AbortSignal): Promise<void> {
    // A listener of its own: `limit` may be the outer signal itself, whose listener must outlive the first word.
    const giveUp = () => this.stop();
    if (limit.aborted) giveUp();
    limit.addEventListener('abort', giveUp, { once: true });
    try {
      for (;;) {
        const { value, done } = await this.answer.next();
        if (done) throw new ModelError('transient', 'An answer had no end.');
        if (value.type === 'charged') this.charged = value;
        else this.early.push(value);
        if (WORDS.includes(value.type)) return;
      }
    } catch (error) {
      this.release();
      throw error;
    } finally {
      limit.removeEventListener('abort', giveUp);
    }
  }

  /** All that it says, once it speaks. Throws the model's `ModelError`. */
  async *rest(): AsyncGenerator<ModelEvent> {
    try {
      yield* this.early;
      for (let next = await this.answer.next(); !next.done; next = await this.answer.next()) yield next.value;
    } finally {
      this.release();
      await this.answer.return?.();
    }
  }

  /** Ends the request: nobody waits for it any more. */
  readonly stop = (): void => this.stopping.abort();

  private release(): void {
    this.outer.removeEventListener('abort', this.stop);
  }
}
