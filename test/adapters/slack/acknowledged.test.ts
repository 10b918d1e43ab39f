import { expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { type Channel, wordsOf } from '../../support/slack/index.ts';
import { echo, playSlack, type SlackPlay, type SlackPlayOptions } from '../../support/slack/play.ts';

/** Longer than coda waits for a look-up before it keeps an event, and shorter than Slack waits. */
const SOON_MS = 1_600;
const COUNT = 40;
const questions = Array.from({ length: COUNT }, (_, index) => `question ${index}.`);

/** The fake's own wait never ends: what is not acknowledged stays so. */
const playStill = (more: SlackPlayOptions = {}) =>
  playSlack({
    model: echo,
    stillClock: true,
    fake: { ackMs: 3_600_000, retries: [] },
    config: { 'delivery.steer': false, 'access.rate_limit': { enabled: false } },
    ...more,
  });

/** Slack does not say who somebody is until this is called. */
function heldUsers({ fake }: SlackPlay): () => void {
  const held = deferred();
  fake.web.hold = ({ method }) => (method === 'users.info' ? held.promise : undefined);
  return () => {
    fake.web.hold = () => undefined;
    held.resolve();
  };
}

/** All events have come; after the time that a look-up has, each must be acknowledged. */
async function inTime(play: SlackPlay): Promise<void> {
  const { fake } = play;
  await fake.sockets.arrived();
  await play.moves(SOON_MS);
  expect(await allAcknowledged(play)).toBe(true);
}

async function allAcknowledged({ fake }: SlackPlay): Promise<boolean> {
  const all = await eventually(() => fake.sockets.pending === 0);
  return all && fake.sockets.delivered.every(({ attempts }) => attempts === 1);
}

const postponed = async ({ database }: SlackPlay): Promise<number> =>
  (await database.read('select from postponed')).rows.length;

const saidIn = (play: SlackPlay, channel: Channel): string[] => play.fake.said(channel).map(wordsOf);
const answers = questions.map((question) => `answer to ${question}`);

async function answeredOnceInOrder(play: SlackPlay, channel: Channel): Promise<void> {
  await play.hears(answers.at(-1) ?? '', channel);
  await play.settled();
  expect(saidIn(play, channel).filter((text) => text.includes('question'))).toEqual(answers);
  expect(await postponed(play)).toBe(0);
}

test('forty messages at once are acknowledged while nobody can be looked up, and answered once and in order', async () => {
  await using play = await playStill();
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  const release = heldUsers(play);
  for (const question of questions) play.asks(question, { channel: dm });
  await fake.sockets.arrived();
  expect(fake.sockets.pending).toBe(COUNT);
  await inTime(play);
  expect(await postponed(play)).toBe(COUNT);
  expect(saidIn(play, dm)).toEqual([]);
  release();
  await answeredOnceInOrder(play, dm);
});

test('forty people whom coda does not know yet are looked up at once', async () => {
  await using play = await playStill({ members: ({ fake }) => [`slack-workspace:${fake.team}`] });
  const { fake, general } = play;
  const newcomers = Array.from({ length: COUNT }, (_, index) => fake.user(`New ${index}`));
  for (const { id } of newcomers) general.members.add(id);
  const release = heldUsers(play);
  for (const [index, user] of newcomers.entries()) play.asks(questions[index] ?? '', { user });
  const asked = () => new Set(fake.web.calls.flatMap(({ method, args }) => (method === 'users.info' ? args.user : [])));
  expect(await eventually(() => asked().size === COUNT)).toBe(true);
  fake.says(play.ana, general, 'said to others');
  await inTime(play);
  // What others say to each other is not kept.
  expect(await postponed(play)).toBe(COUNT);
  release();
  for (const answer of answers) await play.hears(answer);
  await play.settled();
  for (const answer of answers) expect(play.said(answer)).toHaveLength(1);
  expect(await postponed(play)).toBe(0);
});

test('what was acknowledged is answered once and in order by the next process, before what is new', async () => {
  await using play = await playStill();
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  const release = heldUsers(play);
  for (const question of questions.slice(0, -1)) play.asks(question, { channel: dm });
  await inTime(play);
  await play.stop();
  release();
  // Nothing is found by looking back.
  const nothing = JSON.stringify({ ok: true, messages: [], has_more: false });
  const isPast = (method: string) => method === 'conversations.history' || method === 'conversations.replies';
  fake.web.fault = ({ method }) =>
    isPast(method) ? { status: 200, body: nothing, type: 'application/json' } : undefined;
  await play.start();
  play.asks(questions.at(-1) ?? '', { channel: dm });
  await answeredOnceInOrder(play, dm);
});

test('a rate limit of Slack’s for looking people up delays the answer and not the acknowledgement', async () => {
  await using play = await playStill();
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  fake.limits.refuse('users.info', 3, fake.now());
  for (const question of questions) play.asks(question, { channel: dm });
  await eventually(() => fake.web.calls.some(({ method }) => method === 'users.info'));
  await inTime(play);
  await play.moves(3_000);
  await answeredOnceInOrder(play, dm);
  expect(fake.limits.ignored).toBe(0);
});

test('who is erased while they are looked up leaves nothing behind', async () => {
  await using play = await playStill();
  const { fake, bob } = play;
  const dm = fake.dm(bob);
  play.asks('hello', { user: bob, channel: dm });
  await play.hears('answer to hello', dm);
  fake.uses(bob, dm, '/coda', 'forget');
  const card = await play.hears('I would delete', dm);
  const known = async () => (await play.database.read('select from persons where erased_at is null')).rows.length;
  // What is known of them is asked for anew.
  await told(play, fake.travels(bob, bob.tz));
  const release = heldUsers(play);
  play.asks('the key is under the mat', { user: bob, channel: dm });
  await eventually(() => fake.web.calls.filter(({ method }) => method === 'users.info').length > 1);
  await inTime(play);
  expect(await postponed(play)).toBe(1);
  fake.web.hold = () => undefined;
  await told(play, fake.travels(bob, bob.tz));
  fake.presses(bob, card, 'Yes, forget me');
  expect(await eventually(async () => (await postponed(play)) === 0)).toBe(true);
  const left = await known();
  release();
  await play.settled();
  expect(play.said('the key')).toEqual([]);
  expect(await known()).toBe(left);
  const { rows } = await play.database.read(`select from inbox where payload ->> 'text' like '%key%'`);
  expect(rows).toEqual([]);
});

test('a change and a deletion are acknowledged in time, too, and count', async () => {
  const answering = deferred();
  await using play = await playStill({
    model: {
      name: 'test/held',
      async *generate(request, signal) {
        await answering.promise;
        yield* echo.generate(request, signal);
      },
    },
  });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  const release = heldUsers(play);
  play.asks('first', { channel: dm });
  const changed = play.asks('buy mlik', { channel: dm });
  const dropped = play.asks('never mind', { channel: dm });
  fake.edits(changed, 'buy milk');
  fake.deletes(dropped);
  await inTime(play);
  expect(await postponed(play)).toBe(5);
  release();
  expect(await eventually(async () => (await postponed(play)) === 0)).toBe(true);
  answering.resolve();
  await play.hears('answer to buy milk', dm);
  await play.settled();
  expect(saidIn(play, dm)).toEqual(['answer to first', 'answer to buy milk']);
});

async function told({ fake }: SlackPlay, event: { acknowledged: boolean }): Promise<void> {
  expect(await eventually(() => event.acknowledged)).toBe(true);
  expect(fake.sockets.connected).toBe(1);
}
