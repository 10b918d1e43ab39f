import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { eventually } from '../../support/eventually.ts';
import { play } from '../../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'coda-public-'));
const shared = join(folder, 'shared');
mkdirSync(shared);
writeFileSync(join(shared, 'guests.txt'), 'Ana, Bo and Cy');

const program = (path: string, args: string[] = [], env: Record<string, string> = {}) => ({
  ...{ command: process.execPath, args: [join(packageRoot(), 'node_modules', path), ...args], env, host: true },
});

/** Servers that many people use, as they come from the registry. Nothing of them reaches the network before it is called. */
const SERVERS = {
  everything: program('@modelcontextprotocol/server-everything/dist/index.js', ['stdio']),
  files: program('@modelcontextprotocol/server-filesystem/dist/index.js', [shared]),
  memory: program('@modelcontextprotocol/server-memory/dist/index.js', [], { MEMORY_FILE_PATH: join(folder, 'graph') }),
  thinking: program('@modelcontextprotocol/server-sequential-thinking/dist/index.js'),
  github: program('@modelcontextprotocol/server-github/dist/index.js', [], { GITHUB_PERSONAL_ACCESS_TOKEN: 'none' }),
  browser: program('@playwright/mcp/cli.js', ['--headless']),
  notion: program('@notionhq/notion-mcp-server/bin/cli.mjs', [], { NOTION_TOKEN: 'ntn_none' }),
};

test('of seven public servers each has its share, and the right tool is shown or found, and called', async () => {
  let next: Line[][] = [];
  const model = new ScriptedModel((request) => next.shift() ?? [`heard ${lastSaid(request)}`]);
  const names = () => (model.requests.at(-1)?.tools ?? []).map(({ name }) => name);
  const result = () => model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.text ?? '';
  await using coda = await play({ model, config: { 'mcp.servers': SERVERS } });
  const ana = coda.person('ana');
  await eventually(async () => !(await ana.says('/mcp')).includes('is being started'));
  const state = await ana.says('/mcp');
  for (const server of Object.keys(SERVERS)) expect(state).toMatch(new RegExp(`^- ${server}: \\d+ tools?`, 'm'));

  await ana.says('please read the text file with the guests');
  for (const server of Object.keys(SERVERS)) {
    expect(
      names().some((name) => name.startsWith(`${server}_`)),
      `${server}: ${names()}`,
    ).toBe(true);
  }
  expect(names()).toEqual(expect.arrayContaining(['files_read_text_file', 'note_save', 'reminder_create']));
  next = [[{ call: 'files_read_text_file', input: { path: join(shared, 'guests.txt') } }]];
  await ana.says(`read ${join(shared, 'guests.txt')}`);
  expect(result()).toContain('Ana, Bo and Cy');

  for (const [query, wanted] of [
    ['merge a pull request', 'github_merge_pull_request'],
    ['take a screenshot of the page', 'browser_browser_take_screenshot'],
    ['query a database', 'notion_'],
    ['delete entities from the knowledge graph', 'memory_delete_entities'],
  ] as const) {
    const bo = coda.person(`bo-${wanted}`);
    next = [[{ call: 'tool_search', input: { query } }]];
    await bo.says('good morning');
    expect(
      names().some((name) => name.startsWith(wanted)),
      `${query}: ${names()}`,
    ).toBe(true);
  }
  rmSync(folder, { recursive: true, force: true });
});
