import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { play } from '../support/play.ts';

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
