import { describe, expect, test } from 'vitest';
import { codeIn, type Platform, playTwo } from '../people/platforms.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const everybody = { owners: ['chat:olga'], members: ['chat:ana', 'work:ana'] };
const heard = (platform: Platform) => platform.seen('dm-ana').filter(({ text }) => text.includes('the dentist')).length;

describe.each(testDatabases)('a platform that is switched off, on $name', ({ name: engine, available }) => {
  const begin = async () => {
    const two = await playTwo({ engine, ...everybody });
    await two.chat.says('ana', 'hello');
    await two.work.says('ana', '/remind in 2 hours call the dentist');
    two.off.add('work');
    return { ...two, [Symbol.asyncDispose]: two[Symbol.asyncDispose], already: heard(two.work) };
  };

  test.skipIf(!available)('gets what waited when it is on again within a day', async () => {
    await using two = await begin();
    await two.coda.restart();
    await two.coda.passes({ hours: 20 });
    two.off.clear();
    await two.coda.restart();
    expect(await eventually(() => heard(two.work) === two.already + 1)).toBe(true);
  });

  test.skipIf(!available)('leaves dead letters after a day, and its person is told elsewhere or later', async () => {
    await using two = await begin();
    await two.coda.restart();
    await two.coda.passes({ hours: 25 });
    const { outbox } = two.coda.app.delivery;
    expect(await outbox.deadLetters()).toMatchObject({ total: 0 });
    await two.coda.passes({ hours: 2 });
    const { letters } = await outbox.deadLetters();
    expect(letters).toMatchObject([{ adapter: 'work', error: 'work is off' }]);
    expect(await outbox.open()).toEqual({ dead: 1 });
    two.off.clear();
    await two.coda.restart();
    expect(await two.work.says('ana', 'hello')).toContain('1 message for you could not be delivered');
  });

  test.skipIf(!available)('leaves what is for somebody on two platforms to the other one', async () => {
    await using two = await begin();
    await two.work.says('ana', `/link ${codeIn(await two.chat.says('ana', '/link'))}`);
    await two.work.presses('ana', 'Yes, join us');
    const before = heard(two.chat);
    await two.coda.restart();
    await two.coda.passes({ hours: 27 });
    expect(heard(two.chat)).toBe(before + 1);
    expect(await two.coda.app.delivery.outbox.open()).toEqual({});
  });
});
