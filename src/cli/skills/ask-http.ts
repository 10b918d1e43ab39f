/** `coda ask --jwt`: as the subject of a token, which the running coda checks, and with no more than that subject may. */

import { httpConfig } from '../../app/index.ts';
import { CodaError, ERRORS, type ErrorCode } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { oneLine } from '../../base/text.ts';
import { prepare } from '../daemon/serve.ts';
import type { AskFlags } from '../flags.ts';
import { usage } from '../texts.ts';

/** The request: a query, or a plan to carry out. */
export type HttpAsked = { query: string } | { plan: Json };

export interface HttpPlan {
  query: string;
  mode: string;
  skills: { id: string; score: number }[];
  effects: string[];
}

/** The body of an answer of `POST /run`. */
export interface HttpRun {
  skills: { name: string; description: string; score: number }[];
  executed: boolean;
  plan?: HttpPlan;
  answer?: { status: string; text: string };
}

/** Options that need the run itself, which HTTP does not show. */
const NOT_OVER_HTTP = ['stepThrough', 'trace', 'approval', 'debug'] as const;

/** Asks `POST /run` of the running coda. Throws what it refuses. */
export async function askOverHttp(flags: AskFlags, asked: HttpAsked, io: NodeJS.Process): Promise<HttpRun> {
  const other = NOT_OVER_HTTP.find((name) => flags[name] !== undefined);
  if (other !== undefined) {
    const option = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usage(`${option} cannot be used with --jwt.`, 'The token says what its subject may; leave one of them out.');
  }
  const { config } = prepare(flags, io);
  const http = config.block(httpConfig);
  if (!http?.jwt) {
    throw new CodaError('CONFIG_INVALID', {
      message: 'Nobody could check the token: the configuration names no issuer of tokens.',
      remedy: 'Set http.jwt (docs/http.md), and start coda again.',
    });
  }
  const { mode = 'single', tag, role, execute = false, dryRun = false } = flags;
  const how = 'query' in asked ? { mode, ...(tag !== undefined && { tag }) } : {};
  const answer = await fetch(`http://${http.listen}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${flags.jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...asked, ...how, ...(role !== undefined && { role }), execute, dry_run: dryRun }),
  }).catch((cause) => {
    throw new CodaError('NO_DAEMON', {
      message: `Nothing answers at ${http.listen}.`,
      remedy: 'Start "coda run": only a running coda checks tokens.',
      cause,
    });
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && said) return said as HttpRun;
  throw refused(answer.status, said as Refusal | undefined);
}

interface Refusal {
  code?: string;
  detail?: string;
  title?: string;
  remedy?: string;
}

function refused(status: number, { code = '', detail, title, remedy }: Refusal = {}): CodaError {
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'HTTP_FORBIDDEN';
  return new CodaError(known, {
    message: oneLine(detail ?? title ?? `The running coda answered with ${status}.`, 500),
    remedy: oneLine(remedy ?? 'See docs/http.md.', 500),
  });
}
