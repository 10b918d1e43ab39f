import { eventually } from '../../support/eventually.ts';
import { random } from '../../support/seeded.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

const HOW = ['close', 'reset', 'refresh'] as const;

/** Everybody may say as much as they like within seconds, and a follow-up that joins an answer would have none of its own. */
const unlimited = (messages: number) => ({
  'delivery.steer': false,
  'delivery.queue_limit': messages,
  'access.rate_limit.enabled': false,
});

/** People talk in eight conversations while sockets break and events come again; what became of their questions. */
export async function soak({ messages, drops, seed }: { messages: number; drops: number; seed: number }) {
  await using play = await playSlack({
    model: echo,
    fake: { ackMs: 400, retries: Array.from({ length: 40 }, () => 200) },
    slack: { look_back_messages: 1_000 },
    config: unlimited(messages),
  });
  const next = random(seed);
  const { fake, ana, bob, general } = play;
  const rooms = Array.from({ length: 5 }, (_, index) => fake.channel(`room-${index}`, [ana, bob]));
  const channels = [general, fake.dm(ana), fake.dm(bob), ...rooms];
  const places = new Set<number>();
  while (places.size < drops) places.add(Math.floor(next() * messages));
  for (let index = 0; index < messages; index++) {
    const channel = channels[Math.floor(next() * channels.length)]!;
    const user = channel === channels[2] ? bob : ana;
    const before = fake.sockets.delivered.length;
    play.asks(`question ${index};`, { channel, user });
    // Now and then an event comes a second time with the same id, though it was acknowledged.
    if (next() < 0.2) {
      const { type, payload } = fake.sockets.delivered[before]!;
      fake.sockets.dispatch(type, payload);
    }
    if (!places.has(index)) continue;
    // There has to be a socket that can break.
    await eventually(() => fake.sockets.connected > 0);
    fake.sockets.drop(HOW[Math.floor(next() * HOW.length)]!);
  }
  return await outcome(play, messages);
}

/** So many posts, of which each third or so meets a fault, mostly an answer that is lost; what then stands in Slack. */
export async function lostAnswers({ sends, seed }: { sends: number; seed: number }) {
  await using play = await playSlack({ model: echo, stillClock: true, config: unlimited(sends) });
  const next = random(seed);
  const { fake, ana } = play;
  const rooms = Array.from({ length: 10 }, (_, index) => fake.channel(`room-${index}`, [ana]));
  let faults = 0;
  fake.web.fault = ({ method }) => {
    if (method !== 'chat.postMessage') return undefined;
    const dice = next();
    if (dice > 0.35) return undefined;
    faults++;
    if (dice < 0.2) return 'unanswered';
    if (dice < 0.25) return { status: 502, done: true };
    if (dice < 0.3) return { status: 503 };
    return 'lost';
  };
  for (let index = 0; index < sends; index++)
    play.asks(`question ${index};`, { channel: rooms[index % rooms.length]! });
  await eventually(() => fake.sockets.pending === 0);
  await play.settled();
  const answered = (index: number) => play.said(`answer to question ${index};`).length > 0;
  const all = Array.from({ length: sends }, (_, index) => index);
  for (let round = 0; round < 60 && !all.every(answered); round++) await play.passes(60_000);
  return { faults: faults > sends / 8, ...(await outcome(play, sends)) };
}

async function outcome(play: Awaited<ReturnType<typeof playSlack>>, messages: number) {
  const count = (index: number) => play.said(`answer to question ${index};`).length;
  const all = Array.from({ length: messages }, (_, index) => index);
  await eventually(() => all.every((index) => count(index) > 0), 60_000 + messages * 60);
  await play.settled();
  return { twice: all.filter((index) => count(index) > 1), missing: all.filter((index) => count(index) === 0) };
}
