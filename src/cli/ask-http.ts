/** `coda ask --jwt`: as the subject of a token, whom only HTTP knows. */

import { httpConfig } from '../app/index.ts';
import { CodaError, ERRORS, type ErrorCode } from '../base/errors.ts';
import type { AskFlags } from './flags.ts';
import { prepare } from './serve.ts';

export async function askOverHttp(flags: AskFlags, query: string, io: NodeJS.Process): Promise<number> {
  const { config } = prepare(flags, io);
  const http = config.block(httpConfig);
  if (!http) {
    throw new CodaError('CONFIG_INVALID', {
      message: 'Tokens are for HTTP, which is off.',
      remedy: 'Add "http: {}" to the configuration (docs/http.md).',
    });
  }
  const { mode = 'single', tag, execute = false, dryRun = false } = flags;
  const body = { query, mode, execute, dry_run: dryRun, ...(tag !== undefined && { tag }) };
  const answer = await fetch(`http://${http.listen}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${flags.jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause) => {
    throw new CodaError('NO_DAEMON', {
      message: `Nothing answers at ${http.listen}.`,
      remedy: 'Start "coda run".',
      cause,
    });
  });
  const said = (await answer.json()) as { code?: string; detail?: string; title?: string };
  if (answer.ok) {
    io.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
    return 0;
  }
  const code =
    said.code !== undefined && Object.hasOwn(ERRORS, said.code) ? (said.code as ErrorCode) : 'HTTP_FORBIDDEN';
  throw new CodaError(code, { message: said.detail ?? said.title ?? `${answer.status}`, remedy: 'See docs/http.md.' });
}
