import { z } from 'zod';
import { type Deadline, type Deferred, deadline, deferred, unlessAborted } from '../../base/async.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { token } from '../../base/ids.ts';
import { parseJson } from '../../base/json.ts';
import { reachTrouble } from '../../base/reach.ts';
import { type AnyRoute, type HealthCheck, route, type Verdict } from '../../chat/index.ts';
import { fetchService } from '../../egress/index.ts';
import { eventText } from './chat/watchers.ts';
import { PROBLEM_TYPE } from './problem.ts';

/** Milliseconds for the whole check, and of these for the first event, before the stream ends and all of it comes. */
const WITHIN_MS = 5_000;
const FIRST_EVENT_MS = 2_000;
/** A balancer in front of several replicas may choose another one each time, and a kept connection may be dead. */
const TRIES = 3;
const PATH = '/doctor/events/';

const PASS_HOST =
  'Have the proxy pass on the name that was asked for; nginx: proxy_set_header Host $http_host (docs/containers.md).';

/** The check's request as coda sees it behind the proxy. */
interface Arrival {
  host: string | undefined;
  /** True once the stream has ended without a word of the check that its first event came. */
  isLate: boolean;
}

interface Visit {
  arrival: Arrival | undefined;
  /** Resolved when the check has its first event, or has given up. */
  over: Deferred<void>;
}

/**
 * Asks coda's own event stream through `http.url`, as a browser would. A proxy that collects events makes the page look
 * dead. The route answers a token that this process has just made, once: nobody else can hold a connection with it.
 */
export class ProxyCheck {
  private readonly url: URL;
  /** The same in words, with its path. */
  private readonly place: string;
  private readonly listen: string;
  private readonly isServing: () => boolean;
  private readonly visits = new Map<string, Visit>();

  constructor(url: string, listen: string, isServing: () => boolean) {
    this.url = new URL(url);
    this.place = url.replace(/\/$/, '');
    this.listen = listen;
    this.isServing = isServing;
  }

  route(): AnyRoute {
    return route({
      method: 'GET',
      path: `${PATH}:token`,
      tag: 'operation',
      summary: 'An event for coda doctor, which alone has the token: whether a proxy holds events back.',
      params: z.object({ token: z.string().max(64) }),
      answers: { 200: { description: 'An event, and the end.', type: 'text/event-stream' } },
      answerRequest: async ({ params, header, signal }) => {
        const visit = this.visits.get(params.token);
        if (!visit || visit.arrival) {
          throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such check.', remedy: 'Run "coda doctor".' });
        }
        visit.arrival = { host: header('host'), isLate: false };
        return { body: { events: events(visit, visit.arrival, signal) } };
      },
    });
  }

  check(): HealthCheck {
    return {
      name: 'http address',
      check: async (signal) => {
        if (!this.isServing()) return { ok: true, severity: 'off', says: `${this.place} is asked while coda runs` };
        using limit = deadline(WITHIN_MS, signal);
        const key = token();
        const visit: Visit = { arrival: undefined, over: deferred() };
        this.visits.set(key, visit);
        try {
          return await this.ask(key, visit, limit);
        } finally {
          this.visits.delete(key);
          visit.over.resolve();
        }
      },
    };
  }

  private async ask(key: string, visit: Visit, limit: Deadline): Promise<Verdict> {
    const address = this.place + PATH + key;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === TRIES || limit.signal.aborted;
      try {
        const init = { headers: { accept: 'text/event-stream' }, signal: limit.signal };
        const response = await fetchService(address, init);
        const start = await readStart(response);
        if (visit.arrival) return start === '' ? this.heldVerdict() : this.judgeArrival(visit.arrival);
        const code = codeOf(response, start);
        if (code !== 'HTTP_NOT_FOUND') return this.judgeOther(response, code);
        if (isLast) return this.otherProcess();
      } catch (error) {
        if (visit.arrival) return this.heldVerdict();
        // A connection that was kept since the last check may be one of a proxy that has been restarted.
        if (isLast) return this.unreachable(error);
      }
    }
  }

  private judgeArrival({ host, isLate }: Arrival): Verdict {
    if (isLate) return this.heldVerdict();
    if (host?.toLowerCase() === this.url.host) return { ok: true, says: `${this.place} passes events on at once` };
    return warningVerdict({
      code: 'HTTP_HOST_CHANGED',
      says: `the proxy at ${this.place} passes on another Host (${host}), so that coda refuses what its own page sends`,
      remedy: PASS_HOST,
    });
  }

  private heldVerdict(): Verdict {
    return warningVerdict({
      code: 'HTTP_STREAM_HELD',
      says: `what is in front of coda at ${this.place} holds events back: they come late or all at once, and the page looks dead`,
      remedy:
        'Switch its buffering and its compression off for coda. nginx: proxy_buffering off; gzip off. Caddy: ' +
        'flush_interval -1. Traefik: take the middlewares buffering and compress off (docs/containers.md).',
    });
  }

  private judgeOther(response: Response, code: string | undefined): Verdict {
    const { status, headers } = response;
    const { place } = this;
    if (code === 'HTTP_FORBIDDEN') {
      return warningVerdict({
        code: 'HTTP_HOST_CHANGED',
        says: `coda refuses what the proxy at ${place} passes on: its Host is neither that name nor one of this machine`,
        remedy: PASS_HOST,
      });
    }
    const location = headers.get('location');
    const to = location === null ? undefined : URL.parse(location, this.url.href)?.origin;
    if (code === undefined && (to !== undefined || status === 401 || status === 403)) {
      const how = to === undefined ? `wants a sign-in of its own (status ${status})` : `forwards to ${to}`;
      return {
        ok: true,
        code: 'HTTP_URL_GUARDED',
        severity: 'notice',
        says: `${place} ${how} before coda is asked: whether events come through was not looked at`,
        remedy: 'Where that is no sign-in, write the address that it forwards to into http.url.',
      };
    }
    return warningVerdict({
      code: 'HTTP_URL_ELSEWHERE',
      says: `what answers at ${place} is not this coda (status ${status})`,
      remedy: `Have the proxy pass every path on to ${this.listen}, or mend http.url.`,
    });
  }

  private otherProcess(): Verdict {
    return {
      ok: true,
      code: 'HTTP_URL_OTHER',
      severity: 'notice',
      says: `another process of coda answers at ${this.place}: whether events come through was not looked at`,
      remedy: 'Where this is no replica of that one, mend http.url. Else run it again: another replica may be asked.',
    };
  }

  private unreachable(error: unknown): Verdict {
    const { place } = this;
    const tls = reachTrouble(error);
    if (tls) return warningVerdict({ ...tls, says: `${place} ${tls.says}` });
    return {
      ok: false,
      code: 'HTTP_URL_UNREACHABLE',
      severity: 'notice',
      says: `${place} cannot be reached from here (${reasonOf(error)})`,
      remedy:
        'Open it in a browser. Where that fails too, start the proxy, or mend http.url; where only this machine cannot ' +
        'reach it (a container, a router that lets nobody in from inside), nothing has to be done.',
    };
  }
}

function warningVerdict(finding: { code: string; says: string; remedy: string }): Verdict {
  return { ok: false, severity: 'warning', ...finding };
}

async function* events(visit: Visit, arrival: Arrival, signal: AbortSignal): AsyncGenerator<string> {
  yield eventText('doctor', { part: 'first' });
  using limit = deadline(FIRST_EVENT_MS, signal);
  await unlessAborted(limit.signal, visit.over.promise).catch(() => {});
  arrival.isLate = limit.hasPassed();
}

const MOST_CHARACTERS = 4_000;

/** The beginning of an answer as it comes; of a problem document all of it. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    // Leaving the loop ends the connection.
    if (!isProblem(response) || text.length > MOST_CHARACTERS) break;
  }
  return text;
}

const isProblem = ({ headers }: Response) => (headers.get('content-type') ?? '').startsWith(PROBLEM_TYPE);

/** The code of coda's own refusal; undefined for an answer of somebody else. */
function codeOf(response: Response, text: string): string | undefined {
  if (!isProblem(response)) return undefined;
  try {
    return z.object({ code: z.string() }).parse(parseJson(text)).code;
  } catch {
    return undefined;
  }
}

/** `fetch` says of all that went wrong that it failed; the reason is its cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return messageOf(cause ?? error);
}
