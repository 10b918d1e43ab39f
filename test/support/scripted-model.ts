import type { Model, ModelEvent, ModelRequest } from '../../src/agent/index.ts';
import { ModelError } from '../../src/agent/index.ts';
import { type Deferred, deferred } from '../../src/base/async.ts';

/** What the model does when it is asked: text comes as it is, `hold` waits for the test, a call is a call. */
export type Line =
  | string
  | { call: string; input?: Record<string, unknown>; id?: string }
  | { hold: Deferred<void> }
  | { fails: ModelError };

/** A model that says what it is told to, in order; what it was asked is kept. It streams when `streams` is set. */
export class ScriptedModel implements Model {
  readonly name = 'scripted/model';
  streams = false;
  /** Files of messages are shown to it. */
  takesFiles = false;
  readonly requests: ModelRequest[] = [];
  private readonly answers: ((request: ModelRequest) => Line[])[];
  private calls = 0;

  /** Each entry answers one request; the last one answers all further ones. */
  constructor(...answers: (Line[] | ((request: ModelRequest) => Line[]))[]) {
    this.answers = answers.map((answer) => (typeof answer === 'function' ? answer : () => answer));
  }

  async *generate(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    this.requests.push(structuredClone(request));
    const answer = this.answers[Math.min(this.requests.length, this.answers.length) - 1];
    let called = false;
    for (const line of answer?.(request) ?? []) {
      if (signal.aborted) throw new ModelError('cancelled', 'stopped');
      if (typeof line === 'string') yield { type: 'text', text: line };
      else if ('hold' in line) await untilEither(line.hold.promise, signal);
      else if ('fails' in line) throw line.fails;
      else {
        called = true;
        yield {
          type: 'call',
          call: { id: line.id ?? `call${++this.calls}`, name: line.call, input: line.input ?? {} },
        };
      }
    }
    yield { type: 'stop', reason: called ? 'tools' : 'end' };
  }
}

async function untilEither(held: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = deferred();
  const stop = () => aborted.reject(new ModelError('cancelled', 'stopped'));
  // It may have been told before this line is reached.
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([held, aborted.promise]);
}

/** The last thing that the person said. */
export const lastSaid = (request: ModelRequest): string =>
  request.messages.findLast((message) => message.role === 'user')?.text ?? '';

/** Repeats what was said. */
/** What stands beside the message that is answered. */
export const contextOf = ({ messages, asked = messages.length - 1 }: ModelRequest): string => {
  const message = messages[asked];
  return (message?.role === 'user' && message.context) || '';
};

/** What stands beside the messages, oldest first. */
export const contextsOf = ({ messages }: ModelRequest): string =>
  messages.map((message) => (message.role === 'user' && message.context) || '').join('\n');

export const echo = () => new ScriptedModel((request) => [`you said: ${lastSaid(request)}`]);
