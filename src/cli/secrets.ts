/** `coda secrets`: by the daemon when one runs, else by a coda that is put together here. Values are never arguments. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { Json } from '../base/json.ts';
import { plural } from '../base/text.ts';
import { ask } from './ask.ts';
import type { Flags, SecretFlags } from './flags.ts';
import { usage } from './texts.ts';

/** Sets a value, which is asked for, or read from stdin where that is no terminal. */
export async function secretsSet(flags: SecretFlags, io: NodeJS.Process): Promise<number> {
  const asked = askedOf(flags);
  const value = await valueFrom(io, asked.name);
  if (value === '') throw usage('There is no value.', 'Type it when asked, or pass it on stdin.');
  await ask(flags, io, 'secrets-set', { ...asked, value });
  io.stdout.write(`${asked.skill}: ${asked.name} is set.\n`);
  return 0;
}

/** Shows what is set, and never a value. */
export async function secretsList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const all = (await ask(flags, io, 'secrets-list', {})) as { [key: string]: string | null }[];
  if (flags.json) {
    io.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  const lines = all.map(({ skill, name, person, space, updatedAt }) => {
    const whose = person ? `person ${person}` : space ? `space ${space}` : 'everybody';
    return `${skill}  ${name}  ${whose}  ${updatedAt}`;
  });
  io.stdout.write(`${lines.join('\n') || 'No secrets are set.'}\n`);
  return 0;
}

export async function secretsRemove(flags: SecretFlags, io: NodeJS.Process): Promise<number> {
  const asked = askedOf(flags);
  if ((await ask(flags, io, 'secrets-remove', asked)) !== true) {
    throw usage(`${asked.skill} has no such ${asked.name}.`, '"coda secrets list" shows what is set.');
  }
  io.stdout.write(`${asked.skill}: ${asked.name} is removed.\n`);
  return 0;
}

/** Seals all with a new key. */
export async function secretsRotate(flags: Flags, io: NodeJS.Process): Promise<number> {
  const count = Number(await ask(flags, io, 'secrets-rotate', {}));
  io.stdout.write(`${plural(count, 'secret')} sealed with the new key.\n`);
  return 0;
}

function askedOf({ args, person, space }: SecretFlags): { skill: string; name: string } & Record<string, Json> {
  const [skill = '', name = ''] = args;
  return { skill, name, ...(person !== undefined && { person }), ...(space !== undefined && { space }) };
}

async function valueFrom({ stdin, stderr }: NodeJS.Process, name: string): Promise<string> {
  if (!stdin.isTTY) return (await readAll(stdin)).replace(/\r?\n$/, '');
  stderr.write(`${name}: `);
  // Nothing of what is typed is shown.
  const reading = createInterface({
    input: stdin,
    output: new Writable({ write: (_, __, done) => done() }),
    terminal: true,
  });
  try {
    return await new Promise<string>((resolve) => {
      reading.once('line', resolve);
      reading.once('close', () => resolve(''));
    });
  } finally {
    reading.close();
    stderr.write('\n');
  }
}
