import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { random } from '../../support/seeded.ts';

/** So many sends of which each third or so meets a fault, mostly an answer that is lost; what then stands in Discord. */
export async function lostAnswers({ sends, seed }: { sends: number; seed: number }) {
  await using play = await playDiscord({
    model: echo,
    config: { 'delivery.steer': false, 'delivery.queue_limit': sends },
  });
  const next = random(seed);
  const { fake } = play;
  const rooms = Array.from({ length: 10 }, (_, index) => fake.channel(play.guild, `room-${index}`));
  let faults = 0;
  fake.rest.fault = ({ method, route }) => {
    if (method !== 'POST' || route !== '/channels/:channel/messages') return undefined;
    const dice = next();
    if (dice > 0.35) return undefined;
    faults++;
    if (dice < 0.2) return 'unanswered';
    if (dice < 0.25) return { status: 502, done: true };
    if (dice < 0.3) return { status: 503 };
    return 'lost';
  };
  for (let index = 0; index < sends; index++) {
    play.asks(`question ${index};`, { channel: rooms[index % rooms.length] as (typeof rooms)[number] });
  }
  const count = (index: number) => play.said(`answer to question ${index};`).length;
  const all = Array.from({ length: sends }, (_, index) => index);
  await eventually(() => all.every((index) => count(index) > 0), 60_000 + sends * 300);
  await play.settled();
  return {
    faults: faults > sends / 5,
    twice: all.filter((index) => count(index) > 1),
    missing: all.filter((index) => count(index) === 0),
  };
}
