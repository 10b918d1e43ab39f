import { code, type PublicScript } from './script.ts';

const js = (skill: string, path: string, text: string, rest: Omit<PublicScript, 'skill' | 'path' | 'code'>) => ({
  ...{ skill, path, code: text },
  ...rest,
});

export const NODE: readonly PublicScript[] = [
  js(
    'json-tools',
    'format.js',
    code`
#!/usr/bin/env node
const fs = require('fs');
const path = require('path');
const [, , file, ...keys] = process.argv;
const data = JSON.parse(fs.readFileSync(path.join(__dirname, '..', file), 'utf8'));
console.log(keys.map((key) => key.split('.').reduce((at, name) => at?.[name], data)).join(' '));
`,
    {
      files: { 'assets/package.json': '{"name":"x","scripts":{"test":"vitest"}}' },
      args: ['assets/package.json', 'name', 'scripts.test'],
      says: 'x vitest',
    },
  ),
  js(
    'json-tools',
    'to-csv.cjs',
    code`
let text = '';
process.stdin.on('data', (part) => (text += part)).on('end', () => {
  const { rows } = JSON.parse(text);
  const keys = Object.keys(rows[0]);
  process.stdout.write([keys, ...rows.map((row) => keys.map((key) => JSON.stringify(row[key])))].join('\n') + '\n');
});
`,
    { input: { rows: [{ a: 1, b: 'x,y' }] }, says: 'a,b\n1,"x,y"\n' },
  ),
  js(
    'esm-kit',
    'info.mjs',
    code`
#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
const here = dirname(fileURLToPath(import.meta.url));
const text = await readFile(join(here, '../references/guide.md'), 'utf8');
console.log(text.match(/^# (.*)$/m)[1]);
`,
    { files: { 'references/guide.md': '# The guide\n', 'package.json': '{"type":"module"}' }, says: 'The guide' },
  ),
  js(
    'esm-kit',
    'args.js',
    code`
import { parseArgs } from 'node:util';
const { values, positionals } = parseArgs({ options: { loud: { type: 'boolean', short: 'l' } }, allowPositionals: true });
console.log(values.loud ? positionals.join(' ').toUpperCase() : positionals);
`,
    { args: ['-l', 'be', 'heard'], says: 'BE HEARD' },
  ),
  js(
    'hash-kit',
    'digest.js',
    code`
const { createHash } = require('node:crypto');
const zlib = require('node:zlib');
const packed = zlib.gzipSync('abc'.repeat(1000));
console.log(createHash('md5').update('abc').digest('hex'), zlib.gunzipSync(packed).length, packed.length < 100);
`,
    { says: '900150983cd24fb0d6963f7d28e17f72 3000 true' },
  ),
  js(
    'hash-kit',
    'lines.js',
    code`
const readline = require('readline');
(async () => {
  let count = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) if (line) count++;
  console.log(count, 'lines');
})();
`,
    { input: { a: 1 }, says: '1 lines' },
  ),
  js(
    'site-builder',
    'render.js',
    code`
const fs = require('fs');
const html = fs.readFileSync('assets/page.tmpl', 'utf8').replace(/\{\{(\w+)\}\}/g, (_, key) => ({ title: 'Hi', year: 2026 })[key] ?? '');
fs.mkdirSync(process.env.OUTPUT_DIR + '/site', { recursive: true });
fs.writeFileSync(process.env.OUTPUT_DIR + '/site/index.html', html);
console.log(html.trim());
`,
    {
      files: { 'assets/page.tmpl': '<h1>{{title}}</h1> {{year}}{{none}}\n' },
      says: '<h1>Hi</h1> 2026',
      makes: ['index.html'],
    },
  ),
  js(
    'site-builder',
    'serve-check.js',
    code`
const http = require('http');
const server = http.createServer((_, res) => res.end('ok')).listen(0, '127.0.0.1', async () => {
  const answer = await fetch('http://127.0.0.1:' + server.address().port);
  console.log(answer.status, await answer.text());
  server.close();
  server.closeAllConnections?.();
});
`,
    { says: '200 ok' },
  ),
  js(
    'workers',
    'pool.js',
    code`
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const { execFileSync } = require('child_process');
if (isMainThread) {
  new Worker(__filename, { workerData: 20 }).on('message', (n) => {
    console.log(n, execFileSync(process.execPath, ['-p', '6 * 7']).toString().trim());
  });
} else parentPort.postMessage(workerData + 1);
`,
    { says: '21 42' },
  ),
  js(
    'workers',
    'fail.js',
    code`
function main() { throw new Error('no input given'); }
try { main(); } catch (error) { console.error('Error:', error.message); process.exit(3); }
`,
    { says: 'Error: no input given', exit: 3 },
  ),
];
