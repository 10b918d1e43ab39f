import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { main } from '../../src/cli/index.ts';
import { borrowPostgres } from './database.ts';
import { cleanEnv, freshDataDir, migratedDataDir } from './jsonl.ts';
import { POSTGRES_URL } from './postgres.ts';

/** A line that a page shows for a shell. */
export interface CommandLine {
  page: string;
  /** What the block is fenced as; `''` for nothing. */
  language: string;
  line: string;
}

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const STARTS =
  /^(?:\$ )?((?:[A-Z_]+=\S+ )?(?:coda (?=[a-z])|(?:npm|npx|node|docker|curl|echo|git|systemctl|sudo|dockerd-rootless\S*) ).*)$/;

const pages = () => [
  ...PAGES,
  ...readdirSync(join(packageRoot(), 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(join(packageRoot(), page), 'utf8');

/** Every line for a shell in a fenced block of the documentation, without what it says about itself behind a `#`. */
export function commandLines(): CommandLine[] {
  return pages().flatMap((page) =>
    Array.from(read(page).matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms), ([, language = '', text = '']) => {
      if (!['', 'sh', 'console', 'bash'].includes(language)) return [];
      const lines = text.split('\n').flatMap((each) => STARTS.exec(each.trim())?.[1] ?? []);
      return lines.map((line) => ({ page, language, line: line.replace(/ {2,}#.*$/, '').trim() }));
    }).flat(),
  );
}

/** Every call of coda that stands within a sentence or a table: `coda doctor --json`. */
export function inlineCalls(): { page: string; call: string }[] {
  return pages().flatMap((page) =>
    Array.from(read(page).matchAll(/`(coda [a-z][^`\n]*)`/g), ([, call = '']) => ({ page, call })),
  );
}

/** The words of a line as a shell reads them: quotes, and where its input comes from and its output goes. */
export function wordsOf(line: string): { words: string[]; from?: string; to?: string } {
  // What stands in brackets may be left out.
  const plain = line.replaceAll(/\s\[[^\]]*\]/g, '');
  const words = Array.from(plain.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) => ({
    text: double ?? single ?? bare ?? '',
    isBare: bare !== undefined,
  }));
  const found: { words: string[]; from?: string; to?: string } = { words: [] };
  for (let at = 0; at < words.length; at++) {
    const { text = '', isBare } = words[at] ?? {};
    if (isBare && text === '>') found.to = words[++at]?.text ?? '';
    else if (isBare && text === '<') found.from = words[++at]?.text ?? '';
    else found.words.push(text);
  }
  return found;
}

/**
 * A data folder for this test's commands, and the environment that names its database: on the server where there is one, which
 * a command without a daemon opens in a tenth of the time that the embedded engine takes. What is about that engine stays on it.
 */
export async function commandsData(): Promise<{ dataDir: string; env: Record<string, string> }> {
  if (!POSTGRES_URL) return { dataDir: await migratedDataDir(), env: {} };
  const server = await borrowPostgres();
  onTestFinished(() => server.drop());
  return { dataDir: freshDataDir(), env: { DATABASE_URL: server.url } };
}

/**
 * A command as a shell would call it, in this process: one of its own would take a second to start. Nothing of the developer's
 * own is in its environment.
 */
export async function command(
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { status, ...said } = await runCoda(args, { env: cleanEnv(env), cwd: tmpdir(), input });
  return { code: status, ...said };
}

/** Runs a command of coda in this process, as `main.ts` does in one of its own. */
export async function runCoda(
  args: readonly string[],
  { env, cwd, input = '' }: { env: Record<string, string>; cwd: string; input?: string },
): Promise<{ status: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => {
    const each = Object.assign(new PassThrough(), { isTTY: false });
    each.on('data', (chunk) => {
      said[name] += chunk;
    });
    return each;
  };
  const own: Record<string, unknown> = {
    ...{ argv: [process.execPath, 'coda', ...args], env, cwd: () => cwd },
    ...{ stdin: Object.assign(new PassThrough().end(input), { isTTY: false }) },
    ...{ stdout: stream('stdout'), stderr: stream('stderr') },
  };
  const io = new Proxy(process, {
    get(target, key) {
      if (typeof key === 'string' && key in own) return own[key];
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { status: await main(io), ...said };
}
