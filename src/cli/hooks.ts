/** `coda hooks` and `coda webhook`: what programs may have coda do. By the daemon when one runs. */

import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { plural } from '../base/text.ts';
import { ask } from './ask.ts';
import type { Flags, HookFlags } from './flags.ts';
import { usage } from './texts.ts';

/** Makes a hook and shows its secret, once. */
export async function hooksAdd(flags: HookFlags, io: NodeJS.Process): Promise<number> {
  const [name = ''] = flags.args;
  const { to, template: text, kind, when, skill, form, allowUnsigned, secretStdin } = flags;
  const secret = secretStdin ? (await readAll(io.stdin)).trim() : undefined;
  const template = { text, ...(when !== undefined && { when }), ...(skill !== undefined && { skill }) };
  const asked = { name, person: to ?? '', ...(kind && { kind }), ...(form && { form }), template };
  const more = { ...(allowUnsigned && { allow_unsigned: true }), ...(secret !== undefined && { secret }) };
  const made = (await ask(flags, io, 'hooks-add', { ...asked, ...more } as never)) as Made;
  if (flags.json) io.stdout.write(`${JSON.stringify(made)}\n`);
  else if (made.secret === null) io.stdout.write(`POST ${made.path}, from this machine only.\n`);
  else if (secretStdin) io.stdout.write(`POST ${made.path}, signed with the secret that was given.\n`);
  else io.stdout.write(`POST ${made.path}, signed with this secret, which is not shown again:\n${made.secret}\n`);
  return 0;
}

interface Made {
  path: string;
  secret: string | null;
}

export async function hooksList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const hooks = (await ask(flags, io, 'hooks', {})) as Listed[];
  if (flags.json) io.stdout.write(`${JSON.stringify(hooks, null, 2)}\n`);
  else {
    const lines = hooks.map(({ id, kind, form, person, lastAt }) =>
      [`/hooks/${id}`, `${kind} to ${person}`, form, lastAt === null ? 'never used' : `last ${lastAt}`].join('  '),
    );
    io.stdout.write(`${lines.join('\n') || 'There are no hooks.'}\n`);
  }
  return 0;
}

interface Listed {
  id: string;
  kind: string;
  form: string;
  person: string;
  lastAt: string | null;
}

/** Shows what a hook makes of a payload; nothing is done. Fails where its template names what is not there. */
export async function hooksTest(flags: HookFlags, io: NodeJS.Process): Promise<number> {
  const [name = ''] = flags.args;
  const trial = (await ask(flags, io, 'hooks-test', { name, file: fileOf(flags) })) as Trial;
  if (flags.json) io.stdout.write(`${JSON.stringify(trial)}\n`);
  else {
    io.stdout.write(`A ${trial.kind}:\n${trial.makes}\n`);
    if (trial.missing.length > 0) {
      io.stdout.write(`${plural(trial.missing.length, 'place')} not in the payload: ${trial.missing.join(', ')}\n`);
    }
  }
  return trial.missing.length === 0 ? 0 : 65;
}

interface Trial {
  kind: string;
  makes: string;
  missing: string[];
}

export async function hooksRemove(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [name = ''] = flags.args;
  if ((await ask(flags, io, 'hooks-remove', { name })) !== true) {
    throw usage(`There is no hook ${name}.`, '"coda hooks" shows them.');
  }
  io.stdout.write('It takes nothing any more.\n');
  return 0;
}

/** Has a hook take a file, as if it had been sent over HTTP. */
export async function webhookHandle(flags: HookFlags, io: NodeJS.Process): Promise<number> {
  const { signature, id, args } = flags;
  const [name = id] = args;
  if (name === undefined) throw usage('It is not said which hook.', 'Try: coda webhook handle ci --path payload.json');
  if (id !== undefined && id !== name) throw usage(`It is not said which hook: ${name} or ${id}.`, 'Name one.');
  const file = fileOf(flags);
  const taken = await ask(flags, io, 'hooks-handle', { name, file, ...(signature !== undefined && { signature }) });
  io.stdout.write(`${JSON.stringify(taken)}\n`);
  return 0;
}

function fileOf({ path }: HookFlags): string {
  if (path === undefined) throw usage('The payload is missing.', 'Name its file with --path payload.json.');
  return resolve(path);
}
