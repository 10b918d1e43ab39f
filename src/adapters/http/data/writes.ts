import { createHash } from 'node:crypto';
import type { Agent, Call, ToolResult } from '../../../agent/index.ts';
import { CodaError } from '../../../base/errors.ts';
import { canonicalJson, type Json } from '../../../base/json.ts';
import type { Caller } from '../../../chat/index.ts';
import type { Item, Requests } from '../../../delivery/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { placeOf, senderOf } from '../chat/places.ts';
import { notHeard } from '../problem.ts';

export interface WritesDeps {
  agent: Pick<Agent, 'actAside'>;
  requests: Pick<Requests, 'asker' | 'admits' | 'take' | 'settle'>;
}

/** A write that a program requests. */
export interface Wanted {
  caller: Caller;
  /** The program's own key: under it, it is done once. */
  key: string | undefined;
  /** Identity of the request: repetitions are equal, other requests are not. */
  request: Json;
  /** The conversation of the program in which what is made speaks; undefined: where its person is told something. */
  conversation: string | undefined;
  signal: AbortSignal;
  /** The call that does it, decided in its transaction; undefined: what it is about is not there. */
  call(tx: Transaction, personId: string): Promise<Call | undefined>;
  /** The answer; undefined result: there was no call. */
  answer(tx: Transaction, result: ToolResult | undefined, personId: string): Promise<Written>;
}

/** The stored answer, given again under the same key. */
export interface Written {
  status: number;
  json: Json;
}

/** Carries out what programs ask for their person, once for each key. */
export class Writes {
  private readonly deps: WritesDeps;

  constructor(deps: WritesDeps) {
    this.deps = deps;
  }

  /** Throws `HTTP_FORBIDDEN` for somebody who is not heard, `HTTP_TOO_FAST`, `HTTP_CONFLICT` for a key of something else. */
  async do(wanted: Wanted): Promise<Written> {
    const { agent, requests } = this.deps;
    const { caller, conversation, signal } = wanted;
    const place = placeOf(caller, conversation ?? 'main');
    const item = await requests.asker({ sender: senderOf(caller), place, direct: conversation === undefined });
    if (!item) throw notHeard();
    const personId = item.person.id;
    let earlier: Written | undefined;
    return agent.actAside(
      'http.write',
      { item, signal, confirmed: caller.scopes.includes('consent') },
      async (tx) => {
        earlier = await this.earlier(tx, wanted, item);
        return earlier ? undefined : wanted.call(tx, personId);
      },
      async (tx, result) => earlier ?? this.settled(tx, wanted, await wanted.answer(tx, result, personId)),
    );
  }

  /** The answer given before under the same key. A repetition does not count as another request. */
  private async earlier(tx: Transaction, wanted: Wanted, { person }: Item): Promise<Written | undefined> {
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

  private settled(tx: Transaction, { caller, key }: Wanted, written: Written): Written {
    const { status, json } = written;
    if (key !== undefined) {
      this.deps.requests.settle(tx, { caller: caller.id, key }, { status, answer: JSON.stringify(json) });
    }
    return written;
  }
}

function otherRequest(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'This Idempotency-Key was used for another request.',
    remedy: 'Take a key of its own for each request.',
  });
}
