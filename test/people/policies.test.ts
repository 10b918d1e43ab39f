import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done } from '../../src/agent/index.ts';
import { LivePolicies } from '../../src/app/policies.ts';
import type { Skill } from '../../src/chat/index.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { testWorld } from '../support/world.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-policies-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;

/** A folder with these policy files. */
async function files(permissions?: object | string, approvals?: object | string): Promise<string> {
  const made = join(folder, String(++count));
  await mkdir(made);
  const write = async (name: string, content: object | string | undefined) => {
    if (content === undefined) return;
    await writeFile(join(made, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  await write('permission_policies.json', permissions);
  await write('approval_policies.json', approvals);
  return made;
}

/** A skill whose tool is also a command, a button and a phrase. */
const finance: Skill = {
  name: 'finance',
  tools: () => [
    closeBooks,
    dataTool({ ...closeBooks, name: 'show_books', run: async () => done('The books are open.') }),
  ],
  commands: () => [
    {
      name: 'close',
      summary: 'Close the books.',
      usage: '[year]',
      options: [{ name: 'year', description: 'Which', complete: async () => ['2026'] }],
      run: async (year, ctx) => ctx.tools.call({ tool: 'close_books', input: { year } }, ctx),
    },
    {
      name: 'offer',
      summary: 'Offer a button.',
      run: async (year) =>
        done('Shall I?', { choices: [{ label: 'Close them', tool: 'close_books', input: { year } }] }),
    },
  ],
};

const closeBooks = dataTool({
  name: 'close_books',
  description: 'Closes the books.',
  effect: 'write',
  input: z.object({ year: z.string().optional() }),
  run: async () => done('The books are closed.'),
});

const KEPT = {
  roles: { accountant: ['books:close'] },
  policies: [{ skill_id: 'finance/close*', required_permissions: ['books:close'] }],
};

describe('what a person may not use', () => {
  test('is neither shown nor run, as a tool, a command or a button', async () => {
    const policies = await files({ ...KEPT, policies: [{ ...KEPT.policies[0], skill_id: 'finance/*' }] });
    const config = { 'access.policies_folder': policies };
    await using coda = await play({ config, skills: [finance] });
    const [owner, ben] = [coda.person('olga'), coda.person('ben', { role: 'member' })];
    expect(await owner.says('/help all')).toContain('/close');
    expect(await ben.says('/help all')).not.toMatch(/close/i);
    expect(await owner.says('/close 2026')).toBe('The books are closed.');
    expect(await ben.says('/close 2026')).toContain('You may not use `/close`');
    expect(await ben.says('/clos 2026')).not.toContain('Did you mean');
    // The button is for everybody in the channel to press.
    const room = coda.person('olga', { channel: 'room' });
    await room.says('/offer');
    const { rows } = await coda.database().read<{ id: string }>(`select id from buttons where label = 'Close them'`);
    await coda.database().tx('test', (tx) => tx.query('update buttons set person_id = null'));
    const before = coda.platform.messages.length;
    await (await coda.press('ben', 'room', rows[0]?.id ?? '')).settled;
    await coda.app.whenSettled();
    expect(
      coda.platform.messages
        .slice(before)
        .map(({ text }) => text)
        .join(),
    ).toContain('not allowed');
  });

  test('is not run by a schedule that was made when they still might', async () => {
    const report: Skill = {
      name: 'finance',
      commands: () => [
        { name: 'report', summary: 'Report.', plannable: true, run: async () => done('The books are balanced.') },
      ],
    };
    const policies = [{ skill_id: 'finance/*', required_permissions: ['books:close'] }];
    const config = { 'access.policies_folder': await files({ ...KEPT, policies }) };
    await using coda = await play({ config, skills: [report] });
    const people = [coda.person('olga'), coda.person('ben', { role: 'member' })];
    for (const person of people) await person.says('hello');
    await coda.database().tx('test', async (tx) => {
      const { rows } = await tx.query<{ conversationId: string; personId: string }>(
        'select id as "conversationId", person_id as "personId" from conversations',
      );
      const turns = rows.map((whose) => {
        return { ...whose, key: whose.personId, origin: 'schedule' as const, text: 'report', planned: '/report' };
      });
      await coda.app.delivery.begin(tx, turns);
    });
    await coda.app.whenSettled();
    expect(people.map((person) => person.heard('balanced').length)).toEqual([1, 0]);
    expect(people[1]?.heard('You may not use `/report`')).toHaveLength(1);
  });

  test('says nothing to the model of who may not use it, in channels neither', async () => {
    const model = new ScriptedModel(['Yes.']);
    const policies = [{ skill_id: 'notes/*', required_permissions: ['books:close'] }];
    const config = { 'access.policies_folder': await files({ ...KEPT, policies }) };
    await using coda = await play({ config, model });
    const [olga, ben] = [
      coda.person('olga', { channel: 'office' }),
      coda.person('ben', { channel: 'office', role: 'member' }),
    ];
    await olga.says('hello');
    await ben.says('hello');
    await coda.database().run(
      'test.notes',
      `insert into notes (id, person_id, conversation_id, space_id, text, tags, scope, created_at, updated_at)
       select p.name, p.id, c.id, c.space_id, 'we meet in the room of ' || p.name, '{context:always}', 'here', $1, $1
         from persons p, conversations c where c.channel = 'office'`,
      [coda.world.clock.now()],
    );
    await coda.passes({ minutes: 2 });
    await olga.says('hello again');
    await coda.app.whenSettled();
    await olga.says('where?');
    expect(JSON.stringify(model.requests.at(-1))).toContain('we meet in the room of olga');
    await ben.says('where?');
    expect(JSON.stringify(model.requests.at(-1))).not.toContain('we meet in the room of');
  });

  test('is not offered to the model, whose prompt begins with one list for each role', async () => {
    const wrong = { call: 'close_books' };
    const model = new ScriptedModel(['Yes.'], ['Yes.'], ['Yes.'], ['Yes.'], [wrong], ['It did not work.']);
    const config = { 'access.policies_folder': await files(KEPT) };
    await using coda = await play({ config, skills: [finance], model });
    const [owner, ben] = [coda.person('olga'), coda.person('ben', { role: 'member' })];
    for (const who of [owner, ben, owner, ben]) await who.says('what can you do with books?');
    const lists = model.requests.map(({ tools }) => tools);
    expect(lists.map((tools) => tools.some(({ name }) => name === 'close_books'))).toEqual([true, false, true, false]);
    expect(lists.every((tools) => tools.some(({ name }) => name === 'show_books'))).toBe(true);
    expect(lists[2]).toEqual(lists[0]);
    expect(lists[3]).toEqual(lists[1]);
    // A model that calls it all the same gets nowhere.
    await ben.says('close them');
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain('the person may not use it');
  });

  test('asks first where a policy says so, also somebody who may, however it is called', async () => {
    const model = new ScriptedModel([{ call: 'close_books', input: { year: '2026' } }], ['They are closed.']);
    const approvals = { policies: [{ skill_id: 'finance/close_books', requires_approval: true }] };
    const config = { 'access.policies_folder': await files(undefined, approvals) };
    await using coda = await play({ config, skills: [finance], model });
    const owner = coda.person('olga');
    const labels = () => coda.platform.messages.at(-1)?.buttons.map(({ label }) => label);
    const card = await owner.says('close the books of 2026, please');
    expect(card).toContain('May I do this? **Closes the books: year `2026`.**');
    expect(card).toContain('year: "2026"');
    expect(card, 'neither the name of a tool, nor JSON').not.toMatch(/close_books|[{}]/);
    expect(labels()).toContain('Approve');
    await owner.presses('Approve');
    expect(owner.heard('They are closed.')).toHaveLength(1);
    const asked = await owner.says('/close 2025');
    expect(asked).toContain('asks first');
    expect(asked).toContain('year: 2025');
    expect(asked).not.toMatch(/close_books|[{}"]/);
    expect(owner.heard('The books are closed.')).toEqual([]);
    expect(await owner.presses('Yes, do it')).toContain('The books are closed.');
    await owner.says('/offer');
    expect(await owner.presses('Close them')).toContain('asks first');
    expect(await owner.presses('No')).not.toContain('The books are closed.');
    expect(owner.heard('The books are closed.')).toHaveLength(1);
  });

  test('asks first for a command that calls no tool, and does what was asked about', async () => {
    const approvals = { policies: [{ skill_id: 'coda/new', requires_approval: true }] };
    await using coda = await play({ config: { 'access.policies_folder': await files(undefined, approvals) } });
    const owner = coda.person('olga');
    const [ben, ana] = ['ben', 'ana'].map((name) => coda.person(name, { channel: 'room', role: 'member' }));
    expect(await owner.says('/new')).toContain('asks first');
    expect(await owner.presses('No')).not.toContain('fresh');
    expect(await owner.says('/new')).toContain('command: new');
    expect(await owner.presses('Yes, do it')).toContain('fresh');
    // Another member does not press it.
    await ana?.says('hello');
    await ben?.says('/new');
    expect(await ana?.presses('Yes, do it')).toContain('for somebody else');
    expect(ben?.heard('fresh')).toEqual([]);
  });
});

describe('policy files with an error', () => {
  test('keep coda from starting, with file and line', async () => {
    const policies = await files('{\n  "policies": [\n    { "skill_id": "finance/*" }\n  ]\n}');
    const refused = play({ config: { 'access.policies_folder': policies } });
    await expect(refused).rejects.toThrow(/permission_policies\.json:3: policies\.0\.required_permissions/);
  });

  test('leave the policies before them in force when they are read again, and coda says so', async () => {
    const policies = await files(KEPT);
    const { config, file } = { config: await configWith(policies), file: join(policies, 'permission_policies.json') };
    const world = testWorld();
    const live = new LivePolicies(config, world.log);
    const before = live.current();
    expect(before.permissions).toHaveLength(1);
    await change(file, '{ "policies": [ }', 1);
    expect(live.reload()).toHaveLength(1);
    expect(live.current()).toBe(before);
    expect(await live.check().check(AbortSignal.timeout(1_000))).toMatchObject({
      ok: false,
      says: expect.stringContaining('permission_policies.json:1: is not valid JSON'),
    });
    await change(file, '{ "policies": [] }', 2);
    expect(live.reload()).toEqual([]);
    expect(live.current().permissions).toEqual([]);
    // A file that is gone grants and requires nothing.
    await rm(file);
    expect(live.reload()).toEqual([]);
    expect(live.current().roles.size).toBe(0);
  });
});

/** Writes the file with another time of change than before. */
async function change(file: string, text: string, seconds: number): Promise<void> {
  await writeFile(file, text);
  await utimes(file, seconds, seconds);
}

async function configWith(policies: string) {
  const { readConfig } = await import('../../src/app/index.ts');
  const { secrets } = testWorld();
  const flags = { 'access.policies_folder': { name: '--test', value: policies } };
  return readConfig({ env: {}, dataDir: folder, cwd: folder, flags, secrets });
}
