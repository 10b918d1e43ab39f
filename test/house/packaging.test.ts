import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ERRORS } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/root.ts';
import { browserConfig } from '../../src/skills/browser/index.ts';
import { LONG } from '../support/long.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');
const dockerfile = read('Dockerfile');
const unit = read('deploy/coda.service');

const service = z.looseObject({
  image: z.string(),
  user: z.string(),
  restart: z.string(),
  build: z.string().optional(),
  healthcheck: z
    .looseObject({ test: z.array(z.string()).min(2), interval: z.string(), retries: z.number() })
    .optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).optional(),
});

const compose = z
  .strictObject({ 'x-coda': service, services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));

test('compose brings coda, PostgreSQL and Redis, each healthy before it is used', () => {
  expect(Object.entries(compose.services).map(([name, { image }]) => [name, image])).toEqual([
    ['coda', 'coda'],
    ['replica', 'coda'],
    ['browser', 'coda-browser-sandbox'],
    ['postgres', 'postgres:17'],
    ['redis', 'redis:7'],
  ]);
  expect(Object.keys(compose.services.coda?.depends_on ?? {})).toEqual(['postgres', 'redis']);
});

test('a profile adds a second replica, which differs in nothing', () => {
  const { coda, replica, browser: _, ...others } = compose.services;
  const { ports, ...same } = coda ?? ({} as Record<string, unknown>);
  expect(replica).toEqual({ ...same, profiles: ['replicas'] });
  // Only the first one is published, on this machine alone.
  expect(ports).toEqual(['127.0.0.1:${CODA_PORT:-8321}:8321']);
  expect(coda?.profiles).toBeUndefined();
  expect(Object.values(others).flatMap(({ profiles = [] }) => profiles)).toEqual([]);
  // A name of its own would keep a further one from starting.
  expect(coda).not.toHaveProperty('container_name');
  expect(read('docs/containers.md')).toContain('docker compose --profile replicas up -d');
});

test('a profile builds the image of the browser under the name that coda looks for, and runs nothing for long', () => {
  const { browser } = compose.services;
  expect(browser?.profiles).toEqual(['mcp-build']);
  expect(browser?.image).toBe(browserConfig.schema.parse({}).image);
  expect(existsSync(join(packageRoot(), browser?.build ?? '', 'Dockerfile'))).toBe(true);
  expect(browser?.restart).toBe('no');
  expect(read('docs/browser.md')).toContain('docker compose --profile mcp-build build');
});

test('no container runs as root, and none has the socket of Docker', () => {
  for (const { user, volumes } of Object.values(compose.services)) {
    expect(user).not.toMatch(/^(root|0)/);
    expect((volumes ?? []).join()).not.toContain('docker.sock');
  }
  expect(/^USER (\w+)$/m.exec(dockerfile)?.[1]).toBe('node');
});

test('what is in the data folder outlasts a container, but for what each has of its own', () => {
  const { volumes = [], tmpfs = [] } = compose.services.coda ?? {};
  expect(volumes).toContain('data:/data');
  const gone = tmpfs.map((mount) => mount.split(':')[0] ?? '').filter((path) => path.startsWith('/data'));
  expect(gone).toEqual(['/data/run']);
});

test('every named volume is declared', () => {
  const named = Object.values(compose.services)
    .flatMap(({ volumes }) => volumes ?? [])
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((volume) => !/^[./]/.test(volume));
  expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('the compose file passes on only variables that coda reads', () => {
  const documented = read('docs/config.md');
  for (const name of Object.keys(compose.services.coda?.environment ?? {})) expect(documented).toContain(`\`${name}\``);
});

test('the image is built from what is there and not ignored', () => {
  const kept = read('.dockerignore')
    .split('\n')
    .flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  );
  expect(copied.length).toBeGreaterThan(5);
  for (const source of copied) {
    expect(existsSync(join(packageRoot(), source)), source).toBe(true);
    expect(
      kept.some((path) => path === source || path.startsWith(`${source}/`)),
      source,
    ).toBe(true);
  }
});

test('the image asks coda itself whether it is well', () => {
  expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*CMD \["node", "dist\/main.js", "health"\]$/m);
});

test('the image holds Node and coda alone, so that nothing in it is run by a shell', () => {
  expect(dockerfile).toMatch(/^ARG BASE=scratch$/m);
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  expect(last).toMatch(/^\nFROM \$\{BASE\}\n/);
  expect(last).not.toMatch(/^RUN /m);
  for (const [, command] of last.matchAll(/^(?:ENTRYPOINT|CMD| {2}CMD) (.*)$/gm)) expect(command).toMatch(/^\["\w+"/);
  expect(compose.services.coda?.healthcheck?.test.slice(0, 2)).toEqual(['CMD', 'node']);
});

test('Docker Engine 20.10 can build it: no flags of newer ones', () => {
  expect(dockerfile).not.toMatch(/--start-interval|--mount|--link|--chmod|<</);
});

test('a stop leaves running answers more than their ten seconds', () => {
  expect(compose.services.coda?.stop_grace_period).toBe('20s');
  expect(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]).toBe('20');
  expect(read('docs/containers.md')).toContain('docker run -d --name coda --init --stop-timeout 20');
});

test('systemd starts it again, but not where starting again does not help', () => {
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];
  expect(value('Restart')).toBe('on-failure');
  expect(value('ExecStart')).toMatch(/^\/usr\/bin\/node \S+\/dist\/main\.js run$/);
  expect(value('User')).toBe('coda');
  const hopeless = [ERRORS.USAGE, ERRORS.CONFIG_UNREADABLE, ERRORS.CONFIG_INVALID].map(({ exit }) => String(exit));
  expect(value('RestartPreventExitStatus')?.split(' ')).toEqual(hopeless);
  for (const line of unit.split('\n')) expect(line).toMatch(/^(#.*|\[\w+\]|[A-Z]\w+=.*|)$/);
});

test('the documentation names the package as it is called, and it may be published', () => {
  const { name, private: isPrivate, bin } = JSON.parse(read('package.json'));
  expect(isPrivate).toBeUndefined();
  expect(Object.keys(bin)).toEqual(['coda']);
  expect(JSON.parse(read('package-lock.json')).packages[''].name).toBe(name);
  const pages = ['README.md', ...readdirSync(join(packageRoot(), 'docs')).map((each) => `docs/${each}`)];
  const called = pages
    .filter((each) => each.endsWith('.md'))
    .flatMap((each) => [...read(each).matchAll(/\bnpx ([@\w/-]*coda)\b/g)].map(([, named]) => named));
  expect(called.length).toBeGreaterThan(1);
  expect([...new Set(called)]).toEqual([name]);
});

/**
 * The package as `npm install -g` leaves it below `prefix`: unpacked, the packages that it depends on beside it, its program
 * executable and linked. Gives that link. (A long run has npm itself do it, which fetches 240 MB.)
 */
function installed(prefix: string): string {
  const pack = spawnSync('npm', ['pack', '--silent', '--pack-destination', prefix], {
    cwd: packageRoot(),
    encoding: 'utf8',
  });
  expect(pack.status, pack.stderr).toBe(0);
  const modules = join(prefix, 'lib', 'node_modules');
  mkdirSync(modules, { recursive: true });
  expect(spawnSync('tar', ['-xzf', join(prefix, pack.stdout.trim()), '-C', modules]).status).toBe(0);
  const { dependencies, bin } = JSON.parse(readFileSync(join(modules, 'package', 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const target = join(modules, 'package', 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(packageRoot(), 'node_modules', name), target);
  }
  mkdirSync(join(prefix, 'bin'));
  const program = join(prefix, 'bin', 'coda');
  const main = join(modules, 'package', bin.coda);
  chmodSync(main, 0o755);
  symlinkSync(main, program);
  return program;
}

test('the package that npm packs runs from any folder, with nothing but what it depends on', () => {
  const prefix = mkdtempSync(join(tmpdir(), 'coda-prefix-'));
  onTestFinished(() => rmSync(prefix, { recursive: true, force: true }));
  const program = installed(prefix);
  const data = join(prefix, 'data');
  // As a shell does it: the program's own first line names Node.
  const { status, stdout, stderr } = spawnSync(program, ['chat', '--data', data], {
    cwd: '/',
    encoding: 'utf8',
    input: 'note: the spare key is with Anna\n/skills\n',
    env: { PATH: process.env.PATH, HOME: prefix, CODA_BACKUP: 'off' },
  });
  // A machine that has other work to do stands still, and coda says so.
  const said = stderr.split('\n').filter((line) => !line.includes('the event loop stood still'));
  expect(said.join('\n')).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('Noted: “the spare key is with Anna”');
  expect(stdout).toContain('meeting-notes');
});

if (LONG) {
  test('npm installs the packed coda globally, and it answers from any folder', () => {
    const prefix = mkdtempSync(join(tmpdir(), 'coda-prefix-'));
    onTestFinished(() => rmSync(prefix, { recursive: true, force: true }));
    const env = { ...process.env, CODA_BACKUP: 'off', CODA_DATA: join(prefix, 'data') };
    const run = (program: string, args: string[], cwd: string, input = '') => {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env, input });
      expect(status, stderr).toBe(0);
      return stdout.trim();
    };
    const file = run('npm', ['pack', '--silent', '--pack-destination', prefix], packageRoot());
    run('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', join(prefix, file)], prefix);
    const coda = join(prefix, 'bin', 'coda');
    const answer = run(coda, ['chat'], '/', 'note: the spare key is with Anna\n');
    expect(answer).toContain('Noted: “the spare key is with Anna”');
  });
}
