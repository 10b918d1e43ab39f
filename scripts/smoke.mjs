/**
 * Asks the built coda one thing, as a program would, with the Node given (this one if none), in a data folder of its
 * own. Exit status 0 when it answered.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './files.mjs';

const node = process.argv[2] ?? process.execPath;
const LIMIT_MS = 60_000;

const data = mkdtempSync(join(tmpdir(), 'coda-smoke-'));
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CODA_|NODE_)|_URL$|_TOKEN$|_KEY$/.test(name)),
);
const coda = spawn(node, [join(root, 'dist', 'main.js'), 'chat', '--jsonl', '--data', data], {
  cwd: data,
  env,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const timer = setTimeout(() => coda.kill('SIGKILL'), LIMIT_MS);
coda.stdin.write(`${JSON.stringify({ id: 'smoke', text: 'what time is it in Tokyo' })}\n`);

let answer;
for await (const line of createInterface({ input: coda.stdout })) {
  const event = JSON.parse(line);
  if (event.type === 'message') answer ??= event.text;
  if (event.type === 'done' && event.in_reply_to === 'smoke') coda.stdin.end();
}
const status = coda.exitCode ?? (await new Promise((resolve) => coda.once('exit', resolve)));
clearTimeout(timer);
rmSync(data, { recursive: true, force: true });

console.log(answer === undefined ? `no answer (exit status ${status})` : `answered: ${answer}`);
process.exitCode = answer !== undefined && status === 0 ? 0 : 1;
