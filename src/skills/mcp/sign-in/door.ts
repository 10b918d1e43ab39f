/** Sign-in: commands of the terminal, and a callback page of coda's own. */
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, route, type Verb } from '../../../chat/index.ts';
import { texts } from '../texts.ts';
import { CALLBACK, type SignIns } from './sign-in.ts';

export function signInVerbs(signIns: SignIns): Record<string, Verb> {
  return {
    'mcp-login': async ({ server }) => ({ ...(await signIns.begin(String(server))) }),
    'mcp-login-state': ({ server, attempt }) => signIns.stateOf(String(server), String(attempt)),
    'mcp-login-end': async ({ answer }) => signIns.end(answerIn(String(answer))),
    'mcp-logout': ({ server }) => signIns.out(String(server)),
  };
}

/** Parameters in the address of the page that the browser was sent to. */
function answerIn(pasted: string): URLSearchParams {
  const url = URL.parse(pasted.trim());
  if (url?.searchParams.has('state')) return url.searchParams;
  throw new CodaError('INPUT_INVALID', { message: texts.noAddress, remedy: texts.noAddressRemedy });
}

const text = z.string().max(8_000);

/** The callback for the code. The state, which nobody can guess, shows whose it is. */
export function callbackRoute(signIns: SignIns): AnyRoute {
  return route({
    method: 'GET',
    path: CALLBACK,
    tag: 'operation',
    summary: 'Where a browser comes back to after signing in to an MCP server; for no program.',
    query: z.looseObject({ state: text }),
    answers: { 200: { description: 'Somebody is signed in.', type: 'text/plain' } },
    async handle({ query }) {
      const given = Object.entries(query).flatMap(([key, value]) =>
        typeof value === 'string' ? [[key, value] as [string, string]] : [],
      );
      const server = await signIns.end(new URLSearchParams(given));
      return {
        headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
        body: { text: texts.signedIn(server), type: 'text/plain; charset=utf-8' },
      };
    },
  });
}
