import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

test('a channel in which somebody has spoken is known by its name, which is asked for once and after the message', async () => {
  await using play = await playSlack({ model: echo });
  const names = async () => {
    const { rows } = await play.database.read<{ channel: string; name: string }>('select * from place_names');
    return rows.map(({ channel, name }) => [channel, name]);
  };
  const kitchen = play.fake.channel('kitchen', [play.ana]);
  for (const words of ['how are you?', 'and now?']) {
    play.asks(words, { channel: kitchen });
    await play.hears(`answer to ${words}`, kitchen);
  }
  await eventually(async () => (await names()).length > 0);
  expect(await names()).toEqual([[kitchen.id, 'kitchen']]);
  play.asks('hello', { channel: play.fake.dm(play.ana) });
  await play.hears('answer to hello', play.fake.dm(play.ana));
  expect(await names()).toHaveLength(1);
});

test('a name that Slack did not tell is asked for again, and a message that is not heard asks for none', async () => {
  await using play = await playSlack({ model: echo, config: { 'access.unknown': 'ignore' }, stillClock: true });
  const { fake, ana, eve } = play;
  const kitchen = fake.channel('kitchen', [ana, eve]);
  const asked = () =>
    fake.web.calls.filter(({ method, args }) => method === 'conversations.info' && args.channel === kitchen.id);
  const names = async () =>
    (await play.database.read<{ name: string }>('select name from place_names')).rows.map(({ name }) => name);
  fake.limits.refuse('conversations.info', 30, fake.now(), kitchen.id);
  play.asks('let me in', { user: eve, channel: kitchen });
  play.asks('how are you?', { channel: kitchen });
  await play.hears('answer to how are you?', kitchen);
  await eventually(() => asked().length > 0);
  expect(asked()).toHaveLength(1);
  expect(await names()).toEqual([]);
  await play.passes(31_000);
  play.asks('and now?', { channel: kitchen });
  await play.hears('answer to and now?', kitchen);
  await eventually(async () => (await names()).length > 0);
  expect(await names()).toEqual(['kitchen']);
});
