/** `coda connectors`: HTTP services for skills. Files are written here; secrets and requests are the daemon's, where one runs. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ownFolders } from '../app/index.ts';
import { CodaError, messageOf } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { CONNECTOR_NAME, connectorFile, connectorTemplate, parseConnector } from '../skills/connectors/index.ts';
import { prepare } from './daemon/serve.ts';
import { ask } from './daemon/verbs.ts';
import type { ConnectorFlags, Flags } from './flags.ts';
import { usage } from './texts.ts';

interface Listed {
  connectors: { name: string; base_url: string; file_root: string; missing: string[] }[];
  broken: { file: string; why: string }[];
}

export async function connectorsList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const found = (await ask(flags, io, 'connectors-list', {})) as Listed;
  if (flags.json) {
    io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return 0;
  }
  const lines = found.connectors.map(({ name, base_url: base, missing }) => {
    const lacks = missing.length > 0 ? `  lacks ${missing.join(', ')}` : '';
    return `${name}  ${base}${lacks}`;
  });
  const wrong = found.broken.map(({ file, why }) => `${file}: ${why}`);
  io.stdout.write(`${[...lines, ...wrong].join('\n') || 'There are no connectors.'}\n`);
  return 0;
}

export async function connectorsAdd(flags: ConnectorFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const name = nameIn(flags);
  if (flags.type !== 'http') throw usage(`There is no type ${flags.type} of connectors.`, 'Only http is known.');
  const { baseUrl, header, bearer, timeout } = flags;
  const text = connectorTemplate({ baseUrl, header, bearer, timeout, retries: Number(flags.retries) });
  const read = parseConnector(text);
  if (typeof read === 'string')
    throw usage(`That describes no connector: ${read}.`, 'See "coda connectors add --help".');
  const root = resolve(flags.root ?? join(world.env.HOME || homedir(), '.coda', 'skills'));
  const file = connectorFile(root, name);
  if (existsSync(file)) {
    throw new CodaError('CONNECTOR_EXISTS', {
      message: `There is ${file} already.`,
      remedy: 'Edit it, or remove it first with "coda connectors remove".',
    });
  }
  write(file, text);
  io.stdout.write(`Made ${file}.\n`);
  if (!ownFolders(config, world.env).includes(root)) {
    io.stderr.write(`Nothing reads ${root} yet: add it to skills.agent_skill_dirs in config.yaml.\n`);
  }
  return 0;
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw new CodaError('DATA_UNWRITABLE', {
      message: `${file} cannot be written: ${messageOf(error)}.`,
      remedy: 'Name another folder with --root.',
      cause: error,
    });
  }
}

export async function connectorsTest(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [name = '', path = ''] = flags.args;
  const answer = (await ask(flags, io, 'connectors-test', { name, path })) as Tested;
  if (flags.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else
    io.stdout.write(
      `${name} answers with ${answer.status}, ${plural(answer.characters, 'character')} of ${answer.type || 'no type'}.\n`,
    );
  return answer.status < 400 ? 0 : 69;
}

interface Tested {
  status: number;
  type: string;
  characters: number;
}

export async function connectorsRemove(flags: ConnectorFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const name = nameIn(flags);
  const roots = flags.root === undefined ? ownFolders(config, world.env).reverse() : [resolve(flags.root)];
  const file = roots.map((root) => connectorFile(root, name)).find((each) => existsSync(each));
  if (file === undefined) {
    throw new CodaError('CONNECTOR_NOT_FOUND', {
      message: `There is no connector ${name}.`,
      remedy: '"coda connectors list" shows them.',
    });
  }
  rmSync(file);
  io.stdout.write(`Removed ${file}.\n`);
  return 0;
}

function nameIn({ args: [name = ''] }: Flags): string {
  if (CONNECTOR_NAME.test(name)) return name;
  throw usage(`“${name}” is no name of a connector.`, 'Use up to 32 lower-case letters, digits, - and _.');
}
