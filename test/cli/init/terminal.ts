import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { main } from '../../../src/cli/index.ts';
// Loaded when the command is called: here before a test begins, so that none waits for it.
import '../../../src/cli/init/index.ts';
import '@clack/prompts';
import { eventually } from '../../support/eventually.ts';

/** An installation in a folder of its own. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'coda-init-'));
  readonly config = join(this.folder, 'config', 'config.yaml');
  readonly env = join(this.folder, '.env');

  constructor(config?: string) {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    if (config !== undefined) this.write(config);
  }

  write(config: string): void {
    mkdirSync(dirname(this.config), { recursive: true });
    writeFileSync(this.config, config);
  }

  /** `coda init` here, on a terminal that somebody types into, or on none. */
  init(args: string[] = [], env: Record<string, string> = {}, tty = true): Session {
    return new Session(['init', '--config', this.config, '--data', join(this.folder, 'data'), ...args], {
      // Nothing listens there: a developer's own Ollama is not asked.
      env: { HOME: this.folder, OLLAMA_HOST: '127.0.0.1:9', ...env },
      tty,
    });
  }
}

const KEYS = { enter: '\r', down: '\u001b[B', up: '\u001b[A', interrupt: '\u0003', space: ' ' };

/** A command in this process, with a keyboard and a screen of its own. */
export class Session {
  readonly ended: Promise<number>;
  private readonly keyboard = new PassThrough();
  private shown = '';
  private read = 0;

  constructor(args: string[], { env, tty }: { env: Record<string, string>; tty: boolean }) {
    const stdin = Object.assign(this.keyboard, { isTTY: tty, setRawMode: () => stdin });
    const screen = () => Object.assign(new PassThrough(), { isTTY: tty, columns: 200, rows: 80 });
    const [stdout, stderr] = [screen(), screen()];
    for (const stream of [stdout, stderr]) stream.on('data', (text) => (this.shown += text));
    const io = { argv: ['node', 'coda', ...args], env, stdin, stdout, stderr };
    const rest = { platform: 'linux', execPath: '/usr/bin/node', cwd: () => '/srv', prependListener() {}, off() {} };
    this.ended = main({ ...io, ...rest } as unknown as NodeJS.Process);
  }

  /** All that was ever shown. */
  get text(): string {
    return stripVTControlCharacters(this.shown);
  }

  /** Waits until `question` is asked, and types; each key by its name in `<>`. */
  async answers(question: string, keys: string): Promise<void> {
    const asked = await eventually(() => this.text.includes(question, this.read));
    if (!asked) throw new Error(`not asked: ${question}\n${this.text.slice(this.read)}`);
    this.read = this.text.indexOf(question, this.read) + question.length;
    for (const [, name, text] of keys.matchAll(/<(\w+)>|(<(?!\w+>)|[^<]+)/g)) {
      this.keyboard.write(name ? KEYS[name as keyof typeof KEYS] : text);
    }
  }

  /** How many questions a person has answered. */
  get answered(): number {
    return new Set(Array.from(this.text.matchAll(/◇ {2}(.+?[?\w)]) *$/gm), ([, question]) => question)).size;
  }
}

/** What serves these models on this machine, as Ollama does; its address. */
export async function localModels(...ids: string[]): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
