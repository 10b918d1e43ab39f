import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import { createProgram } from '../../src/cli/program.ts';
import { type CommandLine, commandLines, inlineCalls, runCoda, wordsOf } from '../support/command-lines.ts';
import { Jsonl, MAIN, migratedDataDir, Program } from '../support/jsonl.ts';
import { freePort } from '../support/ports.ts';
import { freshPostgres, POSTGRES_URL } from '../support/postgres.ts';
import { blocksIn, runShell, type ShellStep, shellSteps } from '../support/shell-page.ts';

let daemon: Program;
let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = await migratedDataDir();
  port = await freePort();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  const hears = '[sh, -c, echo remind me to call Ben tomorrow at nine]';
  const speech = `speech: { transcribe: { kind: command, command: ${hears} } }`;
  writeFileSync(config, `http: { listen: "127.0.0.1:${port}" }\n${speech}\n`);
  const env = { CODA_SECRET_KEY: 'a-key-of-the-test' };
  daemon = new Program(['run', '--data', dataDir, '--config', config], { env });
  await daemon.logged('"msg":"ready"');
  await using chat = await Jsonl.start({ dataDir });
  await chat.say('hello', { id: 'greeting' });
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** The lines of a page as they are run here: against this coda, for somebody whom it knows. */
const ready = ({ script }: ShellStep) => ({
  script: script
    .replaceAll('127.0.0.1:8321', `127.0.0.1:${port}`)
    // No machine of a suite has a microphone.
    .replace(/^arecord .* (\S+)$/m, `cp '${SPOKEN}' $1`)
    .replaceAll('discord:123456789012345678', 'console:owner'),
});

const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What was written against what the page shows, where `…` stands for anything. */
function compare(out: string, { language, text }: NonNullable<ShellStep['shows']>): void {
  if (language !== 'json') {
    expect(out.trim()).toMatch(new RegExp(`^${quoted(text.trim()).replaceAll('…', '[\\s\\S]*?')}$`));
    return;
  }
  const anything = (_: string, value: unknown) => (value === '…' ? expect.anything() : value);
  expect(JSON.parse(out)).toEqual(JSON.parse(text, anything));
}

/** Pages whose `sh` blocks are run in a shell, in their order. */
const IN_A_SHELL = ['files.md', 'voice.md', 'http.md', 'webhooks.md', 'automations.md'];
const SPOKEN = join(import.meta.dirname, '..', 'media', 'files', 'spoken.opus');

describe.each(IN_A_SHELL)('docs/%s', (page) => {
  test('its lines for a shell do what it shows', async () => {
    const steps = shellSteps(page);
    expect(steps.length).toBeGreaterThan(2);
    const coda = `coda() { '${process.execPath}' '${MAIN}' "$@" --data '${dataDir}'; }`;
    const results = await runShell(coda, steps.map(ready), dirname(dataDir));
    for (const [index, step] of steps.entries()) {
      const { status, out } = results[index] ?? { status: -1, out: '' };
      expect(status, `${step.script}\n${out}`).toBe(0);
      expect(out, step.script).not.toBe('');
      if (step.shows) compare(out, step.shows);
    }
  });

  test('its configuration is one', () => {
    const own = blocksIn(page).filter(
      ({ language, text }) => language === 'yaml' && !text.startsWith('scrape_configs'),
    );
    for (const { text } of own) {
      const blocks = Object.entries(parse(text.replaceAll('${EVENTS_SECRET}', 'at-least-16-characters')));
      const flags = Object.fromEntries(blocks.map(([key, value]) => [key, { name: key, value }]));
      readConfig({ env: {}, dataDir, cwd: dirname(dataDir), secrets: new Secrets(), flags });
    }
  });
});

/** Lines that are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm start': 'setup.test.ts starts a small package with it; bench/newcomer.ts a clone',
  'npm start -- run': 'runs until it is stopped; first-start.test.ts plays it in a browser',
  'npm start -- init': 'bench/newcomer.ts; init.test.ts plays its questions',
  'npm start -- init --all': 'asks at a terminal; init.test.ts plays it',
  'npm test': 'runs this',
  'npm run check': 'a part of npm test',
  'npm run test:related': 'a part of npm test',
  'npm run test:fast': 'a part of npm test',
  'npm run test:long': 'takes an hour',
  'npx @coda-assistant/coda chat': 'fetches a release; packaging.test.ts runs what npm packs',
  'npx @coda-assistant/coda run': 'fetches a release; containers.test.ts runs the daemon',
  'npm version 0.3.0 --no-git-tag-version': 'a release; it changes package.json',
  'git tag v0.3.0 && git push origin main v0.3.0': 'a release',
  'node scripts/release-image.mjs ghcr.io/NAME/coda:v0.3.0@sha256:…': 'a release; containers.test.ts runs it in a copy',
  'node scripts/pack-release.mjs v0.3.0': 'a release; it takes a tag',
  'docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max -t ghcr.io/NAME/coda:v0.3.0 --push .':
    'a release',
  'npm publish --access public': 'a release; packaging.test.ts runs what it packs',
  'docker build -t coda-office:1 .':
    'downloads LibreOffice; old-office.test.ts makes an image with a program of its name',
  'npx vitest run --project=push test/skills/notes': 'a part of npm test',
  "npx vitest run --inspect-brk --no-file-parallelism test/skills/notes/notes.test.ts -t 'a tag'":
    'waits for a debugger',
  'node --inspect dist/main.js chat': 'waits for a person, with a port for a debugger',
  'npm run format': 'changes the sources; npm test has biome look at them',
  'npm run generate': 'changes the sources; documents.test.ts compares them with what it would write',
  'npm run web -- --watch': 'follows the sources until it is interrupted; watch.test.ts makes the pages that it makes',
  'npm run pictures': 'changes the pictures; pictures.test.ts plays what it plays',
  'npm run bench -- start': 'a measurement',
  'npm ci && npm run build': 'what npm test begins with',
  'node dist/main.js run --data /var/lib/coda': 'daemon.test.ts, with another folder',
  'docker compose up -d': 'fetches images; packaging.test.ts reads the file',
  'docker compose --profile replicas up -d': 'fetches images; packaging.test.ts reads the file',
  'docker compose logs -f coda': 'needs the containers above',
  'docker build -t coda .': 'fetches the image of Node; packaging.test.ts reads the Dockerfile',
  'docker run -d --name coda --init --stop-timeout 20 --restart unless-stopped -v coda:/data -p 127.0.0.1:8321:8321 -e CODA_HTTP_LISTEN=0.0.0.0:8321 -e CODA_HTTP_PUBLIC=true coda':
    'needs the image above',
  'docker logs coda': 'needs the container above',
  'docker exec -it coda node dist/main.js chat': 'needs the container above',
  'sudo -u coda env CODA_DATA=/var/lib/coda node /opt/coda/dist/main.js doctor':
    'needs a service with a user of its own',
  'docker compose exec coda node dist/main.js doctor': 'needs the containers above',
  'dockerd-rootless-setuptool.sh install': "Docker's own, for a user's account",
  'coda browser image': 'fetches Debian; container.test.ts uses such an image',
  'coda mcp login linear': 'opens a browser at a service; the suites of mcp play one',
  'coda mcp logout linear': 'needs the sign-in above',
  'DISCORD_TOKEN=… coda init --yes --platform discord --zone Europe/Berlin --model none':
    'init.test.ts, with a Discord that it asks',
};

const SIGNED_AT = () => Math.floor(Date.now() / 1000);
const PAYLOAD = '{ "pusher": { "name": "ana" }, "repository": { "name": "coda" }, "due": "tomorrow at 9" }';

describe('the other lines of the documentation', () => {
  const lines = commandLines().filter(
    ({ page, language }) => !(language === 'sh' && IN_A_SHELL.some((each) => page === `docs/${each}`)),
  );

  test('are run below, or have a reason', () => {
    const known = lines.map(({ line }) => line);
    expect(known.length).toBeGreaterThan(50);
    const unknown = known.filter((line) => !(line in NOT_RUN) && !/^(?:coda |echo '[^']+' \| coda )/.test(line));
    expect(unknown).toEqual([]);
    expect(Object.keys(NOT_RUN).filter((line) => !known.includes(line))).toEqual([]);
  });

  test('coda does what they say, in this order', async () => {
    const home = dirname(dataDir);
    const server = POSTGRES_URL ? await freshPostgres() : undefined;
    await mkdir(join(home, '.openclaw', 'workspace'), { recursive: true });
    writeFileSync(join(home, '.openclaw', 'workspace', 'USER.md'), '- Likes green tea\n');
    writeFileSync(join(home, 'payload.json'), PAYLOAD);
    writeFileSync(join(home, 'questions.jsonl'), `${JSON.stringify({ question: 'tea?', id: 'k7f3qab' })}\n`);
    let secret = '';
    const ready = (line: string) => {
      const at = SIGNED_AT();
      const signed = createHmac('sha256', secret).update(`${at}.${PAYLOAD}`).digest('hex');
      return line
        .replace(/(?<=--person )ana\b/, 'owner')
        .replace('--to PERSON', '--to console:owner')
        .replace('--path ', `--path ${home}/`)
        .replace(/\bID$/, 'greeting')
        .replaceAll('/mnt/disk', home)
        .replaceAll('/var/lib', home)
        .replace('t=…,v1=…', `t=${at},v1=${signed}`)
        .replace('~', home)
        .replace('postgres://coda@localhost/coda', `${server?.url} --data ${home}/coda-copy`);
    };
    const run = async ({ line }: CommandLine) => {
      const [, said, command = line] = /^echo '([^']+)' \| (.*)$/.exec(line) ?? [];
      const { words, from, to } = wordsOf(ready(command));
      const where = [...(words.includes('--data') ? [] : ['--data', dataDir]), '--config', join(home, 'config.yaml')];
      const input = said ?? (from === undefined ? '' : readFileSync(join(home, from), 'utf8'));
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: home,
        CODA_SECRET_KEY: 'a-key-of-the-test',
        CODA_BACKUP: 'off',
      };
      const result = await runCoda([...words.slice(1), ...where], { env, cwd: home, input });
      if (to !== undefined) writeFileSync(join(home, to), result.stdout);
      if (line.startsWith('coda hooks add ci')) secret = result.stdout.trim().split('\n').at(-1) ?? '';
      return result;
    };
    try {
      for (const each of lines.filter(({ line }) => !(line in NOT_RUN))) {
        if (each.line.startsWith('coda storage move') && !server) continue;
        const { status, stdout, stderr } = await run(each);
        // The doctor warns of what this machine lacks.
        expect(
          [0, ...(each.line === 'coda doctor' ? [1] : [])],
          `${each.page}: ${each.line}\n${stdout}${stderr}`,
        ).toContain(status);
      }
    } finally {
      await server?.drop();
    }
  });

  test('what is named within a sentence is a command, with options that it has', async () => {
    const program = await createProgram(process, { exit: () => {}, help: () => {} });
    const calls = inlineCalls();
    expect(calls.length).toBeGreaterThan(100);
    for (const { page, call } of calls) {
      let command: Command = program;
      const words = call.split(/\s+/).slice(1);
      for (const word of words) {
        const below = command.commands.find((each) => each.name() === word);
        if (!below) break;
        command = below;
      }
      expect(command, `${page}: ${call}`).not.toBe(program);
      const known = [command, ...command.commands, program].flatMap(({ options }) => options.map(({ long }) => long));
      for (const [option] of call.matchAll(/--[a-z-]+/g))
        expect([...known, '--help'], `${page}: ${call}`).toContain(option);
    }
  });
});
