import type { App } from '../app/index.ts';
import { approvalToken } from './approval-token.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags, TokenFlags } from './flags.ts';
import { usage } from './texts.ts';

type Listed = Awaited<ReturnType<App['tokens']['list']>>[number];

/** `coda tokens`: what programs speak with over HTTP, newest first. */
export async function tokensList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const tokens = (await ask(flags, io, 'tokens', {})) as Listed[];
  if (flags.json) io.stdout.write(`${JSON.stringify(tokens, null, 2)}\n`);
  else if (tokens.length === 0) io.stdout.write('There are no tokens.\n');
  else {
    const on = instantsFor(flags, io);
    io.stdout.write(tokens.map((token) => `${lineOf(token, on)}\n`).join(''));
  }
  return 0;
}

function lineOf(
  { id, name, person, scopes, expires_at, used_at, revoked_at }: Listed,
  on: (instant: string) => string,
) {
  const state =
    revoked_at !== null ? `revoked ${on(revoked_at)}` : expires_at !== null ? `until ${on(expires_at)}` : 'open';
  const used = used_at === null ? 'never used' : `used ${on(used_at)}`;
  // A person's name is what somebody else chose: no line of its own, no escape sequences.
  return `${id}  ${name}  ${person.replace(/\p{C}/gu, '')}  ${scopes.join(',')}  ${state}  ${used}`;
}

/** `coda tokens add NAME`: writes the value of a new token to stdout, once and for all. */
export async function tokensAdd(flags: TokenFlags, io: NodeJS.Process): Promise<number> {
  const [name = ''] = flags.args;
  const { person, scopes = 'messages,data', days } = flags;
  if (days !== undefined && !/^\d+$/.test(days)) throw usage(`${days} is no number of days.`, 'Try: --days 90');
  const asked = {
    name,
    scopes: scopes.split(',').map((scope) => scope.trim()),
    ...(person !== undefined && { person }),
    ...(days !== undefined && { days: Number(days) }),
    ...approvalToken(flags),
  };
  const value = await ask(flags, io, 'tokens-add', asked);
  io.stdout.write(`${value}\n`);
  io.stderr.write('Keep it: it is shown this once only.\n');
  return 0;
}

/** `coda tokens revoke NAME`: nobody can speak with it any more. */
export async function tokensRevoke(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [named = ''] = flags.args;
  await ask(flags, io, 'tokens-revoke', { named });
  io.stdout.write(`${named} is revoked.\n`);
  return 0;
}
