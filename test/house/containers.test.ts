/**
 * The files that containers are started from, played without an image: the daemon starts with exactly their mounts, variables and
 * user, in a mount namespace whose root is made of what the image holds.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
const { version } = JSON.parse(read('package.json'));
const IMAGE = 'ghcr.io/coda-assistant/coda';
/** User and group of the image. */
const NODE: User = { uid: 1_000, gid: 1_000 };

interface User {
  uid: number;
  gid: number;
}

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
  user?: User;
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

  /** A folder that stands for a volume, which takes its owner from the image where nothing else is said. */
  function volume(name: string, { uid, gid }: User = NODE): string {
    const at = join(folder, 'volumes', name);
    mkdirSync(at, { recursive: true, mode: 0o700 });
    chownSync(at, uid, gid);
    return at;
  }

  const imageVolume = (name: string): Mount => ({ at: `/${name}`, from: volume(name) });

  function configFolder(text: string): string {
    const at = mkdtempSync(join(folder, 'config-'));
    chmodSync(at, 0o755);
    writeFileSync(join(at, 'config.yaml'), text);
    return at;
  }

  /** Starts the daemon in `container`; resolves with what it says once it is ready, and stops it at the end of the test. */
  async function start({ mounts, env, args, user = NODE }: Container): Promise<string> {
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
      ...['data', 'keys'].flatMap((name) => (mounts.some(({ at }) => at === `/${name}`) ? [] : imageVolume(name))),
    ];
    // What is nearer to the root comes first, and a mount of the file takes the place of the image's own.
    const all = [...own.filter(({ at }) => !mounts.some((each) => each.at === at)), ...mounts];
    const sorted = all.toSorted((one, other) => one.at.length - other.at.length);
    const command = ['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const became = [
      'setpriv',
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
    ];
    const program = [...became, ...command, process.execPath, 'dist/main.js', ...args].map(quoted).join(' ');
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
    expect(await pageOf(port)).toBe(200);
    expect(env.CODA_SECRET_KEY_FILE).toBe('/keys/secret.key');
    expect(spawnSync('stat', ['-c', '%u', volume('keys')], { encoding: 'utf8' }).stdout.trim()).toBe(String(NODE.uid));
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
        return { at: mountPath, options: `uid=${NODE.uid},gid=${NODE.gid},mode=0700` };
      },
    );
    const given = Object.fromEntries(
      variables.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    expect(given.CODA_HTTP_LISTEN).toBe('0.0.0.0:8321');
    const secret = { DATABASE_URL: url, CODA_SECRET_KEY: 'a long random text of thirty-two letters' };
    const env = { ...imageEnv(), ...given, ...secret, CODA_HTTP_LISTEN: `0.0.0.0:${port}` };
    await start({ mounts, env, args });
    expect(await pageOf(port)).toBe(200);
  });

  /** A folder that a platform makes for an app is the user's that it runs apps as. */
  const mountsOf = (ofApp: string, volumes: readonly [from: string, at: string][], user: User): Mount[] => [
    ...volumes.map(([from, at]) => ({ at, from: volume(`${ofApp}${from.replaceAll(/[^a-z]/gi, '-')}`, user) })),
    { at: '/tmp' },
  ];
  const userOf = (text: string): User => {
    const [uid = 0, gid = 0] = text.split(':').map(Number);
    return { uid, gid };
  };

  interface App {
    image: string;
    user: User;
    env: Record<string, string>;
    volumes: [from: string, at: string][];
  }

  function composeApp(file: string): App {
    const { services } = parse(read(file));
    const { image, user, environment, volumes, read_only, tmpfs, cap_drop } = services.coda ?? services.server;
    expect({ read_only, tmpfs, cap_drop }).toEqual({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
    return {
      image,
      user: userOf(user),
      env: environment,
      volumes: volumes.map((each: string | { source: string; target: string }) =>
        typeof each === 'string' ? each.split(':') : [each.source, each.target],
      ),
    };
  }

  function unraidApp(): App {
    const text = read('deploy/unraid/coda.xml');
    const settings = [...text.matchAll(/<Config [^>]*Target="([^"]*)"[^>]*Type="(\w+)"[^>]*>([^<]*)</g)].map(
      ([, target = '', type, value = '']) => ({ target, type, value }),
    );
    const ofType = (type: string) =>
      settings.flatMap((each) => (each.type === type ? [[each.target, each.value] as [string, string]] : []));
    const [, user = ''] = /<ExtraParams>--user (\S+) .*--read-only --tmpfs \/tmp/.exec(text) ?? [];
    return {
      image: /<Repository>(.*)</.exec(text)?.[1] ?? '',
      user: userOf(user),
      env: Object.fromEntries(ofType('Variable')),
      volumes: ofType('Path').map(([at, from]) => [from, at]),
    };
  }

  function homeAssistantApp(): App {
    const { environment } = parse(read('deploy/home-assistant/config.yaml'));
    const file = read('deploy/home-assistant/Dockerfile');
    return {
      image: /^FROM (.*)$/m.exec(file)?.[1] ?? '',
      user: userOf(/^USER (.*)$/m.exec(file)?.[1] ?? ''),
      env: environment,
      volumes: [['data', '/data']],
    };
  }

  const apps: [name: string, app: () => App][] = [
    ['umbrel', () => composeApp('deploy/umbrel/docker-compose.yml')],
    ['casaos', () => composeApp('deploy/casaos/docker-compose.yml')],
    ['truenas', () => composeApp('deploy/truenas/compose.yaml')],
    ['unraid', unraidApp],
    ['home-assistant', homeAssistantApp],
  ];

  test.each(apps)('%s: it starts as the user that its platform has, in folders of that user', async (name, read) => {
    const { user, env: variables, volumes } = read();
    const port = await freePort();
    expect(variables.CODA_HTTP_LISTEN).toBe('0.0.0.0:8321');
    const env = { ...imageEnv(), ...variables, CODA_HTTP_LISTEN: `0.0.0.0:${port}` };
    await start({ mounts: mountsOf(name, volumes, user), env, args: ['run'], user });
    expect(await pageOf(port)).toBe(200);
  });

  test('all of them name one image', () => {
    const images = new Set(apps.map(([, read]) => read().image));
    expect([...images]).toEqual([`${IMAGE}:${version}`]);
  });

  test('a release writes its image into all of them, and nothing else', () => {
    const copy = mkdtempSync(join(folder, 'release-'));
    for (const each of ['deploy', 'package.json'])
      cpSync(join(packageRoot(), each), join(copy, each), { recursive: true });
    for (const each of ['release-image.mjs', 'files.mjs'])
      cpSync(join(packageRoot(), 'scripts', each), join(copy, 'scripts', each));
    const image = `registry.example/robin/coda:9.8.7@sha256:${'a'.repeat(64)}`;
    const release = (named: string) =>
      spawnSync(process.execPath, [join(copy, 'scripts', 'release-image.mjs'), named]).status;
    expect(release('coda:1; rm -rf /')).toBe(64);
    expect(release(image)).toBe(0);
    const linesIn = (root: string) =>
      readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'));
    const before = linesIn(packageRoot());
    const lines = linesIn(copy).filter((line) => !before.includes(line));
    expect(lines).toHaveLength(apps.length);
    expect(lines.filter((line) => !line.includes(image))).toEqual([]);
  });

  test.each([99, 568, 1_000, 33_000])(
    'user %i without an account or a home: it starts on a root that is read-only',
    async (uid) => {
      const user = { uid, gid: uid };
      const port = await freePort();
      const env = { ...imageEnv(), CODA_HTTP_LISTEN: `127.0.0.1:${port}` };
      await start({ mounts: mountsOf(`user-${uid}`, [['data', '/data']], user), env, args: ['run'], user });
      expect(await pageOf(port)).toBe(200);
    },
  );

  test('a data folder of another user is named, with whose it is', async () => {
    const mounts = mountsOf('foreign', [['data', '/data']], { uid: 0, gid: 0 });
    const started = start({ mounts, env: imageEnv(), args: ['run'], user: { uid: 568, gid: 568 } });
    await expect(started).rejects.toThrow('The folder belongs to user 0, and coda runs as user 568.');
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
