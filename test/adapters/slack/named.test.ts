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
