/** coda's own pages, for people who are signed in with a link of `coda open`. */
import type { AnyRoute, HttpAnswer } from '../../../chat/index.ts';
import type { Problem } from '../problem.ts';
import { type ChatPageDeps, chatRoutes } from './chat.ts';
import { Layout } from './layout.ts';
import { h } from './markup.ts';
import { type SessionKeeper, sessionRoutes } from './session.ts';
import { StaticFiles } from './static.ts';

export interface Pages {
  routes: readonly AnyRoute[];
  /** A problem, as a person is shown it. */
  problem(found: Problem, headers: Readonly<Record<string, string>>): HttpAnswer;
}

export function openPages(deps: ChatPageDeps & { sessions: SessionKeeper }): Pages {
  const files = new StaticFiles();
  const layout = new Layout(files, () => [{ path: '/chat', label: 'Chat' }]);
  return {
    routes: [files.route(), ...sessionRoutes(deps.sessions, layout), ...chatRoutes(deps, layout)],
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
