/** Each skill and each platform is deleted in a copy as CONTRIBUTING says: what is left compiles, starts, passes a night and shows its page. */
import { readdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { copyWithout, type Deletion, dangling, startOf } from '../support/deletion.ts';
import { sectionOf } from '../support/guide.ts';
import { play } from '../support/play.ts';
import { emptyTree, typeFaultsOf } from '../support/tree.ts';

const src = join(packageRoot(), 'src');

/** Adapters that are no capability but a part of coda, which `app/` opens by name, and why. CONTRIBUTING.md says so, too. */
const PARTS_OF_CODA: Readonly<Record<string, string>> = {
  console: 'coda works without a key, a server and a platform: the terminal is where it is talked with then',
  http: 'operations of the owner have their routes there, the page is served by it, and the limits of its files hold for others',
};

/** Platforms, and the services that are told; their commands are others' families. */
const PLATFORM: Partial<Deletion> = { list: 'src/app/platforms.ts', families: [] };

/** Deletions of which the folder does not say all. */
const SPECIAL: Readonly<Record<string, Partial<Deletion>>> = {
  audit: { list: 'src/app/skills.ts' },
  tasks: { list: 'src/app/skills.ts' },
  costs: { families: ['cost'] },
  scheduler: { families: ['schedules'] },
  'skill-market': { families: ['skills market'] },
  webhooks: { families: ['hooks', 'webhook'] },
  'skill-runs': { families: ['ask'], files: ['src/app/run-route.ts'] },
};

const rooms = ['skills', 'adapters'].flatMap((kind) =>
  readdirSync(join(src, kind)).map((name) => ({ folder: `src/${kind}/${name}`, name })),
);

const trees: string[] = [];
afterAll(() => Promise.all(trees.map((tree) => rm(tree, { recursive: true, force: true }))));

/** Drops the tables that no other room fills. */
async function migrationFor(folder: string): Promise<string> {
  const files = (await readdir(src, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const [own, others] = [new Set<string>(), new Set<string>()];
  for (const file of files) {
    const isOwn = `src/${file}`.startsWith(`${folder}/`);
    const text = await readFile(join(src, file), 'utf8');
    for (const [, table = ''] of text.matchAll(/\binsert into ([a-z_]+)/g)) (isOwn ? own : others).add(table);
  }
  const tables = [...own].filter((table) => !others.has(table));
  return tables.length === 0 ? '' : `drop table if exists ${tables.join(', ')} cascade;\n`;
}

const isCapability = ({ folder, name }: { folder: string; name: string }) =>
  !(folder.startsWith('src/adapters/') && name in PARTS_OF_CODA);

test('an adapter that is a part of coda is there, and CONTRIBUTING.md says that it is none to delete', () => {
  const section = sectionOf('CONTRIBUTING.md', '## Deleting a skill or an adapter');
  for (const name of Object.keys(PARTS_OF_CODA)) {
    expect(rooms).toContainEqual({ folder: `src/adapters/${name}`, name });
    expect(section).toContain(`\`src/adapters/${name}\``);
  }
});

test.each(rooms.filter(isCapability))('$folder', async ({ folder, name }) => {
  const tree = await emptyTree(`each-${name}`);
  trees.push(tree);
  const special = folder.startsWith('src/adapters/') ? PLATFORM : SPECIAL[name];
  await copyWithout(tree, [{ folder, name, migration: await migrationFor(folder), ...special }]);
  expect(await dangling(tree)).toEqual([]);
  expect(await typeFaultsOf(tree)).toEqual([]);

  await using coda = await play({ ownFolder: true });
  const ana = coda.person('ana');
  for (const line of [
    'remind me tomorrow at 9 to stand up',
    'note: the key is under the mat',
    '/schedule every day at 8: say hello',
  ])
    await ana.says(line);
  await coda.app.stop();
  const { started, says, passesNight } = await startOf(tree, coda, undefined, { 'http.listen': '127.0.0.1:0' });
  try {
    expect(await says('/help all')).toContain('/help');
    expect(await passesNight()).toEqual([]);
    const token = await started.tokens.add({ name: 'page', person: 'ana', scopes: ['data'] });
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${started.http?.address?.port}${path}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return [path, answer.status];
    };
    // What the page asks for when it is opened; the week goes with the skill that makes it.
    const week = name === 'today' ? [] : ['/v1/today'];
    for (const path of ['/openapi.json', '/v1/me', '/v1/things', ...week]) expect(await ask(path)).toEqual([path, 200]);
  } finally {
    await started.stop();
  }
});
