import type { App } from '../app/index.ts';
import { approvalToken } from './approval-token.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags, PairFlags } from './flags.ts';
import { usage } from './texts.ts';

type Listed = Awaited<ReturnType<App['people']['list']>>[number];

/** `coda people`: who is known, as what, and why; who waits with a code. */
export async function peopleList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const people = (await ask(flags, io, 'people', {})) as Listed[];
  if (flags.json) io.stdout.write(`${JSON.stringify(people, null, 2)}\n`);
  else if (people.length === 0) io.stdout.write('Nobody is known yet.\n');
  else {
    const at = instantsFor(flags, io);
    io.stdout.write(people.map((person) => `${lineOf(person, at)}\n`).join(''));
  }
  return 0;
}

function lineOf({ id, name, role, roles, accounts, granted, waits }: Listed, at: (instant: string) => string): string {
  const all = [role, ...roles].join(', ');
  const how = granted.length > 0 ? ' (let in by an owner)' : '';
  const code = waits === null ? '' : `  waits with a code until ${at(waits)}`;
  // A name is what somebody else chose: no line of its own, no escape sequences.
  return `${id}  ${all}${how}  ${name.replace(/\p{C}/gu, '')}  ${accounts.join(' ')}${code}`;
}

/** `coda people revoke <id>`: takes back what owners granted. */
export async function peopleRevoke(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [named] = flags.args;
  if (named === undefined) throw usage('Whose?', '"coda people" shows ids and accounts.');
  const name = await ask(flags, io, 'people-revoke', { named });
  io.stdout.write(`${name} is no longer let in by an owner.\n`);
  return 0;
}

/** `coda pair <code>`: lets somebody in. */
export async function pair(flags: PairFlags, io: NodeJS.Process): Promise<number> {
  const code = flags.args.join('');
  const { role = 'member' } = flags;
  const name = await ask(flags, io, 'pair', { code, role, ...approvalToken(flags) });
  io.stdout.write(`${name} is let in as ${role}, and is told so.\n`);
  return 0;
}
