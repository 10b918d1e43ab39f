/** From a request's address to the routes that stand there. */

import type { IncomingMessage } from 'node:http';
import type { AnyRoute } from '../../chat/index.ts';
import { malformedRequest } from './request.ts';

export interface RouteMatch {
  route: AnyRoute;
  params: Record<string, string>;
}

export class Router {
  /** By the number of parts that their addresses have. */
  private readonly routes = new Map<number, { route: AnyRoute; pattern: readonly string[] }[]>();

  constructor(routes: readonly AnyRoute[]) {
    for (const route of routes) {
      const pattern = route.path.split('/');
      const beside = this.routes.get(pattern.length);
      if (beside) beside.push({ route, pattern });
      else this.routes.set(pattern.length, [{ route, pattern }]);
    }
  }

  /** The routes at an address, one for each method, the first declared first. */
  match(path: readonly string[]): RouteMatch[] {
    return (this.routes.get(path.length) ?? []).flatMap(({ route, pattern }) => {
      const params = paramsOf(pattern, path);
      return params ? { route, params } : [];
    });
  }
}

function paramsOf(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = path[index] ?? '';
    if (wanted.startsWith(':') && segment !== '') params[wanted.slice(1)] = segment;
    else if (wanted !== segment) return undefined;
  }
  return params;
}

/**
 * The path's parts, each decoded by itself: a coded slash divides nothing, and dots lead nowhere. Throws `HTTP_MALFORMED` for
 * the address of a proxy (`http://…`), for what stands for all of a server (`*`), and for what two servers in a row could
 * read in two ways.
 */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): readonly string[] {
  if (!url.startsWith('/') || /%00|[\\\0]/i.test(url)) throw malformedRequest('The address is not a path.');
  const [path = ''] = url.split('?', 1);
  try {
    return path.split('/').map(path.includes('%') ? decodeURIComponent : (part) => part);
  } catch {
    throw malformedRequest('The address is malformed: a "%" in it begins no character of UTF-8.');
  }
}
