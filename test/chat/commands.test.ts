import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { packageRoot } from '../../src/base/root.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

describe('what a command has done', () => {
  test.each([
    ['remind me tomorrow at 10 to pay rent', '/note buy milk', 'delete it', 'Deleted the note “buy milk”'],
    ['note that the wifi code is 99', '/remind tomorrow at 10 pay rent', 'delete it', 'pay rent'],
    ['show my reminders', '/notes', 'delete the second one', 'Deleted the note “tea”'],
    ['show my notes', '/reminders', 'delete the second one', 'call dad'],
  ])('after "%s" and "%s", "%s" is about the latter', async (before, command, then, expected) => {
    await using coda = await play();
    const ana = coda.person('ana');
    for (const said of ['note: tea', 'note: coffee', 'remind me tomorrow at 8 to call mum']) await ana.says(said);
    await ana.says('remind me tomorrow at 9 to call dad');
    await ana.says(before);
    await coda.passes({ minutes: 3 });
    await ana.says(command);
    await coda.passes({ seconds: 20 });
    expect(await ana.says(then)).toContain(expected);
  });

  test.each([
    ['/note buy milk', 'buy milk'],
    ['/remind tomorrow at 10 pay rent', 'pay rent'],
    ['/timezone Tokyo', 'time zone'],
    ['/quiet 22-7', 'quiet'],
    ['/schedules off 1', 'tell me a joke'],
  ])('%s is taken back, and nothing that was done before it', async (command, expected) => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('/timezone Berlin');
    await ana.says('/schedule every day at 9\ntell me a joke');
    await ana.says('note: tea');
    await ana.says(command);
    expect((await ana.says('/undo')).toLowerCase()).toContain(expected);
    expect(await ana.says('/notes')).toContain('tea');
  });

  test('is done by a tool, which keeps what is referred to, what takes it back, and who may', () => {
    const skills = join(packageRoot(), 'src', 'skills');
    const files = readdirSync(skills, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const byHand = files.filter((path) => {
      const text = readFileSync(join(skills, path), 'utf8');
      const isOfCommands = path.endsWith('commands.ts') || /^ {2}commands: .*\[$/m.test(text);
      return isOfCommands && /\b(?!checks\b)\w+\.run\(/.test(text);
    });
    expect(byHand).toEqual([]);
  });
});

describe('while an answer is under way', () => {
  async function busy() {
    const gate = deferred();
    const model = new ScriptedModel((request) =>
      lastSaid(request) === 'slow' ? [{ hold: gate }, 'done at last'] : [`heard ${lastSaid(request)}`],
    );
    const coda = await play({ model });
    const { settled } = await coda.hear('ana', 'dm-ana', 'slow');
    const said = () =>
      coda
        .person('ana')
        .seen()
        .map(({ text }) => text);
    return { coda, slow: settled, gate, said };
  }

  test.each(['/note buy milk', '/undo', '/new', '/timezone Tokyo', '/schedule every day at 9\ntell me a joke'])(
    '%s, which changes something, waits for its turn',
    async (command) => {
      const { coda, slow, gate, said } = await busy();
      await using _ = coda;
      const { settled } = await coda.hear('ana', 'dm-ana', command);
      await (await coda.hear('ana', 'dm-ana', '/reminders')).settled;
      expect(said()).toEqual([expect.stringContaining('no reminders')]);
      gate.resolve();
      await Promise.all([slow, settled]);
      await coda.app.whenSettled();
      expect(said()).toHaveLength(3);
      expect(said()[1]).toBe('done at last');
    },
  );

  test.each(['/help', '/notes', '/timezone', '/schedules', '/memory', '/cost', '/nonsense'])(
    '%s, which only reads, is answered at once',
    async (command) => {
      const { coda, slow, gate, said } = await busy();
      await using _ = coda;
      await (await coda.hear('ana', 'dm-ana', command)).settled;
      expect(said()).toHaveLength(1);
      gate.resolve();
      await slow;
      expect(said()).toHaveLength(2);
    },
  );

  test('one that waits is done as it was sent, or not at all', async () => {
    const { coda, slow, gate, said } = await busy();
    await using _ = coda;
    const kept = await coda.hear('ana', 'dm-ana', '/note buy milk', 'owner', 'kept');
    const gone = await coda.hear('ana', 'dm-ana', '/note buy bread', 'owner', 'gone');
    expect(await coda.amend('dm-ana', 'kept', { text: 'never mind' })).toBe(false);
    expect(await coda.amend('dm-ana', 'gone', { withdrawn: true })).toBe(true);
    gate.resolve();
    await Promise.all([slow, kept.settled, gone.settled]);
    await coda.app.whenSettled();
    expect(said().join('\n')).toContain('buy milk');
    expect(said().join('\n')).not.toContain('buy bread');
  });

  test('/stop is heard at once, also behind a command that waits', async () => {
    const { coda, slow, said } = await busy();
    await using _ = coda;
    const { settled } = await coda.hear('ana', 'dm-ana', '/note buy milk');
    await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
    await Promise.all([slow, settled]);
    await coda.app.whenSettled();
    expect(said().join('\n')).toContain('buy milk');
    expect(said()).not.toContain('done at last');
  });

  test('what is said behind such a command is not taken along before it', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) =>
      request.messages.length === 1
        ? [{ hold: gate }, { call: 'note_list', input: {} }]
        : [
            `read ${request.messages
              .map(({ text }) => text)
              .filter((text) => text?.startsWith('and '))
              .join()}`,
          ],
    );
    await using coda = await play({ model });
    const first = await coda.hear('ana', 'dm-ana', 'slow');
    const command = await coda.hear('ana', 'dm-ana', '/new');
    const last = await coda.hear('ana', 'dm-ana', 'and this');
    gate.resolve();
    await Promise.all([first.settled, command.settled, last.settled]);
    await coda.app.whenSettled();
    const texts = coda
      .person('ana')
      .seen()
      .map(({ text }) => text);
    expect(texts[0]).toBe('read');
    expect(texts).toHaveLength(3);
  });
});
