import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { contextFiles, dockerfile } from '../../../src/agent-skills/images/operations.ts';
import type { AgentSkill } from '../../../src/agent-skills/index.ts';
import { execution } from '../../../src/config/blocks.ts';
import { openBuilder } from '../../../src/sandbox/index.ts';
import { codeConfig, lastResult, saysAndApproves } from '../../skills/code/play.ts';
import { DOCKER, docker, dockerBytes, packed } from '../../support/docker.ts';
import { freshDataDir, Jsonl, migratedDataDir, Program } from '../../support/jsonl.ts';
import { LONG } from '../../support/long.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { testWorld } from '../../support/world.ts';
import { playWith } from '../conversation.ts';
import { zip } from '../support/zip.ts';
import { skillText, temporaryFolder, write } from '../support.ts';

requireService('CODA_TEST_DOCKER');

const BASE = `coda-test-pip:${process.pid}`;
/** Images of this run only: two runs may share an engine. */
const skill = (name: string) => `${name}-${process.pid}`;

/** Does what pip does with a requirements file and an index: the tests' image has none. */
const PIP = `import io, re, sys, sysconfig, urllib.parse, urllib.request, zipfile
args = sys.argv[1:]
index = args[args.index('--index-url') + 1]
for line in open(args[args.index('-r') + 1]):
    name, _, version = re.split(r'[\\[;]', line.strip())[0].partition('==')
    page = urllib.request.urlopen(f'{index}/{name}/').read().decode()
    found = [h for h in re.findall('href="([^"]+)"', page) if f'-{version}' in h]
    if not found: sys.exit(f'ERROR: No matching distribution found for {line.strip()}')
    wheel = urllib.request.urlopen(urllib.parse.urljoin(f'{index}/{name}/', found[0])).read()
    zipfile.ZipFile(io.BytesIO(wheel)).extractall(sysconfig.get_paths()['purelib'])
    print('\\x1b[2J\\x1b]0;title\\x07Successfully installed', name)
`;

/** An index with one package, and what was asked of it. */
async function wheelIndex() {
  const wheel = zip([
    { name: 'coda_words.py', content: "def count(text):\n    return f'{len(text.split())} words'\n" },
  ]);
  const asked: string[] = [];
  const server = createServer(({ url = '' }, answer) => {
    asked.push(url);
    if (url === '/simple/coda-words/') answer.end('<a href="/coda_words-1.0-py3-none-any.whl">coda_words</a>');
    else if (url.endsWith('.whl')) answer.end(wheel);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { index: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, asked };
}

const settings = (index: string) => ({
  'execution.default_image': BASE,
  'execution.allowed_images': [BASE],
  'execution.build.network': 'host',
  'execution.build.pip_index': index,
});

const COUNT = 'import coda_words\nprint(coda_words.count("one two three"))\n';
const imageIds = async (name: string): Promise<string[]> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [`coda.skill=${name}`] }));
  return (await docker<{ Id: string }[]>('GET', `/images/json?filters=${filters}`)).map(({ Id }) => Id);
};

describe.skipIf(!DOCKER)('images of skills', () => {
  beforeAll(async () => {
    const { Id } = await docker<{ Id: string }>('POST', '/containers/create', { Image: DOCKER?.image, Cmd: ['true'] });
    const archive = await packed([
      ['pip/__init__.py', ''],
      ['pip/__main__.py', PIP],
    ]);
    await dockerBytes('PUT', `/containers/${Id}/archive?path=/usr/lib/python3/dist-packages`, archive);
    const [repo = '', tag = ''] = BASE.split(':');
    await docker('POST', `/commit?container=${Id}&repo=${repo}&tag=${tag}`, {});
    await docker('DELETE', `/containers/${Id}`);
  });

  afterAll(async () => {
    for (const name of ['words', 'typed', 'asked'].map(skill)) {
      for (const id of await imageIds(name)) await docker('DELETE', `/images/${id}?force=1`);
    }
    await docker('DELETE', `/images/${BASE}`);
  });

  test('a script runs in the image with its packages, and hears when it asks for others', async () => {
    const { index } = await wheelIndex();
    const name = skill('words');
    const run = { call: 'skill_run', input: { name, script: 'count.py' } };
    const model = new ScriptedModel(
      [{ call: 'skill_activate', input: { name } }],
      [run],
      ['No.'],
      [run],
      ['Yes.'],
      [run],
      ['Yes.'],
      [run],
      ['No.'],
    );
    const files = { 'scripts/count.py': COUNT };
    const { coda } = await playWith(
      { [name]: { more: 'dependencies: [coda-words==1.0]\n', files } },
      { model, config: codeConfig(settings(index)) },
    );
    await saysAndApproves(coda, 'count');
    expect(lastResult(model.requests[2]).stderr).toContain('No module named');

    const { images, catalog } = coda.app.agentSkills;
    const theSkill = catalog.current().skills.get(name) as AgentSkill;
    const [plan] = await images.plans(name);
    if (!plan) throw new Error('there is no plan');
    const world = testWorld();
    const builder = openBuilder({ execution: coda.config.execution }, world);
    const request = {
      tag: plan.tag,
      base: plan.base,
      dockerfile: (id: string) => dockerfile(plan, id, index),
      files: contextFiles(plan),
    };
    const built = await builder.build(request);
    await builder.close();
    if (!built.ok) throw new Error(built.message);
    // Built is not yet allowed: only what is recorded is.
    expect(await images.imageFor(theSkill, async () => true)).toBeUndefined();
    await images.recordBuilt({ skill: name, image: built.id, hash: plan.hash });

    await saysAndApproves(coda, 'again');
    expect(lastResult(model.requests[4])).toMatchObject({ stdout: '3 words\n', exit_code: 0 });
    expect(lastResult(model.requests[4]).notes).toBeUndefined();
    await images.recordBuilt({ skill: name, image: built.id, hash: 'of other packages' });
    await saysAndApproves(coda, 'again');
    expect(lastResult(model.requests.at(-1))).toMatchObject({ stdout: '3 words\n' });
    expect(JSON.stringify(lastResult(model.requests.at(-1)).notes)).toContain(`coda skills images ${name}`);
    // Gone from Docker it is no image any more, and the skill runs as before.
    expect(await images.imageFor(theSkill, async () => false)).toBe('gone');
    expect(await images.imageFor(theSkill, async () => undefined)).toBeUndefined();
    await docker('DELETE', `/images/${built.id}?force=1`);
    await saysAndApproves(coda, 'again');
    const lacking = lastResult(model.requests.at(-1));
    expect(lacking.stderr).toContain('No module named');
    expect(JSON.stringify(lacking.notes)).toContain('is gone from Docker');
    expect(await coda.person('ana').says('/doctor')).toContain(`the image of ${name} is gone from Docker`);
  });

  if (LONG) {
    test('the command shows, builds once, and builds again when it is told to', async () => {
      const { index, asked } = await wheelIndex();
      const home = temporaryFolder();
      const [name, wrong] = [skill('typed'), skill('asked')];
      write(home, `.coda/skills/${name}/SKILL.md`, skillText(name));
      write(home, `.coda/skills/${name}/scripts/requirements.txt`, 'coda-words==1.0\n');
      write(home, `.coda/skills/${wrong}/SKILL.md`, skillText(wrong, { more: 'dependencies: ["-r /etc/passwd"]\n' }));
      const yaml = {
        execution: {
          enabled: true,
          docker_socket: DOCKER?.socket,
          default_image: BASE,
          allowed_images: [BASE],
          warm: 0,
          build: { network: 'host', pip_index: index },
        },
      };
      const config = write(home, 'config.yaml', JSON.stringify(yaml));
      const dataDir = await migratedDataDir();
      const options = { env: { HOME: home }, args: ['--config', config] };
      await using _daemon = await Jsonl.start({ ...options, dataDir });
      const imagesOf = async (data: string, ...args: string[]) => {
        const all = ['skills', 'images', ...args, '--data', data, ...options.args];
        await using program = new Program(all, options);
        program.child.stdin.end();
        const { code } = await program.exit;
        return { code, stdout: program.stdout, stderr: program.stderr };
      };
      const images = (...args: string[]) => imagesOf(dataDir, ...args);
      const shown = await images(name, '--dry-run');
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('would be built: there is none.') });
      expect(shown.stdout).toMatch(/^RUN \["python3","-m","pip","install".*requirements-1\.txt"\]$/m);
      expect([asked, await imageIds(name)]).toEqual([[], []]);

      // One that cannot be built keeps no other from it, and is told.
      const built = await images();
      expect(built).toMatchObject({ code: 65, stderr: expect.stringContaining('is no name of a package') });
      // What the steps write is shown.
      expect(built.stdout).toMatch(/building coda-skill-typed.*Step 1\/.*Successfully installed coda-words.*is built/s);
      expect(['\x1b', '\x07'].filter((char) => built.stdout.includes(char))).toEqual([]);
      const first = await imageIds(name);
      expect(first).toHaveLength(1);
      expect(await images(name)).toMatchObject({ code: 0, stdout: expect.stringContaining('is up to date') });

      write(home, `.coda/skills/${name}/scripts/requirements.txt`, 'coda-words==2.0\n');
      const failed = await images(name);
      expect(failed).toMatchObject({ code: 69, stdout: expect.stringContaining('No matching distribution') });
      expect(failed.stderr).toContain('cannot be built');
      expect(await imageIds(name)).toEqual(first);
      write(home, `.coda/skills/${name}/scripts/requirements.txt`, 'coda-words==1.0\n# the same\n');
      expect((await images(name, '--force')).stdout).toContain('is built');
      const [second, ...more] = await imageIds(name);
      expect([first.includes(second ?? ''), more]).toEqual([false, []]);

      // Another coda on this Docker takes the name, and neither the image nor what is known of it.
      expect((await imagesOf(freshDataDir(), name)).stdout).toContain('is built');
      expect(await imageIds(name)).toHaveLength(2);
      expect(await imageIds(name)).toContain(second);
      expect((await images(name)).stdout).toContain('is up to date');

      // Without packages there is nothing to be built, nor to be kept.
      write(home, `.coda/skills/${name}/scripts/requirements.txt`, '# nothing\n');
      const removed = await images(name);
      expect(removed.stdout).toBe(`${name}: its image is removed: it names no packages.\n${name} names no packages.\n`);
      expect(await imageIds(name)).toHaveLength(1);
      expect(await imageIds(name)).not.toContain(second);
      expect((await images(name)).stdout).toBe(`${name} names no packages.\n`);
    });
  }

  test('a base that is not allowed, or not there, is refused', async () => {
    const docker_socket = DOCKER?.socket;
    const parsed = execution.schema.parse({ enabled: true, docker_socket, allowed_images: ['python:*'] });
    const builder = openBuilder({ execution: parsed }, testWorld());
    onTestFinished(() => builder.close());
    const request = {
      tag: 'coda-skill-x:latest',
      dockerfile: (base: string) => `FROM ${base}\n`,
      files: [],
    };
    expect(await builder.build({ ...request, base: 'evil.example/python:3' })).toMatchObject({
      code: 'SANDBOX_IMAGE_REFUSED',
    });
    expect(await builder.build({ ...request, base: 'python:0-none' })).toMatchObject({ code: 'SANDBOX_IMAGE' });
    const off = openBuilder({ execution: execution.schema.parse({}) }, testWorld());
    expect(await off.build({ ...request, base: 'python:3' })).toMatchObject({ code: 'SANDBOX_OFF' });
  });
});
