/** coda's own pages, for people who are signed in with a link of `coda open`. */
import type { AnyRoute, Caller, HttpAnswer, Page } from '../../../chat/index.ts';
import type { Problem } from '../problem.ts';
import { type ChatPageDeps, chatRoutes } from './chat.ts';
import { type DashboardDeps, dashboardRoutes } from './dashboard.ts';
import { Layout, type NavLink } from './layout.ts';
import { h } from './markup.ts';
import { type SessionKeeper, sessionRoutes } from './session.ts';
import { StaticFiles } from './static.ts';

export interface Pages {
  routes: readonly AnyRoute[];
  /** A problem, as a person is shown it. */
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
        ...{ title: status === 401 ? 'Sign in' : 'Problem', status, headers },
        body: [
          h('h1', {}, status === 401 ? 'Sign in' : detail),
          h('p', {}, status === 401 ? detail : title),
          h('p', {}, remedy),
          h('p', { class: 'code' }, code),
        ],
      }),
  };
}

/** The pages that somebody may see, and the chat. */
function linksFor({ scopes }: Caller, pages: readonly Page[]): NavLink[] {
  const shown = pages.filter(({ scope, isBelow }) => !isBelow && scopes.includes(scope));
  return [{ path: '/chat', label: 'Chat' }, ...shown.map(({ path, title }) => ({ path, label: title }))];
}
