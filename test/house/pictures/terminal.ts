import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { runTerminal } from '../../../src/adapters/console/index.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { within } from '../../support/eventually.ts';
import { FakeTerminal, type MarkedText } from '../../support/vt.ts';
import { TYPED } from './list.ts';

const BEGINS = '2026-11-20T09:11:00Z';

/**
 * Plays `TYPED` on a terminal in front of the built coda, with a clock that stands still; gives what the terminal shows in
 * the end.
 */
export async function terminalSession(columns = 92): Promise<FakeTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-picture-'));
  const { PATH = '' } = process.env;
  const config = join(folder, 'config.yaml');
  writeFileSync(config, 'assistant: { zone: Europe/Berlin }\n');
  const args = ['chat', '--jsonl', '--data', join(folder, 'data'), '--config', config, '--test-clock', BEGINS];
  const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'main.js'), ...args], {
    env: { PATH, HOME: folder, TZ: 'Europe/Berlin', LANG: 'C.UTF-8', CODA_BACKUP: 'off' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const screen = new FakeTerminal(columns, 60);
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keyboard });
  let done = 0;
  const heard = new PassThrough();
  child.stdout.on('data', (chunk: Buffer) => {
    done += chunk.toString().split('"type":"done"').length - 1;
    heard.write(chunk);
  });
  child.stdout.once('end', () => heard.end());
  const ended = runTerminal({
    session: Duplex.from({ readable: heard, writable: child.stdin }),
    stdin: keyboard as unknown as NodeJS.ReadStream,
    stdout: screen as unknown as NodeJS.WriteStream,
    env: { FORCE_COLOR: '1' },
    history: join(folder, 'history'),
  });
  const until = async (holds: () => boolean) => {
    if (!(await within(60_000, holds))) throw new Error(`nothing came on the terminal:\n${screen.text}`);
  };
  try {
    await until(() => screen.text.includes('/help'));
    let now = new Date(BEGINS).getTime();
    for (const [index, each] of TYPED.entries()) {
      if (typeof each === 'string') keyboard.write(`${each}\r`);
      else {
        now += each * 60_000;
        child.stdin.write(`${JSON.stringify({ id: 'clock', clock: new Date(now).toISOString() })}\n`);
      }
      await until(() => done > index && screen.text.trimEnd().endsWith('›'));
    }
    return screen;
  } finally {
    keyboard.end();
    child.stdin.end();
    await ended;
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

const COLOURS: Readonly<Record<number, string>> = {
  1: 'font-weight:bold',
  2: 'opacity:.6',
  3: 'font-style:italic',
  4: 'text-decoration:underline',
  31: 'color:#b3261e',
  33: 'color:#8a5a00',
  35: 'color:#8250a8',
  36: 'color:#0b6e6e',
};

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A page that looks like a terminal with these lines. */
export function terminalPage(lines: readonly (readonly MarkedText[])[]): string {
  const run = ({ text, marks }: MarkedText) =>
    `<span style="${marks.map((mark) => COLOURS[mark] ?? '').join(';')}">${escaped(text)}</span>`;
  return `<!doctype html><meta charset="utf-8"><title>coda</title><style>
    body { margin: 0; padding: 20px 24px; background: #fdfdfb; color: #1d1d1b }
    pre { margin: 0; font: 14px/1.45 'DejaVu Sans Mono', 'Noto Color Emoji', monospace }
  </style><pre>${lines.map((line) => line.map(run).join('')).join('\n')}</pre>`;
}
