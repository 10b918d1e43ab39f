import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readConfig } from '../app/index.ts';
import { sleep } from '../base/async.ts';
import type { Json } from '../base/json.ts';
import { plural } from '../base/text.ts';
import { callDaemon, noDaemon } from './daemon/daemon.ts';
import { configRequest, type OpenFlags } from './flags.ts';

/** Milliseconds in which a browser has read the file with the link; the program that opens it may end before that. */
const READ_MS = 5_000;

/** `coda open`: shows a link that signs one browser in, and opens it where there is a desktop. */
export async function open(flags: OpenFlags, io: NodeJS.Process): Promise<number> {
  const { dataDir } = readConfig(configRequest(flags, io));
  const file = join(dataDir, 'run', 'open.html');
  rmSync(file, { force: true });
  const ask = async (verb: string, args: Record<string, Json> = {}): Promise<Json> => {
    const answer = await callDaemon(dataDir, verb, {
      ...args,
      ...(flags.person !== undefined && { person: flags.person }),
    });
    if (answer === undefined) throw noDaemon(dataDir);
    return answer;
  };
  if (flags.revoke) {
    io.stdout.write(`${plural((await ask('open-revoke')) as number, 'session')} ended.\n`);
    return 0;
  }
  const { url } = (await ask('open', flags.approvalToken === undefined ? {} : { token: flags.approvalToken })) as {
    url: string;
  };
  io.stdout.write(`${url}\n`);
  io.stderr.write('It is good for one browser, within five minutes.\n');
  if (flags.browser !== false && io.stdout.isTTY) await launch(url, file, io);
  return 0;
}

/** By way of a file that nobody else may read: other users of the machine see the arguments of programs. */
async function launch(url: string, file: string, { platform, env }: NodeJS.Process): Promise<void> {
  const program = openerOf(platform, env);
  if (program === undefined) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">\n`;
  // Made anew: a file that is there would keep its mode.
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
  const [command, ...args] = program;
  const child = spawn(command, [...args, pathToFileURL(file).href], { detached: true, stdio: 'ignore' });
  // The link has been shown: somebody can open it by hand.
  child.once('error', () => {});
  child.unref();
  await sleep(READ_MS);
  rmSync(file, { force: true });
}

function openerOf(platform: string, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}
