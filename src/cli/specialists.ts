/** `coda specialists`: which there are, what is wrong with folders, and approving one. */
import { relative, resolve } from 'node:path';
import { ERRORS } from '../base/errors.ts';
import { plural, shorten } from '../base/text.ts';
import { type SpecialistState, validateSpecialists } from '../skills/specialists/index.ts';
import { approvalToken } from './approval-token.ts';
import { ask } from './ask.ts';
import type { ApproveFlags, Flags } from './flags.ts';
import { isMeant } from './meant.ts';
import { usage } from './texts.ts';

interface Listed {
  specialists: {
    name: string;
    state: SpecialistState;
    source: string;
    description: string;
    token_budget: number;
  }[];
  problems: { level: string; where: string; message: string }[];
}

/** `coda specialists list`: all that were found; what cannot be used with why. */
export async function specialistsList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const found = (await ask(flags, io, 'specialists', {})) as unknown as Listed;
  if (flags.json) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    const width = Math.max(...found.specialists.map(({ name }) => name.length));
    for (const one of found.specialists) io.stdout.write(`${one.name.padEnd(width)}  ${line(one)}\n`);
    for (const { where, message } of found.problems) io.stderr.write(`${where}: ${message}\n`);
  }
  return 0;
}

const SAYS: Readonly<Record<SpecialistState, string>> = {
  known: '',
  new: 'not used yet: ',
  waits: 'waits for an owner (coda specialists approve NAME): ',
  disabled: 'switched off: ',
};

function line({ name, state, source, description, token_budget: tokens }: Listed['specialists'][number]): string {
  const about = `${SAYS[state].replace('NAME', name)}${description}`;
  return `${source.padEnd(7)}  ${String(tokens).padStart(7)} tokens  ${shorten(about.replace(/\s+/g, ' '), 100)}`;
}

/** `coda specialists validate DIR…`: exit status 0 when all can be used. */
export async function specialistsValidate(flags: Flags, io: NodeJS.Process): Promise<number> {
  const verdicts = (await Promise.all(flags.args.map((path) => validateSpecialists(resolve(path))))).flat();
  if (flags.json) io.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  else {
    const shown = (path: string) => relative(io.cwd(), path) || path;
    const lines = verdicts.flatMap(({ name, path, usable, problems }) => [
      `${name}: ${usable ? 'ok' : 'cannot be used'} (${shown(path)})`,
      ...problems.map(({ level, where, message }) => `  ${level}: ${shown(where)}: ${message}`),
    ]);
    const usable = verdicts.filter((verdict) => verdict.usable).length;
    io.stdout.write(`${[...lines, `${plural(verdicts.length, 'specialist')}: ${usable} can be used.`].join('\n')}\n`);
  }
  return verdicts.every(({ usable }) => usable) ? 0 : ERRORS.INPUT_INVALID.exit;
}

/** `coda specialists approve NAME`: shows what it may do, and approves exactly those files when the answer is yes. */
export async function specialistsApprove(flags: ApproveFlags, io: NodeJS.Process): Promise<number> {
  const [named = ''] = flags.args;
  const found = await ask(flags, io, 'specialists-inquire', { name: named });
  const { name, text, hash, isApproved } = found as {
    name: string;
    text: string;
    hash: string | null;
    isApproved?: boolean;
  };
  if (hash === null || isApproved) {
    io.stdout.write(isApproved ? `${name} is approved as it is now.\n` : `${text}\n`);
    return 0;
  }
  io.stdout.write(`${text.replaceAll('**', '')}\n`);
  if (!flags.yes && !(await isMeant(io, 'somebody has read its files'))) {
    io.stdout.write('Nothing was changed.\n');
    return 1;
  }
  if ((await ask(flags, io, 'specialists-approve', { name, hash, ...approvalToken(flags) })) !== true)
    throw usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');
  io.stdout.write(`${name} may be used as its files are now.\n`);
  return 0;
}
