import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inOwnWords } from '../../src/cli/foreign.ts';
import { skillText, temporaryFolder, write } from '../agent-skills/support.ts';
import { command, commandsData, wordsOf } from '../support/command-lines.ts';
import { Jsonl } from '../support/jsonl.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';

/** A line of SkillOS' documents behind its `skillos`, and what comes of it. */
interface Line {
  line: string;
  shows: RegExp;
}

const ID = '[0-9a-f-]{36}';

/** Lines that find no coda running: each goes through one of its own. */
const BY_ITSELF: readonly Line[] = [
  {
    line: 'add-skill travel/search_flights --root ./skills --description "Finds cheap flights to Sochi and to other towns."',
    shows: /SKILL\.md, a draft/,
  },
  { line: 'add-skill ops/hello --root ./skills', shows: /SKILL\.md, a draft/ },
  { line: 'activate-skill travel/search_flights --root ./skills --approval approved', shows: /is offered from now on/ },
  { line: 'run-skill travel/search_flights --root ./skills', shows: /^travel\/search_flights is done\n$/ },
  { line: 'run "Find flights to Sochi" --root ./skills', shows: /^\* travel\/search_flights {2}/m },
  { line: 'run "Find flights to Sochi" --root ./skills --execute', shows: /^travel\/search_flights is done\n$/ },
  {
    line: 'schedule add travel/search_flights --run-at 2026-01-18T08:00:00+03:00 --root ./skills',
    shows: new RegExp(`^${ID}\n$`),
  },
  { line: 'schedule tick --root ./skills', shows: new RegExp(`^${ID} {2}travel/search_flights {2}done\n`) },
  {
    line: 'job enqueue travel/search_flights --root ./skills --payload "ok" --max-retries 2',
    shows: new RegExp(`^${ID}\n$`),
  },
  { line: 'job work --root ./skills', shows: new RegExp(`^${ID} {2}travel/search_flights {2}done\n`) },
];

/** Lines beside a running coda, which takes a tenth of the time. */
const LINES: readonly Line[] = [
  { line: 'add-connector weather_api --type http --root ./skills', shows: /weather_api\.yaml/ },
  {
    line: 'compose-skill travel/plan_trip --root ./skills --step travel/search_hotels --step travel/build_itinerary',
    shows: /a draft: travel\/search_hotels > travel\/build_itinerary/,
  },
  {
    line: 'compose-skill travel/plan_both --root ./skills --step "travel/search_trains|travel/search_hotels"',
    shows: /a draft: travel\/search_trains\|travel\/search_hotels/,
  },
  { line: 'activate-skill travel/plan_trip --root ./skills --approval approved', shows: /is offered from now on/ },
  { line: 'run "Find flights to Sochi" --root ./skills --mode pipeline', shows: /^\* travel\/search_flights {2}/m },
  { line: 'run "Find flights to Sochi" --root ./skills --mode parallel', shows: /^\* travel\/search_flights {2}/m },
  { line: 'run "Find flights to Sochi" --root ./skills --tag travel', shows: /^\* travel\/search_flights {2}/m },
  { line: 'run Flights --root ./skills', shows: /travel\/search_flights {2}/ },
  {
    line: 'run "Delete records" --root ./skills --execute --dry-run --plan-path ./plan.json',
    shows: /The plan is in \S+plan\.json/,
  },
  {
    line: 'run "Delete records" --root ./skills --execute --approval approved --plan-path ./plan.json',
    shows: /^admin\/delete_records is done\n$/,
  },
  {
    line: 'run "Delete records" --root ./skills --execute --approval approved',
    shows: /^admin\/delete_records is done\n$/,
  },
  { line: 'run "List users" --root ./skills --execute --role admin', shows: /^admin\/list_users is done\n$/ },
  {
    line: 'run "Find flights to Sochi" --root ./skills --debug --profile --trace',
    shows: /^\* travel\/search_flights {2}/m,
  },
  { line: 'run "Find flights to Sochi" --root ./skills --step-through', shows: /^\* travel\/search_flights {2}/m },
  {
    line: 'feedback travel.build_itinerary --expected-skill-id travel.search_flights --root ./skills --query "a way"',
    shows: /find travel\.search_flights sooner/,
  },
  {
    line: 'pipeline run --root ./skills --step ops/first --step ops/second --payload "start"',
    shows: /^ops\/second is done\n$/,
  },
  {
    line: 'pipeline run --root ./skills --step "ops/first|ops/second" --payload "start"',
    shows: /ops\/first is done[\s\S]*ops\/second is done/,
  },
  {
    line: 'pipeline run --root ./skills --step-through --step ops/first --step ops/second --payload "start"',
    shows: /^ops\/second is done\n$/,
  },
  {
    line: 'metrics --root ./skills --golden tests/fixtures/golden_queries.json',
    shows: /2 requests: .* first 100\.0 %/,
  },
  { line: 'test travel/search_flights --root ./skills', shows: /has no cases in tests/ },
  { line: 'validate --root ./skills', shows: /search_flights/ },
  {
    line: 'deprecate-skill travel/search_trains --reason "use travel/search_hotels" --replacement travel/search_hotels --root ./skills',
    shows: /no longer offered/,
  },
  { line: 'undeprecate-skill travel/search_trains --root ./skills', shows: /offered to the model again/ },
  {
    line: 'optimize travel/search_hotels --variant v1=./v1 --variant v2=./v2 --root ./skills',
    shows: /v1[\s\S]*v2/,
  },
  {
    line: 'optimize travel/search_hotels --variant v1 --variant v2 --result v1:success --result v2:failure --root ./skills',
    shows: /v1[\s\S]*v2/,
  },
  {
    line: 'marketplace browse --catalog tests/fixtures/marketplace/catalog.json --tag greeting',
    shows: /^community\/hello 1\.2\.0 \(shown only\): Friendly greeting/m,
  },
  {
    line: 'marketplace show community/hello --catalog tests/fixtures/marketplace/catalog.json',
    shows: /^community\/hello 1\.2\.0/m,
  },
  {
    line: 'hooks add sample-hook --to console:owner --kind skill --skill travel/search_flights --template "{{ city }}" --allow-unsigned --root ./skills',
    shows: /from this machine only/,
  },
  {
    line: 'webhook handle --id sample-hook --path ./payload.json --root ./skills',
    shows: /^\{"delivery":"[0-9a-f-]{36}","missing":\[\]\}\n$/,
  },
];

const SKILLS: Readonly<Record<string, string>> = {
  'travel/search_hotels': 'Searches hotels with free rooms in a town.',
  'travel/search_trains': 'Searches trains between two towns.',
  'travel/build_itinerary': 'Builds an itinerary of a journey by day.',
  'admin/delete_records': 'Deletes records of the office system.',
  'admin/list_users': 'Lists users of the office system.',
  'ops/first': 'Begins the work of the operations.',
  'ops/second': 'Ends the work of the operations.',
};

const CATALOG = [
  { id: 'community/base', description: 'Base helper', version: '1.0.0', tags: ['base'], implementation: 'pass' },
  {
    ...{ id: 'community/hello', name: 'Hello Skill', description: 'Friendly greeting', version: '1.2.0' },
    ...{ entrypoint: 'implementations.community.hello:run', tags: ['community', 'greeting'] },
    ...{ dependencies: [{ id: 'community/base', version: '1.0.0' }], implementation: 'def run(): pass' },
    ...{ signature: '026ec76976', signature_key_id: 'community-v1' },
  },
];

const GOLDEN = [
  { id: 'GQ-001', query: 'Find flights to Sochi', expected_skill_id: 'travel.search_flights' },
  { id: 'GQ-002', query: 'List users of the office', expected_skill_id: 'admin.list_users' },
];

async function somebody() {
  const [home, { dataDir, env: at }] = [temporaryFolder(), await commandsData()];
  const models = await ModelServer.start();
  onTestFinished(() => models[Symbol.asyncDispose]());
  models.improvise = (body) => {
    const { system } = body as { system?: unknown };
    return { text: `${/with the skill “([^”]+)”/.exec(JSON.stringify(system ?? ''))?.[1] ?? 'all'} is done` };
  };
  for (const [id, description] of Object.entries(SKILLS)) {
    const [group = '', name = ''] = id.split('/');
    const more = `metadata:\n  group: ${group}\n`;
    write(home, `skills/${id}/SKILL.md`, skillText(name, { description, more }));
  }
  for (const name of ['v1', 'v2'])
    write(home, `${name}/SKILL.md`, skillText('search_hotels', { body: `Search as ${name} does.` }));
  write(home, 'tests/fixtures/marketplace/catalog.json', JSON.stringify(CATALOG));
  write(home, 'tests/fixtures/golden_queries.json', JSON.stringify(GOLDEN));
  write(home, 'payload.json', '{ "city": "Sochi" }');
  const config = join(home, 'config.yaml');
  const access = {
    roles: { admin: ['admin:read', 'admin:write'], viewer: ['admin:read'] },
    policies: [
      { skill_id: 'admin/*', required_permissions: ['admin:read'] },
      { skill_id: 'admin/delete_records', required_permissions: ['admin:write'] },
    ],
  };
  writeFileSync(config, JSON.stringify({ ...modelConfig(models), access, memory: { embedder: { kind: 'none' } } }));
  const env = { HOME: home, ...at };
  const words = (line: string) =>
    wordsOf(line).words.map((word) => word.replace(/(^|=)(?:\.\/|(?=tests\/))/, `$1${home}/`));
  const coda = (line: string, input = '') =>
    command([...words(line), '--data', dataDir, '--config', config], { env, input });
  return { home, dataDir, config, env, coda };
}

test('every line of SkillOS’ documents does what it says, as it is typed there', async () => {
  const { coda, dataDir, env, config, home } = await somebody();
  const play = async ({ line, shows }: Line) => {
    const { code, stdout, stderr } = await coda(line, line.includes('--step-through') ? 'y\ny\n' : '');
    expect(code, `${line}\n${stdout}${stderr}`).toBe(0);
    expect(stdout, `${line}\n${stderr}`).toMatch(shows);
  };
  for (const line of BY_ITSELF) await play(line);
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config, '--root', join(home, 'skills')] });
  for (const line of LINES) await play(line);
});

test('beside a running coda a folder that it does not read is named, and one that it reads is enough', async () => {
  const { coda, dataDir, env, config, home } = await somebody();
  mkdirSync(join(home, 'elsewhere'));
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config, '--root', join(home, 'skills')] });
  expect(await coda('run "List users" --root ./skills')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\* admin\/list_users/m),
  });
  for (const line of ['run "List users" --root ./elsewhere', 'run-skill ops/first --root ./elsewhere']) {
    expect(await coda(line)).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringMatching(/does not read \S+elsewhere[\s\S]*agent_skill_dirs/),
    });
  }
});

describe('a line stays as it is', () => {
  test.each([
    ['run'],
    ['run --data /var/lib/coda'],
    ['run daemon'],
    ['--data x run'],
    ['skills run search Rome'],
    ['hooks test ci --path payload.json'],
    ['jobs work'],
    [''],
  ])('%s', (line) => {
    const words = line.split(' ');
    expect(inOwnWords(words)).toEqual(words);
  });
});
