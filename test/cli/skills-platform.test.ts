import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { skillText, temporaryFolder, write } from '../agent-skills/support.ts';
import { bundle, Signer, sha256 } from '../skills/skill-market/support.ts';
import { command, wordsOf } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';

/** A row of the page: a command, and the exit status that it shows. */
interface Row {
  line: string;
  exit: number;
}

const page = readFileSync(join(packageRoot(), 'docs', 'skills-platform.md'), 'utf8');
const rows: Row[] = Array.from(page.matchAll(/^\| `(coda [^`]+)` \|.*\| (\d+) \|$/gm), ([, line = '', exit]) => ({
  line: line.replaceAll('\\|', '|'),
  exit: Number(exit),
}));

const KEY = 'sk-of-the-page-123';
/** What is piped into a row. */
const INPUT: Readonly<Record<string, string>> = {
  'coda secrets set connectors WEATHER_KEY': `${KEY}\n`,
  'coda skills pipeline --step search --step flights --payload Rome --step-through': 'y\n',
};

const SKILLS: Readonly<Record<string, string>> = {
  search: 'Searches the web for facts about a town or a region.',
  flights: 'Finds cheap flights between two airports.',
  hotels: 'Finds hotels with free rooms.',
};

/** As a model that answers with the skill whose step it carries out. */
async function models(): Promise<ModelServer> {
  const server = await ModelServer.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  server.improvise = (body) => {
    const { system } = body as { system?: unknown };
    return { text: `${/with the skill “([^”]+)”/.exec(JSON.stringify(system ?? ''))?.[1] ?? 'all'} is done` };
  };
  return server;
}

/** A service that takes only its key; resolves to its port. */
async function service(): Promise<number> {
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${KEY}`;
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end('{"says":"rain"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** Publishes a catalog in a folder, as often as it is called with a later version. */
function publisher(home: string): (serial: number, files?: Record<string, string>) => void {
  const signer = new Signer();
  write(home, 'market/page.json', '<html>');
  return (serial, files = {}) => {
    const bytes = bundle('minutes', files);
    write(home, 'market/minutes.skill', bytes);
    const about = { description: 'Writes the minutes of a meeting.', tags: ['office'], version: `1.${serial}.0` };
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
    const text = JSON.stringify({
      ...{ format: 'coda-skill-catalog/1', name: 'Skills of the office', serial, key: signer.key },
      ...{ created: days(-1), expires: days(30) },
      skills: [{ id: 'minutes', ...about, url: 'minutes.skill', sha256: sha256(bytes) }],
    });
    write(home, 'market/catalog.json', text);
    write(home, 'market/catalog.json.minisig', signer.sign(text));
  };
}

test('each command of docs/skills-platform.md ends as its row says, beside a running coda', async () => {
  const [home, dataDir, port] = [temporaryFolder(), await migratedDataDir(), await service()];
  const config = join(home, 'config.yaml');
  const egress = { i_understand_private: [{ network: '127.0.0.1/32', port }] };
  const memory = { embedder: { kind: 'none' } };
  writeFileSync(config, JSON.stringify({ ...modelConfig(await models()), egress, memory }));
  for (const [name, description] of Object.entries(SKILLS))
    write(home, `.agent-skills/${name}/SKILL.md`, skillText(name, { description }));
  write(home, 'search-v2/SKILL.md', skillText('search', { body: 'Search twice.' }));
  writeFileSync(
    join(home, 'golden.json'),
    JSON.stringify([{ query: 'find me a flight', expected: 'travel/search_flights' }]),
  );
  const publish = publisher(home);
  publish(1);
  /** What happens before a row. */
  const ahead: Readonly<Record<string, () => void>> = {
    'coda skills market update': () => publish(2, { 'references/names.md': 'Names.' }),
  };
  const env = { HOME: home, CODA_SECRET_KEY: 'a-key-of-the-test' };
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config] });
  const ready = (line: string) =>
    line
      .replaceAll('https://api.example.com', `http://127.0.0.1:${port}`)
      .replaceAll('~/', `${home}/`)
      .replaceAll('plan.json', `${home}/plan.json`);
  expect(rows.length).toBeGreaterThan(10);
  for (const { line, exit } of rows) {
    ahead[line]?.();
    const { words } = wordsOf(ready(line));
    const where = ['--data', dataDir, '--config', config];
    const { code, stdout, stderr } = await command([...words.slice(1), ...where], { env, input: INPUT[line] ?? '' });
    expect(code, `${line}\n${stdout}${stderr}`).toBe(exit);
    expect(exit === 0 ? stdout : stderr, line).not.toBe('');
  }
});
