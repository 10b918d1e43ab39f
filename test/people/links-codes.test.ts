import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { codeIn, everybody, join, personOf, playTwo, roleOf } from './platforms.ts';

describe('a code', () => {
  test('works once, for ten minutes, and a newer one ends it', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const old = codeIn(await chat.says('ana', '/link'));
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${old}`)).toContain('I know no such code');
    await coda.passes({ minutes: 11 });
    expect(await work.says('ana', `/link ${code}`)).toContain('I know no such code');
    const fresh = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${fresh}`)).toContain('If that is you');
    expect(await work.says('bob', `/link ${fresh}`)).toContain('If that is you');
    await work.presses('ana', 'Yes, join us');
    expect(await work.presses('bob', 'Yes, join us')).toContain('I know no such code');
    expect(await personOf(two, 'work', 'bob')).not.toBe(await personOf(two, 'chat', 'ana'));
  });

  test('that is shown too long ago joins nobody, however long one looked at the question', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    await work.says('ana', `/link ${code}`);
    await coda.passes({ minutes: 11 });
    expect(await work.presses('ana', 'Yes, join us')).toContain('I know no such code');
    expect(await personOf(two, 'work', 'ana')).not.toBe(await personOf(two, 'chat', 'ana'));
  });

  test('is nowhere in the table that keeps it, and goes when its person is forgotten', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    const { rows } = await coda.database().read('select * from links');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(code.replace('-', ''));
    expect(JSON.stringify(rows)).not.toContain(code);
    await chat.says('ana', '/forget');
    await chat.presses('ana', 'Yes, forget me');
    expect(await coda.count('links')).toBe(0);
  });

  test('cannot be guessed: after five wrong ones there is a pause', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await work.says('bob', `/link AAAAA-BBBB${attempt + 2}`)).toContain('I know no such code');
    }
    expect(await work.says('bob', `/link ${code}`)).toContain('too many wrong codes');
    // Others are not held up by that.
    expect(await work.says('ana', `/link ${code}`)).toContain('If that is you');
    await coda.passes({ minutes: 11 });
    expect(await work.says('bob', '/link AAAAA-BBBBB')).toContain('I know no such code');
  });

  test('of one’s own joins nobody', async () => {
    await using two = await playTwo(everybody);
    const { chat } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await chat.says('ana', `/link ${code}`)).toContain('your own code');
  });

  test('is never shown where others read: it comes in the person’s own messages, or not at all', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    expect(await chat.says('ana', '/link', { channel: 'room' })).toContain('Say `/link` to me in a direct message');
    expect(await coda.count('links')).toBe(0);
    await chat.says('ana', '/notes');
    await chat.says('ana', '/link', { channel: 'room' });
    expect(chat.fake.in('room').join()).not.toMatch(/\/link [A-Z0-9]{5}-/);
    const code = codeIn(chat.seen('dm-ana').at(-1)?.text ?? '');
    expect(await work.says('ana', `/link ${code}`)).toContain('If that is you');
  });

  test('that was typed where others read is worth nothing', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${code}`, { channel: 'room' })).toContain('worthless');
    expect(await work.says('bob', `/link ${code}`)).toContain('I know no such code');
  });
});

describe('rights', () => {
  test('of the owner come with a code that the owner gave out', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    await work.says('olga', '/notes');
    expect(await roleOf(two, 'work', 'olga')).toBe('member');
    expect(await chat.says('olga', '/link')).toContain('with your rights as my owner');
    expect(await join(chat, work, 'olga')).toContain('you are olga to me');
    expect(await work.says('olga', '/doctor all')).toContain('storage');
    // They go with it, at once.
    await work.says('olga', '/link off');
    expect(await roleOf(two, 'work', 'olga')).toBe('member');
    expect(await roleOf(two, 'chat', 'olga')).toBe('owner');
  });

  test('of the owner go with the owner’s own account, and so do its direct messages', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    await join(chat, work, 'olga');
    await chat.says('olga', '/link off', { channel: 'room' });
    expect(await roleOf(two, 'chat', 'olga')).toBe('owner');
    expect(await roleOf(two, 'work', 'olga')).toBe('member');
    const sql = `select adapter from conversations where kind = 'dm' and person_id = $1`;
    const own = await two.coda.database().read(sql, [await personOf(two, 'chat', 'olga')]);
    expect(own.rows).toEqual([{ adapter: 'chat' }]);
  });

  test('cannot be had by talking an owner into entering a code', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    const code = codeIn(await work.says('bob', '/link'));
    expect(await chat.says('olga', `/link ${code}`)).toContain('the other way round');
    expect(await personOf(two, 'chat', 'olga')).not.toBe(await personOf(two, 'work', 'bob'));
  });

  test('are the same whichever of their names somebody uses, also after a restart', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    await join(chat, work, 'olga');
    const version = async () =>
      (
        await coda
          .database()
          .read('select version, role from persons where erased_at is null and id = $1', [
            await personOf(two, 'chat', 'olga'),
          ])
      ).rows[0];
    const before = await version();
    for (const _ of [1, 2]) {
      await coda.restart();
      expect(await work.says('olga', '/doctor all')).toContain('storage');
      expect(await chat.says('olga', '/doctor all')).toContain('storage');
    }
    expect(await version()).toEqual(before);
  });

  test('keep what somebody chose of their memory under either name', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    expect(await work.says('ana', '/memory auto off')).toContain('only what you tell me to');
    await join(chat, work, 'ana');
    for (const each of [chat, work])
      expect(await each.says('ana', '/memory auto')).toContain('only what you tell me to');
  });

  test('end with the configuration, for a name that it does not let in any more', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    await join(chat, work, 'olga');
    await coda.app.stop();
    const { config } = coda;
    Object.assign(coda, { config: { ...config, access: { ...config.access, owners: ['chat:olga'], members: [] } } });
    await coda.start();
    expect(await work.says('olga', '/doctor all')).toContain('whom my owner has let in');
    expect(await work.says('olga', '/doctor all')).toBe('');
    expect(await chat.says('olga', '/doctor all')).toContain('storage');
    // Nobody is owner by a name that was one only once.
    await coda.app.stop();
    Object.assign(coda, { config: { ...config, access: { ...config.access, owners: [], members: ['work:olga'] } } });
    await coda.start();
    expect(await work.says('olga', '/doctor all')).toContain('my owner alone');
  });
});

describe('afterwards', () => {
  test('“off” makes a name somebody by themselves again; what there was stays with the other', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    expect(await work.says('ana', '/link off')).toContain('I know you here only');
    await work.says('ana', '/note the safe is in the cellar');
    await join(chat, work, 'ana');
    expect(await chat.says('ana', '/link')).toContain('ana on chat and ana on work');
    expect(await work.says('ana', '/link off')).toContain('stays with ana on chat');
    expect(await work.says('ana', '/notes')).not.toContain('cellar');
    expect(await chat.says('ana', '/notes')).toContain('cellar');
    expect(await roleOf(two, 'work', 'ana')).toBe('member');
  });

  test('what waited for a yes is over, and has to be asked for again', async () => {
    const sent: string[] = [];
    const tool = outsideTool({
      name: 'letter_send',
      description: 'Sends a letter.',
      effect: 'external',
      input: z.object({ text: z.string() }),
      async run(input) {
        sent.push(input.text);
        return done('sent');
      },
    });
    const model = new ScriptedModel([{ call: 'letter_send', input: { text: 'hello' } }], (request) => [
      `told: ${request.messages.at(-1)?.text}`,
    ]);
    const skills = [{ name: 'letters', tools: () => [tool] }];
    await using two = await playTwo({ model, skills, ...everybody });
    const { coda, chat, work } = two;
    await work.says('ana', 'write to Carl');
    await join(chat, work, 'ana');
    await coda.passes({ minutes: 1 });
    expect(work.seen('dm-ana').at(-1)?.text).toContain('did not answer in time');
    expect(sent).toEqual([]);
  });
});
