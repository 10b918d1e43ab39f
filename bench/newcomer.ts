/**
 * How long a newcomer's machine takes from a clone to the first answer, the questions of `coda init` answered by flags:
 * `npm run bench -- newcomer`. Clones what is committed, installs with `npm ci` as `npm start` does, and speaks with a Discord
 * on this machine. Prints a Markdown table.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../src/base/async.ts';
import { packageRoot } from '../src/base/root.ts';
import { FakeDiscord } from '../test/support/discord/index.ts';
import { Report } from './support/report.ts';

const WITHIN_MS = 300_000;

const report = new Report();
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const home = mkdtempSync(join(tmpdir(), 'coda-newcomer-'));
const clone = join(home, 'coda');
const discord = await FakeDiscord.start();
const ana = discord.user('ana');
discord.applicationOwner = ana;

let total = 0;
/** One thing that the newcomer has the machine do. */
async function step(what: string, work: () => Promise<unknown> | unknown): Promise<void> {
  const began = performance.now();
  await work();
  const took = performance.now() - began;
  total += took;
  report.add(what, seconds(took), { wanted: '' });
}

/**
 * `npm start -- ARGS` in the clone, without npm between it and a signal. `HOME` is kept: npm's cache is what a machine with
 * Node has or fills.
 */
function typed(args: string[]): ChildProcess {
  const env = {
    ...process.env,
    DISCORD_TOKEN: discord.token,
    CODA_DATA: join(home, 'data'),
    OLLAMA_HOST: '127.0.0.1:9',
  };
  return spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: clone,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => (said += chunk));
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(said);
}

let daemon: ChildProcess | undefined;
try {
  await step('git clone', () => execFileSync('git', ['clone', '-q', packageRoot(), clone]));
  mkdirSync(join(clone, 'config'), { recursive: true });
  // Where the platform is; everything else is what `init` writes.
  writeFileSync(join(clone, 'config', 'config.yaml'), `discord:\n  api_url: ${discord.apiUrl}\n`);
  const answers = ['--yes', '--platform', 'discord', '--zone', 'Berlin', '--model', 'none', '--no-service'];
  await step('npm start -- init (npm ci, build, the token checked)', () => ended(typed(['init', ...answers])));
  await step('npm start -- run, to the first answer', async () => {
    daemon = typed(['run']);
    let log = '';
    daemon.stderr?.on('data', (chunk) => (log += chunk));
    const until = async (holds: () => boolean) => {
      const end = performance.now() + WITHIN_MS;
      while (!holds()) {
        if (performance.now() > end || daemon?.exitCode !== null) throw new Error(log);
        await sleep(50);
      }
    };
    await until(() => log.includes('"ready"'));
    const dm = discord.dm(ana);
    discord.says(ana, dm, 'note: the spare key is with Anna');
    await until(() =>
      dm.messages.some(({ author, content }) => author.id === discord.bot.id && content.includes('Anna')),
    );
  });
  report.add('a newcomer: from the clone to the first answer, with install', seconds(total), { wanted: '≤ 60 s' });
} finally {
  if (daemon?.pid !== undefined) {
    const gone = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await gone;
  }
  await discord.close();
  rmSync(home, { recursive: true, force: true });
}
report.print();
