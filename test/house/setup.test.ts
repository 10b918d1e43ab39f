import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const root = packageRoot();

/** A small package with coda's own set-up, whose packages are there and whose `main` says what it was called with. */
function smallPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-setup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }');
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{ "packages": {} }');
  for (const name of ['rolldown', '@rolldown', '@oxc-project']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/said.ts'), 'export const said = (words: string[]) => words.join(" ");\n');
  write(folder, 'console.log(said(process.argv.slice(2)));');
  return folder;
}

const write = (folder: string, text: string) =>
  writeFileSync(join(folder, 'src/main.ts'), `import { said } from './said.ts';\n${text}\n`);

function start(folder: string, args: string[] = [], node: string[] = []) {
  const script = join(folder, 'scripts/start.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input: '',
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('npm start builds what changed, and nothing when nothing did', () => {
  const folder = smallPackage();
  expect(start(folder)).toEqual({ status: 0, stdout: 'run', stderr: 'Building …' });
  expect(start(folder)).toEqual({ status: 0, stdout: 'run', stderr: '' });
  write(folder, 'console.log("changed", said([]));');
  expect(start(folder)).toEqual({ status: 0, stdout: 'changed', stderr: 'Building …' });
});

test('what a deleted source was compiled to is deleted as well', () => {
  const folder = smallPackage();
  writeFileSync(
    join(folder, 'src/main.ts'),
    'import("./said.ts").then(({ said }) => console.log(said(process.argv.slice(2))));',
  );
  expect(start(folder).stdout).toBe('run');
  const chunks = () => readdirSync(join(folder, 'dist')).filter((file) => file.startsWith('said-'));
  expect(chunks()).not.toEqual([]);
  unlinkSync(join(folder, 'src/said.ts'));
  writeFileSync(join(folder, 'src/main.ts'), 'export {};\n');
  expect(start(folder).status).toBe(0);
  expect(chunks()).toEqual([]);
});

test('arguments go to coda, and a command replaces the usual one', () => {
  const folder = smallPackage();
  expect(start(folder, ['--data', 'x']).stdout).toBe('run --data x');
  expect(start(folder, ['doctor', '--data', 'x']).stdout).toBe('doctor --data x');
  expect(start(folder, ['--help']).stdout).toBe('--help');
});

test('words that come through a pipe are answered, whatever is configured', () => {
  const folder = smallPackage();
  const piped = (env: Record<string, string> = {}) =>
    spawnSync('sh', ['-c', `echo hello | '${process.execPath}' scripts/start.mjs`], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    }).stdout.trim();
  expect(piped()).toBe('chat');
  expect(piped({ DISCORD_TOKEN: 'x' })).toBe('chat');
  expect(piped({ CODA_CONFIG: 'x.yaml' })).toBe('chat');
});

/** What `npm start` shows on a terminal; `script` lends it one. */
function onTerminal(folder: string): string {
  const command = `'${process.execPath}' scripts/start.mjs`;
  const { CODA_CONFIG: _, ...env } = process.env;
  return spawnSync('script', ['-qec', command, '/dev/null'], { cwd: folder, encoding: 'utf8', input: '', env }).stdout;
}

test.skipIf(process.platform !== 'linux')('without a configuration a terminal is offered the set-up in a line', () => {
  const folder = smallPackage();
  const offer = '"npm start -- init" asks one question';
  const first = onTerminal(folder);
  expect(first).toContain(offer);
  expect(first).toContain('chat');
  expect(start(folder).stderr).not.toContain(offer);
  // Whoever began in the browser, without a model, has set it up.
  mkdirSync(join(folder, 'data'));
  expect(onTerminal(folder)).not.toContain(offer);
  rmSync(join(folder, 'data'), { recursive: true });
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', 'config.yaml'), '');
  expect(onTerminal(folder)).not.toContain(offer);
});

test('what cannot be built is not started', () => {
  const folder = smallPackage();
  write(folder, 'const port: number = ; console.log(port, said([]));');
  const first = start(folder);
  expect(first.status).toBe(70);
  expect(first.stderr).toContain('src/main.ts:2:22');
  expect(first.stdout).toBe('');
  expect(start(folder).status).toBe(70);
});

test('an older Node is told in a sentence', () => {
  const older = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"18.19.1"}})';
  const { status, stderr } = start(smallPackage(), [], ['--import', older]);
  expect(status).toBe(69);
  expect(stderr).toBe(
    'coda needs Node 20.19 or newer; this is 18.19.1. Install Node 24 from https://nodejs.org and run this again.',
  );
});
