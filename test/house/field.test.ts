/** A field of a thing is added by one entry and one migration: everything that sets, keeps or shows the thing knows it then. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as app from '../../src/app/index.ts';
import { insertionsIn, sectionOf } from '../support/guide.ts';
import { FakePlatform } from '../support/platform.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { migratedFolder } from '../support/template.ts';
import { emptyTree, fillTree, typeFaultsOf } from '../support/tree.ts';
import { testWorld } from '../support/world.ts';

/** What CONTRIBUTING.md has a contributor write. */
const CHANGES = insertionsIn(sectionOf('CONTRIBUTING.md', '## Adding a field'));

let tree: string;
beforeAll(async () => {
  tree = await emptyTree('field');
  await fillTree(tree);
  for (const { file, behind, text } of CHANGES) {
    const path = join(tree, file);
    const before = await readFile(path, 'utf8').catch(() => '');
    if (behind !== '') expect(before.split(`${behind}\n`), `${behind} in ${file}`).toHaveLength(2);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, behind === '' ? before + text : before.replace(`${behind}\n`, (line) => line + text));
  }
});
afterAll(() => rm(tree, { recursive: true, force: true }));

test('a field is four files, and the types of all rooms hold', async () => {
  expect(new Set(CHANGES.map(({ file }) => file)).size).toBe(4);
  expect(await typeFaultsOf(tree)).toEqual([]);
});

interface Reminder {
  id: string;
  text: string;
  plumage: string | null;
  rule: string | null;
}

interface Written {
  said: string;
  reminder: Reminder;
  undo: { id: string };
}

/** The coda of the copy on a database of its own, with ana who says things and a program of hers. */
async function begin(model: ScriptedModel) {
  const dataDir = await migratedFolder();
  const world = testWorld({ at: '2026-11-20T08:00:00Z' });
  const { build, readConfig } = (await import(pathToFileURL(join(tree, 'src/app/index.ts')).href)) as typeof app;
  const settings = { 'assistant.zone': 'Europe/Berlin', 'memory.embedder.kind': 'none', 'http.listen': '127.0.0.1:0' };
  const flags = Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
  );
  const config = readConfig({ env: {}, dataDir, flags, secrets: world.secrets, cwd: dataDir });
  const platform = new FakePlatform({ now: () => world.clock.now() });
  const adapter = platform.connect();
  const onFatal = (error: Error) => {
    throw error;
  };
  const started = await build(config, world, { version: 'test', hint: '', onFatal, adapters: [adapter], model });
  await started.start();
  let count = 0;
  const answered = async (hear: (id: string) => ReturnType<typeof adapter.hear>) => {
    const before = platform.messages.length;
    await (await hear(`m${++count}`)).settled;
    await started.whenSettled();
    const said = platform.messages.slice(before).map(({ text }) => text);
    return said.join('\n');
  };
  const says = (text: string) =>
    answered((id) => {
      const sentAt = world.clock.now();
      return adapter.hear({ id, channel: 'dm-ana', from: 'ana', text, role: 'owner', kind: 'dm', sentAt });
    });
  const presses = (label: string) =>
    answered((id) => {
      const button = platform.messages.flatMap(({ buttons }) => buttons).findLast((each) => each.label === label);
      const press = { id, channel: 'dm-ana', from: 'ana', button: button?.id ?? '', values: {} };
      return adapter.press({ ...press, sentAt: world.clock.now() });
    });
  await says('/remind tomorrow at 10 call Bob --plumage red');
  const token = await started.tokens.add({ name: 'own', person: 'ana', scopes: ['data'] });
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${started.http?.address?.port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
    return json as T;
  };
  const end = async () => {
    await started.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { started, platform, says, presses, ask, end };
}

test('it is set, changed, shown, kept, taken back, exported and erased', async () => {
  const model = new ScriptedModel(
    () => [{ call: 'reminder_snooze', input: { which: plants.id, when: '19:00', day: 'Wednesday' } }],
    ['It is.'],
    [{ call: 'reminder_create', input: { text: 'call Ana', when: 'tomorrow at 11', plumage: 'gold' } }],
    ['I will.'],
  );
  const coda = await begin(model);
  const { ask, says, presses } = coda;
  let plants = {} as Reminder;
  try {
    const plumages = async () => {
      const { reminders } = await ask<{ reminders: Reminder[] }>('GET', '/v1/reminders');
      return reminders.map(({ text, rule, plumage }) => `${text}${rule === null ? '' : ', series'}: ${plumage}`).sort();
    };
    expect(await plumages(), 'by the command').toEqual(['call Bob: red']);

    const body = { text: 'water the plants', when: 'every day at 9', plumage: 'green' };
    const made = await ask<Written>('POST', '/v1/reminders', body);
    plants = made.reminder;
    const at = `/v1/reminders/${plants.id}`;
    expect(await ask<Reminder>('GET', at)).toMatchObject({ plumage: 'green' });
    const changed = await ask<Written>('PATCH', at, { plumage: 'blue' });
    expect(changed).toMatchObject({ said: '“water the plants” is blue now.', reminder: { plumage: 'blue' } });
    await ask('POST', '/v1/undo', { id: changed.undo.id });
    expect(await ask<Reminder>('GET', at), 'taken back').toMatchObject({ plumage: 'green' });

    expect(await ask<Written>('PATCH', at, { plumage: null })).toMatchObject({ reminder: { plumage: null } });
    await ask('PATCH', at, { plumage: 'green' });
    const moved = await ask<Written>('PATCH', at, { when: 'every day at 10' });
    expect(moved.reminder, 'at another time').toMatchObject({ plumage: 'green' });
    await ask('POST', `${at}/snooze`, { when: 'tomorrow at 12' });
    await says('please, the plants on Wednesday at 19:00, I am away before');
    expect(await plumages(), 'a day that is moved apart').toEqual([
      'call Bob: red',
      'water the plants, series: green',
      'water the plants: green',
    ]);
    await says('please bring Ana up for the phone tomorrow at 11, in gold');
    expect(await plumages(), 'by a model').toContain('call Ana: gold');
    const gone = await ask<Written>('DELETE', at);
    await ask('POST', '/v1/undo', { id: gone.undo.id });
    expect(await plumages()).toContain('water the plants, series: green');

    const { things } = await ask<{ things: { name: string; fields: object[] }[] }>('GET', '/v1/things');
    const field = { name: 'plumage', label: 'Plumage', kind: 'words', standard: null, needs: null, open: false };
    expect(things.find(({ name }) => name === 'reminders')?.fields).toContainEqual(expect.objectContaining(field));

    await says('/forget');
    await presses('Send me my data first');
    const hash = coda.platform.messages.flatMap(({ files }) => files).at(-1)?.hash ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of await coda.started.artifacts.open(hash)) chunks.push(Buffer.from(chunk as Uint8Array));
    const data = JSON.parse(Buffer.concat(chunks).toString()) as { reminders: Reminder[] };
    expect(data.reminders.map(({ plumage }) => plumage).sort()).toEqual(['gold', 'green', 'green', 'red']);
    await presses('Yes, forget me');
    const { rows } = await coda.started.database.read('select plumage from reminders');
    expect(rows).toEqual([]);
  } finally {
    await coda.end();
  }
});
