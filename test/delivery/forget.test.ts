import { rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deletionRulesOf } from '../../src/app/agent.ts';
import { builtInSkills } from '../../src/app/skills.ts';
import { type Deferred, deferred } from '../../src/base/async.ts';
import { messageOf } from '../../src/base/errors.ts';
import { conversations } from '../../src/delivery/index.ts';
import { erase } from '../../src/people/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { holdAfter, holdBefore, waitingForLocks } from '../support/holds.ts';
import { type Play, play } from '../support/play.ts';
import { echo, lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** Shows its first words, once it may, and more when it may. */
function growing(more: Deferred<void>, first?: Deferred<void>): ScriptedModel {
  const model = new ScriptedModel([...(first ? [{ hold: first }] : []), 'first words', { hold: more }, ' and more']);
  model.streams = true;
  return model;
}

/** Ana asks to be forgotten: the buttons that say yes. */
async function asked(coda: Play): Promise<string[]> {
  await (await coda.hear('ana', 'dm-ana', '/forget')).settled;
  const buttons = coda.platform.messages.flatMap((message) => message.buttons);
  return buttons.flatMap(({ id, label }) => (label.startsWith('Yes') ? [id] : []));
}

const personOf = async (coda: Play, name: string): Promise<string> =>
  (await coda.database().read<{ id: string }>('select id from persons where name = $1', [name])).rows[0]?.id ?? '';

describe.each(testDatabases)('forgetting a person on $name', ({ name, available }) => {
  /** What needs another connection or process: nothing that PGlite could have. */
  const besideOthers = name === 'PGlite' ? undefined : test.skipIf(!available);

  test.skipIf(!available)('asks first, then nothing of them is left but that something was said', async () => {
    const model = new ScriptedModel((request) => [`${request.messages.length}: ${lastSaid(request)}`]);
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana');
    await (await coda.hear('ana', 'dm-ana', 'my PIN is 4711', 'owner', 'pin')).settled;
    await ana.says('/note the key is under the mat');
    await ana.says('/remind in 10 minutes take the pills');
    expect(await ana.says('/forget')).toContain('cannot be taken back');
    expect(await ana.presses('No, keep it')).toContain('Nothing was deleted');
    await ana.says('/forget');
    expect(await ana.presses('Yes, forget me')).toContain('forgotten everything');
    for (const table of ['inbox', 'outbox', 'messages', 'notes', 'reminders', 'steps', 'persons']) {
      const { rows } = await coda.database().read(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toMatch(/4711|under the mat|pills|"ana"/);
    }
    await coda.passes({ minutes: 20 });
    expect(coda.platform.in('dm-ana').join()).not.toContain('take the pills\n');
    // A copy that the platform delivers late is still known to have been answered.
    expect((await coda.hear('ana', 'dm-ana', 'my PIN is 4711', 'owner', 'pin')).outcome).toBe('duplicate');
    // Who writes again is somebody new.
    expect(await ana.says('hello')).toBe('1: hello');
  });

  test.skipIf(!available)('has the direct chat belong to who speaks there next', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    const owners = () => coda.database().tx('test', (tx) => conversations.ownersDirect(tx));
    await ana.says('/soul be brief');
    const before = await owners();
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await owners()).toEqual([]);
    await ana.says('/soul be loud');
    const [now, ...others] = await owners();
    expect(others).toEqual([]);
    expect(now).toEqual({ personId: await personOf(coda, 'ana'), conversationId: before[0]?.conversationId });
    expect(now?.personId).not.toBe(before[0]?.personId);
    // What they set there since is theirs to have forgotten as well.
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await coda.count(`conversations where settings <> '{}'`)).toBe(0);
  });

  // The embedded engine has one connection: nothing commits inside of another transaction.
  besideOthers?.('is not undone by what a turn or a command of theirs commits meanwhile', async () => {
    const gate = deferred();
    const note = { call: 'note_create', input: { text: 'the key is under the mat' } };
    const model = new ScriptedModel([{ hold: gate }, note], ['done']);
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana');
    await ana.says('/note remember this');
    await ana.says('/forget');
    const turn = await coda.hear('ana', 'c1', 'note that the key is under the mat');
    await eventually(() => model.requests.length === 1);
    const command = holdBefore(coda, 'command.run');
    const noted = await coda.hear('ana', 'dm-ana', '/note the cat is called Kitty');
    await command.reached;
    const erasing = holdAfter(coda, 'press.run', /^delete from notes/);
    const forgotten = ana.presses('Yes, forget me');
    await erasing.reached;
    const from = coda.world.points.length;
    gate.resolve();
    command.goOn();
    // What they do is committed by now, or cannot be before the erasing ends.
    expect(
      await eventually(async () => {
        const ended = coda.world.points.slice(from).filter(({ phase }) => phase === 'after').length;
        return ended + (await waitingForLocks(coda)) >= 2;
      }),
    ).toBe(true);
    erasing.goOn();
    expect(await forgotten).toContain('forgotten everything');
    await Promise.all([turn.settled, noted.settled]);
    await coda.app.whenSettled();
    for (const table of ['notes', 'messages', 'turns', 'steps']) expect(await coda.count(table), table).toBe(0);
  });

  besideOthers?.('is not undone by notes that are imported meanwhile', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('/note remember this');
    const id = await personOf(coda, 'ana');
    await ana.says('/forget');
    const importing = holdBefore(coda, 'notes.import');
    const files = [{ path: 'Key.md', changed: '2026-11-20T08:00:00.000Z', content: 'the key is under the mat' }];
    const imported = Promise.resolve(
      coda.app.findVerb('notes-import').then((act) => act?.({ person: id, files })),
    ).catch(messageOf);
    await importing.reached;
    const erasing = holdAfter(coda, 'press.run', /^delete from notes/);
    const forgotten = ana.presses('Yes, forget me');
    await erasing.reached;
    importing.goOn();
    expect(await eventually(async () => (await waitingForLocks(coda)) > 0)).toBe(true);
    erasing.goOn();
    await forgotten;
    expect(await imported).toContain('forgotten');
    expect(await coda.count('notes')).toBe(0);
  });

  test.skipIf(!available)('is somebody new to a process that has not heard of it', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('hello');
    const id = await personOf(coda, 'ana');
    // As another process would: nothing tells this one.
    const now = coda.world.clock.now();
    const rules = deletionRulesOf(builtInSkills.map((skill) => ({ skill })));
    await coda.database().tx('test', (tx) => erase(tx, rules, { personId: id, now, inboxId: undefined }));
    expect(await ana.says('the key is under the mat')).not.toBe('');
    expect(await personOf(coda, 'ana')).not.toBe('');
    expect(await coda.count(`messages where person_id = '${id}'`)).toBe(0);
    expect(await coda.count(`inbox where person_id = '${id}' and payload::text like '%mat%'`)).toBe(0);
  });

  besideOthers?.('has what they say meanwhile be said by somebody new', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.person('ana', { channel: 'c1' }).says('hello');
    const id = await personOf(coda, 'ana');
    await ana.says('/forget');
    const erasing = holdAfter(coda, 'press.run', /^update inbox set payload/);
    const forgotten = ana.presses('Yes, forget me');
    await erasing.reached;
    const said = coda.hear('ana', 'c1', 'the key is under the mat');
    const isOver = said.then(() => true);
    expect(
      await eventually(async () => (await waitingForLocks(coda)) > 0 || (await Promise.race([isOver, false])) === true),
    ).toBe(true);
    erasing.goOn();
    await forgotten;
    await (await said).settled;
    await coda.app.whenSettled();
    for (const table of ['inbox', 'messages', 'turns']) {
      const { rows } = await coda
        .database()
        .read(`select to_jsonb(t) as row from ${table} t where person_id = $1`, [id]);
      expect(JSON.stringify(rows), table).not.toContain('mat');
    }
    expect(await coda.count(`messages where content ->> 'text' = 'the key is under the mat'`)).toBe(1);
  });

  test.skipIf(!available)('takes away what is being shown for the first time', async () => {
    await using coda = await play({ engine: name, model: growing(deferred()) });
    coda.platform.faults.push('held');
    await coda.hear('ana', 'c1', 'tell me');
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    const [yes] = await asked(coda);
    await (await coda.press('ana', 'dm-ana', yes ?? '')).settled;
    coda.platform.release();
    await coda.passes({ seconds: 30 });
    expect(coda.platform.in('c1')).toEqual([]);
    expect(await coda.count(`outbox where state in ('draft', 'pending', 'unknown')`)).toBe(0);
  });

  test.skipIf(!available)('ends what was to be said to them, also what waits for its turn to be sent', async () => {
    const platform = { longest: 40, canEdit: false };
    await using coda = await play({ engine: name, model: echo(), platform });
    coda.platform.faults.push('held');
    await coda.hear('ana', 'c1', `the key is under the mat and ${'the cat '.repeat(9)}`);
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    const [yes] = await asked(coda);
    await (await coda.press('ana', 'dm-ana', yes ?? '')).settled;
    coda.platform.release();
    await coda.passes({ seconds: 30 });
    // The first part was under way.
    expect(coda.platform.in('c1')).toEqual(['you said: the key is under the mat and t']);
    expect(coda.platform.in('dm-ana').join('')).toContain('forgotten everything');
    expect(await coda.count(`outbox where state in ('draft', 'sending', 'pending', 'unknown')`)).toBe(0);
    expect(await coda.count(`outbox where content ->> 'text' like '%cat%'`)).toBe(0);
  });

  besideOthers?.('leaves no draft that is begun meanwhile', async () => {
    const gate = deferred();
    await using coda = await play({ engine: name, model: growing(deferred(), gate) });
    await coda.hear('ana', 'c1', 'tell me');
    const [yes] = await asked(coda);
    const erasing = holdAfter(coda, 'press.run', /^update outbox set content = /);
    const pressed = await coda.press('ana', 'dm-ana', yes ?? '');
    await erasing.reached;
    gate.resolve();
    const drafts = () => coda.count(`outbox where state = 'draft'`);
    expect(await eventually(async () => (await drafts()) + (await waitingForLocks(coda)) > 0)).toBe(true);
    erasing.goOn();
    await pressed.settled;
    await coda.passes({ seconds: 30 });
    expect(await drafts()).toBe(0);
    expect(coda.platform.in('c1')).toEqual([]);
  });

  test.skipIf(!available)('lets a process that has not heard of it show nothing anew', async () => {
    const [more, end, edited] = [deferred(), deferred(), deferred()];
    const model = new ScriptedModel(['first words', { hold: more }, ' and more', { hold: end }]);
    model.streams = true;
    await using coda = await play({ engine: name, model, platform: { deduplicatesForMs: 0 } });
    await coda.hear('ana', 'c1', 'tell me');
    expect(await eventually(() => coda.count('outbox where receipt is not null'))).toBe(1);
    // As the rules do it in another process.
    await coda
      .database()
      .run('test', `update outbox set state = 'pending', removed = true, owner = null, next_at = created_at`);
    coda.platform.remove(coda.platform.messages[0]?.id ?? '');
    const edit = coda.platform.edit.bind(coda.platform);
    coda.platform.edit = (...args) => {
      edited.resolve();
      return edit(...args);
    };
    more.resolve();
    await edited.promise;
    end.resolve();
    await coda.app.whenSettled();
    expect(coda.platform.in('c1')).toEqual([]);
  });

  test.skipIf(!available)('may be asked for in words', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('/note the key is under the mat');
    await ana.says('/forget');
    expect(await ana.says('yes')).toContain('forgotten everything');
    for (const table of ['inbox', 'outbox', 'messages', 'notes', 'steps', 'persons']) {
      const { rows } = await coda.database().read(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toMatch(/under the mat|"ana"|"yes"/);
    }
  });

  test.skipIf(!available)('removes the files that nobody else has sent too, whatever happens meanwhile', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const [old, shared] = [await coda.sends('ana', Buffer.from('old')), await coda.sends('ana', Buffer.from('shared'))];
    await coda.sends('bob', Buffer.from('shared'));
    await coda.passes({ hours: 25 });
    const young = await coda.sends('ana', Buffer.from('young'));
    const here = () => Promise.all([old, shared, young].map((hash) => coda.artifacts().has(hash)));
    expect(await here()).toEqual([true, true, true]);
    await coda.person('ana').says('/forget');
    await coda.person('ana').presses('Yes, forget me');
    expect(await here()).toEqual([false, true, true]);
    // The rest is not due before the file is a day old, which this process does not live to see.
    await coda.restart();
    await coda.passes({ hours: 24, seconds: 1 });
    expect(await here()).toEqual([false, true, false]);
    await coda.person('bob').says('/forget');
    await coda.person('bob').presses('Yes, forget me');
    expect(await here()).toEqual([false, false, false]);
  });

  test.skipIf(!available)('a removal that failed is tried again', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const hash = await coda.sends('ana', Buffer.from('mine'));
    await coda.passes({ hours: 25 });
    const unfinished = join(coda.dataDir, 'artifacts', 'unfinished');
    await rmdir(unfinished);
    await writeFile(unfinished, 'no folder: nothing can be moved here');
    await coda.person('ana').says('/forget');
    await coda.person('ana').presses('Yes, forget me');
    expect(await coda.artifacts().has(hash)).toBe(true);
    await rm(unfinished);
    await coda.restart();
    await coda.passes({ seconds: 5 });
    expect(await coda.artifacts().has(hash)).toBe(false);
  });
});
