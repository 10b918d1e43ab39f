/** Changes that programs and pages ask for: done once under their key, in one transaction with their answer. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Agent, Call, Failed, ToolResult } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import { canonicalJson, type Json } from '../../base/json.ts';
import type { AnyRoute, Caller, HttpAnswer } from '../../chat/index.ts';
import type { Item, Requests } from '../../delivery/index.ts';
import { notHeard } from '../../sign-in/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { placeOf, senderOf } from './chat/places.ts';
import { PROBLEM_TYPE, type Problem, problem } from './problem.ts';
import { callerOf, keyOf } from './request.ts';

export const saidShape = z.string().describe('What coda would say in chat.');
export const undoShape = z
  .object({ id: z.string(), label: z.string() })
  .nullable()
  .describe('Takes it back: POST /v1/undo with this id; null: it cannot be taken back.');
export const refused = { description: 'It cannot be done as it is asked for; "reason" says why.' } as const;
export const OWNER = 'An owner decides who may.';

export interface WritesDeps {
  agent: Pick<Agent, 'actAside'>;
  requests: Pick<Requests, 'asker' | 'admits' | 'take' | 'storeAnswer'>;
}

export interface WantedChange {
  caller: Caller;
  /** The program's own key: under it, it is done once. */
  key: string | undefined;
  /** Identity of the request: repetitions are equal, other requests are not. */
  request: Json;
  /** A press of what was shown: of a caller that may consent it is its person's, as one in chat is. */
  isPress?: true;
  /** The conversation of the program in which what is made speaks; undefined: where its person is told something. */
  conversation: string | undefined;
  signal: AbortSignal;
  /** The call that does it, decided in its transaction; undefined: what it is about is not there. */
  call(tx: Transaction, personId: string): Promise<Call | undefined>;
  answer(tx: Transaction, result: ToolResult | undefined, done: Done): Promise<WrittenAnswer>;
}

/** The person it was done for, and its undo. */
export interface Done {
  personId: string;
  undo: JsonUndo | undefined;
}

type JsonUndo = { id: string; label: string };

export interface WrittenAnswer {
  status: number;
  json: Json;
}

export class Writes {
  private readonly deps: WritesDeps;

  constructor(deps: WritesDeps) {
    this.deps = deps;
  }

  /** Throws `HTTP_FORBIDDEN` for somebody who is not heard, `HTTP_TOO_FAST`, `HTTP_CONFLICT` for a key of something else. */
  async do(wanted: WantedChange): Promise<WrittenAnswer> {
    const { agent } = this.deps;
    const { caller, conversation, signal } = wanted;
    const item = await this.askerOf({ caller }, conversation);
    if (!item) throw notHeard();
    const personId = item.person.id;
    const isConsent = caller.scopes.includes('consent');
    const presser = wanted.isPress && isConsent ? { ...item, origin: 'person' as const } : item;
    let earlier: WrittenAnswer | undefined;
    return agent.actAside(
      'http.write',
      { item: presser, signal, confirmed: isConsent, inPerson: caller.inPerson },
      async (tx) => {
        earlier = await this.earlier(tx, wanted, item);
        return earlier ? undefined : wanted.call(tx, personId);
      },
      async (tx, result, undo) =>
        earlier ??
        this.storeSettled(tx, wanted, await wanted.answer(tx, result, { personId, undo: undo && { ...undo } })),
    );
  }

  /** The caller's person, speaking in this conversation of the program, or where they are told something; undefined: they are not heard. */
  askerOf(request: Pick<AskedRequest, 'caller'>, conversation?: string): Promise<Item | undefined> {
    const caller = callerOf(request);
    const place = placeOf(caller, conversation ?? 'main');
    return this.deps.requests.asker({ sender: senderOf(caller), place, direct: conversation === undefined });
  }

  /** The answer given before under the same key. A repetition does not count as another request. */
  private async earlier(tx: Transaction, wanted: WantedChange, { person }: Item): Promise<WrittenAnswer | undefined> {
    const { caller, key, request } = wanted;
    const { requests } = this.deps;
    if (key !== undefined) {
      const digest = createHash('sha256').update(canonicalJson(request)).digest('hex');
      const before = await requests.take(tx, { caller: caller.id, key, personId: person.id, digest });
      if (before && before.digest !== digest) throw otherRequest();
      if (before) return { status: before.status, json: JSON.parse(before.answer) };
    }
    if (await requests.admits(tx, person.id)) return undefined;
    throw new CodaError('HTTP_TOO_FAST', {
      message: 'You ask for more than you may in this time.',
      remedy: 'Wait a minute, then send it again.',
    });
  }

  private storeSettled(tx: Transaction, { caller, key }: WantedChange, answer: WrittenAnswer): WrittenAnswer {
    const { status, json } = answer;
    if (key !== undefined) {
      this.deps.requests.storeAnswer(tx, { caller: caller.id, key }, { status, answer: JSON.stringify(json) });
    }
    return answer;
  }
}

function otherRequest(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'This Idempotency-Key was used for another request.',
    remedy: 'Take a key of its own for each request.',
  });
}

export type AskedRequest = Parameters<AnyRoute['answerRequest']>[0];

export function wantedFor(
  request: AskedRequest,
  what: string,
): Pick<WantedChange, 'caller' | 'key' | 'request' | 'signal' | 'conversation'> {
  return {
    caller: callerOf(request),
    key: keyOf(request),
    request: { what, body: (request.body ?? null) as Json },
    signal: request.signal,
    conversation: undefined,
  };
}

export function refusal(result: Failed): WrittenAnswer {
  const { code, message, remedy, choices = [], field } = result;
  const fields = field === undefined ? {} : { fields: [{ field, detail: message }] };
  if (code === 'DENIED') return problemJson({ ...problem('HTTP_FORBIDDEN', message, remedy ?? OWNER), ...fields });
  if (code === 'ASKS_FIRST') {
    const scope = 'Use a token with the scope consent.';
    return problemJson(problem('HTTP_FORBIDDEN', 'This asks its person first.', scope));
  }
  const refusedAct = problem('HTTP_REFUSED', message, remedy ?? 'See /openapi.json for what is taken.');
  const offered = choices.length > 0 ? { choices: choices.map(({ label }) => label) } : {};
  return problemJson({ ...refusedAct, reason: code, ...offered, ...fields });
}

export function problemJson(fault: Problem & { reason?: Failed['code']; choices?: string[] }): WrittenAnswer {
  const { fields, ...rest } = fault;
  const faults = fields?.map(({ field, detail }) => ({ field, detail }));
  return { status: fault.status, json: { ...rest, ...(faults && { fields: faults }) } };
}

export function answerOf({ status, json }: WrittenAnswer, headers: Record<string, string> = {}): HttpAnswer {
  if (status < 400) return { status, headers, body: { json } };
  return { status, body: { text: JSON.stringify(json), type: PROBLEM_TYPE } };
}

export const nothingToUndo = (): Failed => ({
  ok: false,
  code: 'NOTHING_TO_UNDO',
  message: 'There is nothing to take back.',
});
