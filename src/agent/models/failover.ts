import { deadline, sleep, withTimeout } from '../../base/async.ts';
import type { Breaker } from '../../base/breaker.ts';
import type { FaultKind } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Counter } from '../../base/metrics.ts';
import {
  type Model,
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type ModelRequest,
  NoModel,
} from '../inference/model.ts';
import * as texts from '../texts.ts';

export interface Candidate {
  model: Model;
  breaker: Breaker;
}

/** Limits of patience, in milliseconds. */
export interface Patience {
  /** Before the same model is asked again; twice as long before the next time. */
  retryMs: number;
  /** Without a word, after which the next model is asked as well. */
  hedgeMs: number;
  /** Without a word from anybody, after which nobody but the first is waited for, beside the waits between tries. */
  silenceMs: number;
}

/** No other model would fare better, or may be asked. */
const FINAL: readonly FaultKind[] = ['cancelled', 'refused', 'context_overflow'];
/** The same model may well answer when it is asked again. */
const PASSING: readonly FaultKind[] = ['transient', 'malformed_output'];
/** Whatever the fault, asking the same model again changes nothing. */
const LASTING: readonly (ModelErrorReason | undefined)[] = ['silent', 'rejected'];
const LONGEST_WAIT_MS = 10_000;
/** A service that wants to be left alone for longer is asked now and then: its owner may have paid. */
const LONGEST_REST_MS = 3_600_000;
const TRIES = 2;
const TRIES_ALONE = 3;

interface Runner extends Candidate {
  /** The request as it is asked next: after a slip with the service's sentence about it. */
  request: ModelRequest;
  tries: number;
  mostTries: number;
  /** Milliseconds before it is asked (again); undefined: it is not. */
  wait: number | undefined;
  attempt: Attempt | undefined;
  overdue: boolean;
  giveUp(): void;
}

export interface FailoverOptions {
  /** In the order in which they are asked. */
  candidates: readonly Candidate[];
  patience: Patience;
  request: ModelRequest;
  signal: AbortSignal;
  /** Hears how each attempt ended: `answered`, `overtaken` or its fault. */
  onEnded(model: Model, outcome: ModelError | 'answered' | 'overtaken'): void;
}

/**
 * A request to several models, of which the first that can answers. They are asked one after another; where one is
 * silent the next is asked as well, who speaks first answers, and the others are given up.
 */
class Failover {
  private fault: ModelError | undefined;
  private readonly options: FailoverOptions;
  private readonly runners: Runner[];
  private readonly told: ModelEvent[] = [];

  constructor(options: FailoverOptions) {
    this.options = options;
    const last = options.candidates.length - 1;
    this.runners = options.candidates.map((candidate, index) => ({
      ...candidate,
      request: options.request,
      tries: 0,
      mostTries: index === last ? TRIES_ALONE : TRIES,
      wait: 0,
      attempt: undefined,
      overdue: false,
      giveUp() {},
    }));
  }

  /** The events of the answer. Throws a fault that no other model would mend, and `NoModel` where none answered. */
  async *events(): AsyncGenerator<ModelEvent> {
    for (;;) {
      const speaker = await this.firstToSpeak();
      for (const event of this.told.splice(0)) yield event;
      if (this.fault && FINAL.includes(this.fault.fault)) throw this.fault;
      if (!speaker?.attempt) throw this.noModelError();
      const { model, breaker, attempt } = speaker;
      yield { type: 'begin', model: model.name };
      try {
        // Not one generator in another: each costs every event several promises.
        for (const event of attempt.early) yield event;
        for (let event = await attempt.next(); event; event = await attempt.next()) yield event;
        this.options.onEnded(model, 'answered');
        breaker.recordSuccess();
        return;
      } catch (error) {
        this.noteFailure(speaker, error as ModelError);
      } finally {
        await attempt.close();
      }
    }
  }

  private noModelError(): NoModel {
    const fault = this.fault ?? new ModelError('transient', 'No model can be reached.');
    return new NoModel(fault, texts.withoutModel(fault));
  }

  /** The runner that speaks first; undefined when all have failed, or one for good. */
  private async firstToSpeak(): Promise<Runner | undefined> {
    const { patience, signal } = this.options;
    if (this.fault && FINAL.includes(this.fault.fault)) return undefined;
    using limit = deadline(patience.silenceMs + LONGEST_WAIT_MS, signal);
    const asked = new Map<Runner, Promise<Runner>>();
    const askNext = (first: AbortSignal) => {
      const runner = limit.signal.aborted ? undefined : this.next(asked);
      if (runner) asked.set(runner, this.ask(runner, first, limit.signal));
    };
    // The first is waited for as long as its connection lives; what is asked after it must show something in time.
    askNext(signal);
    try {
      while (asked.size > 0) {
        const running = Promise.race(asked.values());
        // No timer where no other model could be asked.
        const isPatient = this.isAlone || limit.signal.aborted;
        const ended = await (isPatient ? running : withTimeout(patience.hedgeMs, running));
        if (ended) {
          asked.delete(ended);
          if (ended.attempt) return ended;
          if (this.fault && FINAL.includes(this.fault.fault)) return undefined;
        } else {
          for (const runner of asked.keys()) runner.overdue = true;
        }
        if (!ended || asked.size === 0) askNext(limit.signal);
      }
      return undefined;
    } finally {
      for (const runner of asked.keys()) this.overtaken(runner);
    }
  }

  /** The next model to ask: a permitted one, or when nobody else is left also one that was to be left alone. */
  private next(asked: ReadonlyMap<Runner, unknown>): Runner | undefined {
    const free = this.runners.filter((runner) => runner.wait !== undefined && !asked.has(runner));
    const ready = free.find(({ tries, breaker }) => tries > 0 || breaker.admits());
    if (ready || asked.size > 0) return ready;
    const [resting] = free;
    if (resting && !this.isAlone) resting.mostTries = 1;
    return resting;
  }

  /** Asks one candidate, again where that may help, until it speaks or is given up. Never rejects. */
  private async ask(runner: Runner, first: AbortSignal, further: AbortSignal): Promise<Runner> {
    const { signal } = this.options;
    let isGivenUp = false;
    runner.giveUp = () => {
      isGivenUp = true;
      runner.attempt?.stop();
    };
    runner.overdue = false;
    for (let limit = first; runner.wait !== undefined; limit = further) {
      const isTime = runner.wait === 0 || (await sleep(runner.wait, further).then(constantly(true), constantly(false)));
      if (isGivenUp) break;
      if (!isTime) runner.wait = undefined;
      if (signal.aborted) this.fault = stoppedError();
      if (!isTime) break;
      runner.tries++;
      runner.attempt = new Attempt(runner.model, runner.request, signal);
      try {
        await runner.attempt.speaks(limit);
        return runner;
      } catch (error) {
        if (isGivenUp) break;
        this.told.push({ type: 'begin', model: runner.model.name });
        this.charge(runner);
        this.noteFailure(runner, limit.aborted ? this.late(runner) : (error as ModelError));
      }
    }
    return runner;
  }

  private late({ model: { name } }: Runner): ModelError {
    if (this.options.signal.aborted) return stoppedError();
    return new ModelError('transient', `${name} fell silent.`, { reason: 'silent' });
  }

  private noteFailure(runner: Runner, fault: ModelError): void {
    runner.attempt = undefined;
    this.fault = fault;
    this.options.onEnded(runner.model, fault);
    const isFinal = FINAL.includes(fault.fault);
    if (!this.isAlone && (isFinal ? runner.overdue : true)) note(runner.breaker, fault);
    runner.wait = isFinal ? undefined : retryAfter(fault, runner, this.options.patience.retryMs);
    if (fault.details.reason === 'slip') runner.request = afterSlip(this.options.request, fault);
    if (!this.isAlone && runner.breaker.open) runner.wait = undefined;
  }

  private overtaken(runner: Runner): void {
    runner.giveUp();
    if (runner.overdue) {
      this.told.push({ type: 'begin', model: runner.model.name });
      runner.breaker.recordFailure();
    }
    this.charge(runner);
    runner.attempt = undefined;
    this.options.onEnded(runner.model, 'overtaken');
  }

  private charge({ attempt }: Runner): void {
    if (attempt?.charged) this.told.push(attempt.charged);
  }

  private get isAlone(): boolean {
    return this.runners.length === 1;
  }
}

const constantly =
  <T>(value: T) =>
  () =>
    value;

function stoppedError(): ModelError {
  return new ModelError('cancelled', 'The turn was stopped.');
}

const SLIPPED =
  'No tool was called: your last answer held a call that could not be made. Call a tool that you were given, with all of its arguments and no others, or answer in words.';

/** The sentence stands behind all that was said, so that what a service has cached stays as it is. */
function afterSlip(request: ModelRequest, { details: { told } }: ModelError): ModelRequest {
  const asked = request.asked ?? request.messages.findLastIndex(({ role }) => role === 'user');
  const text = told === undefined ? SLIPPED : `${SLIPPED} It was refused with: “${told}”`;
  return { ...request, asked, messages: [...request.messages, { role: 'user', text }] };
}

function retryAfter({ fault, details }: ModelError, runner: Runner, retryMs: number): number | undefined {
  if (runner.tries >= runner.mostTries || LASTING.includes(details.reason)) return undefined;
  if (details.reason === 'slip') return 0;
  if (PASSING.includes(fault)) return retryMs * 2 ** (runner.tries - 1);
  const after = details.retryAfterMs ?? retryMs;
  const isLast = runner.mostTries === TRIES_ALONE;
  return fault === 'rate_limited' && isLast && after <= LONGEST_WAIT_MS ? after : undefined;
}

function note(breaker: Breaker, { fault, details: { retryAfterMs } }: ModelError): void {
  if (fault === 'transient' || fault === 'cancelled') breaker.recordFailure();
  // A short wait is taken by who asks; a long one keeps everybody else away.
  else if (fault === 'rate_limited' && retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS) {
    breaker.recordFailure(Math.min(retryAfterMs, LONGEST_REST_MS));
  }
}

interface RoutedOptions {
  candidates: readonly Candidate[];
  patience: Patience;
  log: Log;
  calls: Counter;
  fault?(model: string, fault: FaultKind): void;
  /** Hears how each attempt ended that was not overtaken. */
  onEnded?(model: string, outcome: ModelError | 'answered'): void;
}

/** Several models as one: the first that can answers. Throws `NoModel` when none can, and what no other model would mend. */
export function routeModels(options: RoutedOptions): Model {
  const { candidates, patience, log, calls } = options;
  const [first] = candidates;
  const ended = ({ name }: Model, outcome: ModelError | 'answered' | 'overtaken') => {
    const isFault = outcome instanceof ModelError;
    if (outcome !== 'overtaken') options.onEnded?.(name, outcome);
    calls.add({ model: name, outcome: isFault ? outcome.fault : outcome });
    if (outcome === 'overtaken') log.info({ model: name }, 'another model answered first');
    else if (isFault && outcome.fault !== 'cancelled') {
      options.fault?.(name, outcome.fault);
      log.warn({ model: name, fault: outcome.fault, detail: outcome.message }, 'a model did not answer');
    }
  };
  return {
    name: first?.model.name ?? 'none',
    get count() {
      return first?.breaker.open ? undefined : first?.model.count;
    },
    generate: (request, signal) => new Failover({ candidates, patience, request, signal, onEnded: ended }).events(),
  };
}

const ANSWER_EVENTS: readonly ModelEvent['type'][] = ['text', 'reasoning', 'picture', 'call', 'stop'];

class Attempt {
  charged: (ModelEvent & { type: 'charged' }) | undefined;
  private readonly stopping = new AbortController();
  private readonly outer: AbortSignal;
  private readonly answer: AsyncIterator<ModelEvent>;
  readonly early: ModelEvent[] = [];

  constructor(model: Model, request: ModelRequest, outer: AbortSignal) {
    this.outer = outer;
    if (outer.aborted) this.stop();
    outer.addEventListener('abort', this.stop, { once: true });
    this.answer = model.generate(request, this.stopping.signal)[Symbol.asyncIterator]();
  }

  /** Resolves with the first word; `limit` ends the request before that. Throws the model's `ModelError`. */
  async speaks(limit: AbortSignal): Promise<void> {
    const giveUp = () => this.stop();
    const isOwn = limit !== this.outer;
    if (isOwn && limit.aborted) giveUp();
    if (isOwn) limit.addEventListener('abort', giveUp, { once: true });
    try {
      for (;;) {
        const { value, done } = await this.answer.next();
        if (done) throw new ModelError('transient', 'An answer had no end.');
        if (value.type === 'charged') this.charged = value;
        else this.early.push(value);
        if (ANSWER_EVENTS.includes(value.type)) return;
      }
    } catch (error) {
      this.release();
      throw error;
    } finally {
      limit.removeEventListener('abort', giveUp);
    }
  }

  /** Undefined at the end. Throws the model's `ModelError`. */
  async next(): Promise<ModelEvent | undefined> {
    const { value, done } = await this.answer.next();
    return done ? undefined : value;
  }

  async close(): Promise<void> {
    this.release();
    await this.answer.return?.();
  }

  readonly stop = (): void => this.stopping.abort();

  private release(): void {
    this.outer.removeEventListener('abort', this.stop);
  }
}
