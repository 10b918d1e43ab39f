import type { Drop } from '../../support/discord/index.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { random } from '../../support/seeded.ts';

export interface Soak {
  messages: number;
  /** At so many random places between two messages the connection goes wrong. */
  drops: number;
  seed: number;
}

const HOW: readonly Drop[] = ['close', 'reset', 'invalid', 'silent', 'reconnect'];

/** People talk in eight conversations while the connection goes wrong; what became of their questions. */
export async function soak({ messages, drops, seed }: Soak) {
  await using play = await playDiscord({
    model: echo,
    fake: { heartbeatMs: 300 },
    // All are said within seconds: more than the usual hundred pass in a channel while a session is begun anew.
    discord: { look_back_messages: 1_000 },
    // A follow-up that joins an answer has none of its own.
    config: { 'delivery.steer': false, 'delivery.queue_limit': messages },
  });
  const next = random(seed);
  const { fake } = play;
  const channels = [play.general, fake.dm(play.ana), fake.dm(play.bob)];
  for (let index = 0; index < 5; index++) channels.push(fake.channel(play.guild, `room-${index}`));
  // A conversation that was never heard of cannot be looked through: each is begun first.
  for (const [index, channel] of channels.entries()) {
    play.asks(`begin ${index}`, { channel, user: channel.recipient ?? play.ana });
    await play.hears(`answer to begin ${index}`, channel);
  }
  const places = new Set(Array.from({ length: drops }, () => Math.floor(next() * messages)));
  while (places.size < drops) places.add(Math.floor(next() * messages));
  for (let index = 0; index < messages; index++) {
    const channel = channels[Math.floor(next() * channels.length)] as (typeof channels)[number];
    play.asks(`question ${index};`, { channel, user: channel.recipient ?? play.ana });
    if (!places.has(index)) continue;
    fake.gateway.drop(HOW[Math.floor(next() * HOW.length)] as Drop);
    // Now and then it is back before the next one is said, now and then it is not.
    if (next() < 0.5) await eventually(() => fake.gateway.connected > 0);
  }
  const count = (index: number) => play.said(`answer to question ${index};`).length;
  const all = Array.from({ length: messages }, (_, index) => index);
  await eventually(() => all.every((index) => count(index) > 0), 60_000 + messages * 60);
  await play.settled();
  return {
    answered: all.filter((index) => count(index) === 1).length,
    twice: all.filter((index) => count(index) > 1),
    missing: all.filter((index) => count(index) === 0),
  };
}
