/** A request's way: the address, where it comes from, who asks, what it brings, the route's answer or what is wrong. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { inOwnCommands } from '../../base/root.ts';
import type { AnyRoute, Caller, HttpAnswer, HttpRequest } from '../../chat/index.ts';
import { addressOfClient, type CallerChecks, isLocal, requireCaller } from './callers.ts';
import { ingressOf } from './ingress.ts';
import { guardOrigin, type Origins, preflight, readableBy } from './origins.ts';
import { withoutPrefix } from './prefix.ts';
import { isExpected, type Problem, problem, problemOf } from './problem.ts';
import { checkHead, partsOf } from './request.ts';
import { pathOf, type RouteMatch, Router } from './router.ts';
import { whileAllowed } from './streams.ts';
import { write, writeProblem } from './writing.ts';

/** The way by which a request has come. */
export type Entrance = Pick<HttpRequest, 'base' | 'ingress'>;

/** Routes, and the rights to ask for them. */
export interface Service extends CallerChecks {
  routes: readonly AnyRoute[];
  /** True while nobody owns this coda: only routes that say so are answered. */
  isOwnerless?(): Promise<boolean>;
  /** Counts a request that was refused for what it brings; false: the caller asks for more than they may. */
  admits?(caller: Caller): Promise<boolean>;
  /** A problem as a page; left out where only programs are served. */
  problemPage?: (found: Problem, headers: Readonly<Record<string, string>>, entrance: Entrance) => HttpAnswer;
}

interface RequestParts {
  service: Service;
  origins: Origins;
  /** The path of `http.url`. */
  prefix: string;
  /** `http.ingress` */
  supervisor: string | undefined;
  /** The most bytes of a body, where the route names no limit of its own. */
  bodyLimit: number;
  /** The words before a command of coda, as they are typed here. */
  command: string;
  log: Log;
  clock: Clock;
  /** Aborts when coda stops. */
  closing: AbortSignal;
}

export class Requests {
  private readonly parts: RequestParts;
  private readonly router: Router;

  constructor(parts: RequestParts) {
    this.parts = parts;
    this.router = new Router(parts.service.routes);
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let match: RouteMatch | undefined;
    let entrance: Entrance = { base: this.parts.prefix, ingress: undefined };
    try {
      checkHead(incoming);
      entrance = this.entranceOf(incoming);
      // The supervisor has taken its own path off.
      const path = entrance.ingress ? pathOf(incoming) : withoutPrefix(pathOf(incoming), entrance.base);
      const matches = this.router.match(path);
      const method = incoming.method === 'HEAD' ? 'GET' : incoming.method;
      match = matches.find(({ route }) => route.method === method);
      if (!match?.route.beforeOwner && (await this.parts.service.isOwnerless?.())) throw noOwner();
      if (match) await this.answer({ ...match, ...entrance }, incoming, outgoing);
      else if (matches.length > 0) await this.answerOtherMethod(matches, incoming, outgoing);
      else throw notFound();
    } catch (error) {
      await this.fail(incoming, outgoing, { error, route: match?.route, entrance });
    }
  }

  private entranceOf(incoming: IncomingMessage): Entrance {
    const { prefix, supervisor } = this.parts;
    const { base = prefix, ...ingress } = ingressOf(incoming, supervisor) ?? {};
    return { base, ingress: 'user' in ingress ? ingress : undefined };
  }

  private async answer(
    match: RouteMatch & Entrance,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { closing } = this.parts;
    const clientGone = new AbortController();
    outgoing.once('close', () => clientGone.abort(new Error('the client is gone')));
    const stop = () => clientGone.abort(closing.reason);
    closing.addEventListener('abort', stop, { once: true });
    try {
      await write(outgoing, await this.answerOf(match, incoming, clientGone.signal));
    } finally {
      closing.removeEventListener('abort', stop);
    }
  }

  private async answerOf(
    { route, params, base, ingress }: RouteMatch & Entrance,
    incoming: IncomingMessage,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { service, origins, bodyLimit, clock } = this.parts;
    const { scope } = route;
    // The supervisor asks by the name that Home Assistant has.
    const cors = guardOrigin(incoming, ingress ? { ...origins, loopbackOnly: false } : origins);
    const caller =
      scope === undefined ? undefined : await requireCaller(incoming, { route, scope, base, ingress }, service);
    const parts = await partsOf(route, incoming, params, bodyLimit).catch(async (error: unknown) => {
      // A refused body has taken time, too: it counts towards the person's limit.
      if (caller && isExpected(error) && (await service.admits?.(caller)) === false) throw tooFast();
      throw error;
    });
    const header = (name: string) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const address = addressOfClient(incoming, origins.proxy !== undefined, ingress !== undefined);
    const request = { ...parts, header, caller, local: isLocal(incoming), address, base, ingress, signal };
    const answer = await route.answerRequest(request);
    const headers = { ...cors, ...withBase(answer.headers, base) };
    if (scope === undefined || answer.body === undefined || !('events' in answer.body)) return { ...answer, headers };
    const mayRead = () =>
      requireCaller(incoming, { route, scope, base, ingress }, service).then(
        () => true,
        () => false,
      );
    return { ...answer, headers, body: { events: whileAllowed(answer.body.events, clock, mayRead) } };
  }

  private async answerOtherMethod(
    matches: readonly RouteMatch[],
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { origins } = this.parts;
    const methods = matches.map(({ route }) => route.method);
    const allow = [...new Set(methods.includes('GET') ? ['HEAD', ...methods] : methods)].join(', ');
    const granted = incoming.method === 'OPTIONS' ? preflight(incoming, origins, allow) : undefined;
    if (granted) return write(outgoing, { status: 204, headers: granted });
    const refusal = problem('HTTP_METHOD', `${incoming.method} is not known here.`, `Use ${allow}.`);
    await writeProblem(outgoing, refusal, { ...readableBy(incoming.headers.origin, origins), Allow: allow });
  }

  private async fail(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { error, route, entrance }: { error: unknown; route: AnyRoute | undefined; entrance: Entrance },
  ): Promise<void> {
    const { service, log, origins, command } = this.parts;
    const { problemPage } = service;
    if (!isExpected(error)) {
      const { method, url = '' } = incoming;
      log.error({ err: error, method, path: url.split('?')[0] }, 'a request failed');
    }
    const plain = problemOf(error);
    const remedy = inOwnCommands(plain.remedy, command);
    const fault = { ...plain, remedy };
    // A body that is still on its way is not worth waiting for.
    const headers: Record<string, string> = {
      ...readableBy(incoming.headers.origin, origins),
      ...(!incoming.complete && { Connection: 'close' }),
    };
    if (fault.status === 401 && !route?.page) headers['WWW-Authenticate'] = 'Bearer realm="coda"';
    if (fault.status === 429 || fault.status === 503) headers['Retry-After'] = '5';
    const isForPeople = route ? route.page : incoming.method === 'GET';
    const isRead = isForPeople && /\btext\/html\b/.test(incoming.headers.accept ?? '') && !outgoing.headersSent;
    try {
      if (isRead && problemPage) await write(outgoing, problemPage(fault, headers, entrance));
      else await writeProblem(outgoing, fault, headers);
    } catch {
      // There may be no pages to show it on.
      if (outgoing.headersSent) outgoing.destroy();
      else await writeProblem(outgoing, fault, headers).catch(() => outgoing.destroy());
    }
  }
}

/** Headers with an address as the client has to ask for it. */
function withBase(headers: HttpAnswer['headers'], base: string): HttpAnswer['headers'] {
  return headers?.Location?.startsWith('/') ? { ...headers, Location: base + headers.Location } : headers;
}

function tooFast(): CodaError {
  return new CodaError('HTTP_TOO_FAST', {
    message: 'You ask for more than you may in this time.',
    remedy: 'Wait a minute, then send it again.',
  });
}

function noOwner(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'Nobody owns this coda yet.',
    remedy: 'Open its page in a browser, and enter the code that stands in its log.',
  });
}

function notFound(): CodaError {
  return new CodaError('HTTP_NOT_FOUND', {
    message: 'There is nothing at this address.',
    remedy: 'See /openapi.json for what there is.',
  });
}
