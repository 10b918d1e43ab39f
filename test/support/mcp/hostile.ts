import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ports.ts';

/** What the hostile server is: it reads this again before each answer. */
export interface Script {
  tools?: readonly Record<string, unknown>[];
  prompts?: readonly Record<string, unknown>[];
  noise?: boolean;
  flood?: boolean;
  hangs?: boolean;
  /** Its first answer takes so long. */
  lateMs?: number;
}

export const HOSTILE = fileURLToPath(new URL('hostile.cjs', import.meta.url));

/** A tool as a server lists it. */
export const listed = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object', properties: { words: { type: 'string' } } },
  ...more,
});

/** A server of ours that does as it is told, whatever that is. */
export class Hostile implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), 'coda-mcp-'));
  private readonly script = join(this.folder, 'script.json');
  private readonly seen = join(this.folder, 'seen');

  constructor(script: Script = {}) {
    writeFileSync(this.seen, '');
    this.becomes(script);
  }

  becomes(script: Script): void {
    writeFileSync(this.script, JSON.stringify(script));
  }

  /** What it has seen, in order: `begun`, `started`, `called NAME`, `cancelled`. */
  saw(): string[] {
    return readFileSync(this.seen, 'utf8').split('\n').filter(Boolean);
  }

  /** As it stands in the configuration, on this machine. */
  get config() {
    return { command: process.execPath, args: [HOSTILE, this.script, this.seen], host: true };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const EXAMPLES = new URL('../../../node_modules/@modelcontextprotocol/sdk/dist/esm/examples/server/', import.meta.url);

/** A server that the SDK brings as an example, by its name. */
export const example = (name: string) => fileURLToPath(new URL(`${name}.js`, EXAMPLES));

/** One of them that listens, on a port of its own. */
export async function exampleService(name: string): Promise<{ url: string } & AsyncDisposable> {
  const port = await freePort();
  const child = spawn(process.execPath, [example(name)], { env: { ...process.env, MCP_PORT: String(port) } });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error(`${name} did not start`)));
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
