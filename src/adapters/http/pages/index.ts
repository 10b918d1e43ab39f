/** coda's own pages, for people who are signed in with a link of `coda open`. */

import { z } from 'zod';
import type { Clock } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, type Caller, type HttpAnswer, type Page, type PageReader, route } from '../../../chat/index.ts';
import { eventText } from '../chat/watchers.ts';
import type { Problem } from '../problem.ts';
import { callerOf } from '../request.ts';
import { type ChatPageDeps, chatRoutes } from './chat.ts';
import { Layout, type NavLink, StaticFiles } from './layout.ts';
import { h, type Markup } from './markup.ts';
import { sectionOf } from './sections.ts';
import { type SessionKeeper, sessionRoutes } from './session.ts';

export interface Pages {
  routes: readonly AnyRoute[];
  problem(found: Problem, headers: Readonly<Record<string, string>>): HttpAnswer;
}

export function openPages(deps: ChatPageDeps & DashboardDeps & { sessions: SessionKeeper }): Pages {
  const files = new StaticFiles();
  const layout = new Layout(files, (caller) => linksFor(caller, deps.pages));
  return {
    routes: [
      files.route(),
      ...sessionRoutes(deps.sessions, layout),
      ...chatRoutes(deps, layout),
      ...dashboardRoutes(deps, layout),
    ],
    problem: ({ status, title, detail, remedy, code }, headers) =>
      layout.page({
        title: status === 401 ? 'Sign in' : 'Problem',
        status,
        headers,
        body: [
          h('h1', {}, status === 401 ? 'Sign in' : detail),
          h('p', {}, status === 401 ? detail : title),
          h('p', {}, remedy),
          h('p', { class: 'code' }, code),
        ],
      }),
  };
}

function linksFor({ scopes }: Caller, pages: readonly Page[]): NavLink[] {
  const shown = pages.filter(({ scope, isBelow }) => !isBelow && scopes.includes(scope));
  return [{ path: '/chat', label: 'Chat' }, ...shown.map(({ path, title }) => ({ path, label: title }))];
}

interface DashboardDeps {
  pages: readonly Page[];
  clock: Clock;
  reader(caller: Caller, asked: Pick<PageReader, 'params' | 'after'>): Promise<PageReader | undefined>;
}

const LIVE_MS = 2_000;
/** Looks without a change until a sign of life is sent: proxies cut what is silent for a minute. */
const SILENT_LOOKS = 7;
const MOST_LOOKS = 300;

const query = z.strictObject({ after: z.string().max(200).optional() });
type PageRequest = { caller: Caller | undefined; params: unknown; query: { after?: string | undefined } };

function dashboardRoutes(deps: DashboardDeps, layout: Layout): readonly AnyRoute[] {
  return deps.pages.flatMap((page) => [
    routeOfPage(page, deps, layout),
    ...(page.isLive ? [routeOfStream(page, deps)] : []),
  ]);
}

const liveOf = ({ path }: Page): string => `/live${path}`;

async function facts(page: Page, { reader }: DashboardDeps, { caller, params, query: { after } }: PageRequest) {
  const looking = await reader(callerOf({ caller }), { params: params as Record<string, string>, after });
  const sections = looking && (await page.load(looking));
  if (sections)
    return h(
      'div',
      { id: 'facts' },
      sections.map((each) => sectionOf(each, looking)),
    );
  throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such page.', remedy: 'Go back to the one before.' });
}

function routeOfPage(page: Page, deps: DashboardDeps, layout: Layout): AnyRoute {
  const { path, title, scope, isLive } = page;
  return route({
    method: 'GET',
    path,
    page: true,
    scope,
    summary: title,
    params: z.record(z.string(), z.string().max(200)),
    query,
    async answerRequest(request) {
      const found = await facts(page, deps, request);
      if (request.header('accept') === 'application/json') return { body: { json: { facts: found } } };
      const body: Markup[] = [
        h('h1', {}, title),
        h('p', { id: 'state', role: 'status', 'data-live': isLive && liveOf(page) }),
        found,
      ];
      return layout.page({ title, path, caller: request.caller, script: 'dashboard.js', body });
    },
  });
}

function routeOfStream(page: Page, deps: DashboardDeps): AnyRoute {
  return route({
    method: 'GET',
    path: liveOf(page),
    page: true,
    scope: page.scope,
    summary: `${page.title}, as it changes.`,
    query,
    async answerRequest(request) {
      const first = await facts(page, deps, request);
      return { body: { events: changes(first, () => facts(page, deps, request), deps.clock, request.signal) } };
    },
  });
}

async function* changes(
  first: Markup,
  read: () => Promise<Markup>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let known = JSON.stringify(first);
  let silent = 0;
  yield eventText('facts', first);
  // A browser connects again, and is then asked anew who it is.
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await pause(clock, LIVE_MS, signal);
    if (signal.aborted) return;
    const now = await read();
    const text = JSON.stringify(now);
    silent = text === known ? silent + 1 : 0;
    if (text !== known) yield eventText('facts', now);
    else if (silent % SILENT_LOOKS === 0) yield ': heartbeat\n\n';
    known = text;
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancel = clock.at(new Date(clock.now().getTime() + ms), over);
    signal.addEventListener('abort', over, { once: true });
  });
}
