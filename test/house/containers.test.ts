/**
 * The files that containers are started from, played without an image: the daemon starts with exactly their mounts, variables and
 * user, in a mount namespace whose root is made of what the image holds.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { packImage } from '../../scripts/pack-image.mjs';
import { packageRoot } from '../../src/base/root.ts';
import { freePort } from '../support/ports.ts';
import { freshPostgres, POSTGRES_URL, requireService } from '../support/postgres.ts';

requireService('CODA_TEST_POSTGRES');

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');
const UID = 1_000;

interface Mount {
  at: string;
  /** A folder of the host; without it a file system in memory. */
  from?: string;
  isReadOnly?: boolean;
  options?: string;
}

interface Container {
  mounts: readonly Mount[];
  env: Readonly<Record<string, string>>;
  args: readonly string[];
}

/** Variables that the image sets. */
function imageEnv(): Record<string, string> {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(read('Dockerfile').split('FROM ${BASE}')[1] ?? '')?.[1] ?? '';
  return Object.fromEntries(
    block
      .replaceAll('\\\n', ' ')
      .split(/\s+/)
      .filter(Boolean)
      .map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
}

/** `${NAME:-usual}` with the values of the environment that compose is run in. */
const interpolated = (text: string, env: Readonly<Record<string, string>>) =>
  text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, usual: string) => env[name] || usual);

describe.skipIf(!POSTGRES_URL || process.getuid?.() !== 0 || process.platform !== 'linux')('as written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-containers-'));
  const app = join(folder, 'app');
  let url = '';
  let drop = async () => {};
  beforeAll(async () => {
    await packImage(app);
    ({ url, drop } = await freshPostgres());
    chmodSync(folder, 0o755);
  });
  afterAll(async () => {
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A folder that stands for a volume, which takes its owner from the image. */
  function volume(name: string): string {
    const at = join(folder, 'volumes', name);
    mkdirSync(at, { recursive: true, mode: 0o700 });
    chownSync(at, UID, UID);
    return at;
  }

  function configFolder(text: string): string {
    const at = mkdtempSync(join(folder, 'config-'));
    chmodSync(at, 0o755);
    writeFileSync(join(at, 'config.yaml'), text);
    return at;
  }

  /** Starts the daemon in `container`; resolves with what it says once it is ready, and stops it at the end of the test. */
  async function start({ mounts, env, args }: Container): Promise<string> {
    const top = mkdtempSync(join(folder, 'root-'));
    const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    const mount = ({ at, from, isReadOnly, options = 'mode=1777' }: Mount) => {
      const to = quoted(join(top, at));
      if (from === undefined) return `mkdir -p ${to}; mount -t tmpfs -o ${options} tmpfs ${to}`;
      return `mkdir -p ${to}; mount --bind ${quoted(from)} ${to}${isReadOnly ? `; mount -o remount,ro,bind ${to}` : ''}`;
    };
    const system = ['/usr', '/bin', '/lib', '/lib64', '/etc', '/dev', '/proc', dirname(process.execPath)];
    const own: Mount[] = [
      ...[...new Set(system)].map((at) => ({ at, from: at })),
      { at: '/app', from: app },
      { at: '/data', from: volume('data') },
      { at: '/keys', from: volume('keys') },
    ];
    // What is nearer to the root comes first, and a mount of the file takes the place of the image's own.
    const all = [...own.filter(({ at }) => !mounts.some((each) => each.at === at)), ...mounts];
    const sorted = all.toSorted((one, other) => one.at.length - other.at.length);
    const command = ['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const user = [
      'setpriv',
      `--reuid=${UID}`,
      `--regid=${UID}`,
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
    ];
    const program = [...user, ...command, process.execPath, 'dist/main.js', ...args].map(quoted).join(' ');
    const script = [
      'set -e',
      `mount -t tmpfs -o mode=755 tmpfs ${quoted(top)}`,
      ...sorted.map(mount),
      `mount -o remount,ro ${quoted(top)}`,
      `exec chroot ${quoted(top)} sh -c ${quoted(`cd /app; exec ${program}`)}`,
    ].join('\n');
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], { stdio: 'pipe' });
    let said = '';
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    onTestFinished(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    await new Promise<void>((resolve, reject) => {
      const hear = (text: Buffer) => {
        said += text;
        if (said.includes('"ready"')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      void ended.then(() => reject(new Error(said)));
    });
    return said;
  }

  async function pageOf(port: number): Promise<number> {
    return (await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })).status;
  }

  test('docker-compose.yml: the page answers, variables of the configuration arrive, and a secret finds its key', async () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true });
    const { coda } = services;
    const port = await freePort();
    // A file .env beside it, of which the configuration names a variable that compose does not know.
    const ofEnvFile = { ROBIN: 'Robin' };
    expect(coda.env_file).toEqual([{ path: '.env', required: false }]);
    const named = Object.entries<string>(coda.environment).map(([name, text]) => [name, interpolated(text, ofEnvFile)]);
    expect(coda.ports).toEqual(['127.0.0.1:${CODA_PORT:-8321}:8321']);
    expect(Object.fromEntries(named).CODA_HTTP_LISTEN).toBe('0.0.0.0:8321');
    const here = {
      DATABASE_URL: url,
      REDIS_URL: process.env.CODA_TEST_REDIS ?? '',
      CODA_HTTP_LISTEN: `0.0.0.0:${port}`,
    };
    const config = configFolder('assistant: { name: "${ROBIN}" }\n');
    const mounts = [
      ...(coda.volumes as string[]).map((each): Mount => {
        const [from = '', at = '', options] = each.split(':');
        return { at, from: from === './config' ? config : volume(from), isReadOnly: options === 'ro' };
      }),
      ...(coda.tmpfs as string[]).map((each): Mount => {
        const [at = '', options] = each.split(':');
        return { at, ...(options && { options }) };
      }),
    ];
    const env = { ...imageEnv(), ...ofEnvFile, ...Object.fromEntries(named), ...here };
    await start({ mounts, env, args: ['run'] });
    expect(await pageOf(port)).toBeLessThan(500);
    expect(env.CODA_SECRET_KEY_FILE).toBe('/keys/secret.key');
    expect(spawnSync('stat', ['-c', '%u', volume('keys')], { encoding: 'utf8' }).stdout.trim()).toBe(String(UID));
  });

  test('kubernetes.yaml: it starts with its map, its claim and its variables, and its service finds the port', async () => {
    const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
    const { spec } = documents.find(({ kind }) => kind === 'Deployment').spec.template;
    const [{ volumeMounts, env: variables, args }] = spec.containers;
    const config = configFolder('assistant: { name: Robin }\n');
    const port = await freePort();
    const mounts = (volumeMounts as { name: string; mountPath: string; readOnly?: boolean }[]).map(
      ({ name, mountPath, readOnly }): Mount => {
        const kind = spec.volumes.find((each: { name: string }) => each.name === name);
        if (kind.configMap) return { at: mountPath, from: config, isReadOnly: readOnly === true };
        if (kind.persistentVolumeClaim) return { at: mountPath, from: volume('claim') };
        return { at: mountPath, options: `uid=${UID},gid=${UID},mode=0700` };
      },
    );
    const given = Object.fromEntries(
      variables.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    expect(given.CODA_HTTP_LISTEN).toBe('0.0.0.0:8321');
    const secret = { DATABASE_URL: url, CODA_SECRET_KEY: 'a long random text of thirty-two letters' };
    const env = { ...imageEnv(), ...given, ...secret, CODA_HTTP_LISTEN: `0.0.0.0:${port}` };
    await start({ mounts, env, args });
    expect(await pageOf(port)).toBeLessThan(500);
  });

  test('coda.service: it starts as its user with the variables and the folder that it names', async () => {
    const unit = read('deploy/coda.service');
    const env = Object.fromEntries(
      Array.from(unit.matchAll(/^Environment=(\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value]),
    );
    expect(unit).toMatch(/^StateDirectory=coda$/m);
    expect(env.CODA_DATA).toBe('/var/lib/coda');
    const mounts: Mount[] = [
      { at: '/var/lib/coda', from: volume('state') },
      { at: '/opt/coda', from: app, isReadOnly: true },
      { at: '/tmp' },
    ];
    await start({ mounts, env: { ...env, DATABASE_URL: url, PATH: '/usr/bin:/bin' }, args: ['run'] });
  });
});
