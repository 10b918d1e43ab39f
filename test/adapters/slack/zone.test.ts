import { expect, test } from 'vitest';
import { buttonsOf } from '../../support/slack/index.ts';
import { playSlack, type SlackPlay } from '../../support/slack/play.ts';

const OFFER = 'Your profile says';
const DAY = 24 * 3_600_000;

const labels = (message: Awaited<ReturnType<SlackPlay['hears']>>) =>
  buttonsOf(message).map(({ text }) => (text as { text: string }).text);

/** Ana has a series on the clocks of Berlin. */
async function playSeries() {
  const play = await playSlack({ stillClock: true });
  const dm = play.fake.dm(play.ana);
  play.asks('remind me every day at 9 to stretch', { channel: dm });
  await play.hears(/stretch/, dm);
  await play.settled();
  return { play, dm };
}

const zones = async ({ database }: SlackPlay) =>
  (await database.read<{ zone: string }>('select zone from reminders')).rows.map(({ zone }) => zone);

test('who moves is asked once whether their reminders move along, and a press moves them', async () => {
  const { play, dm } = await playSeries();
  await using _ = play;
  const { fake, ana } = play;
  fake.travels(ana, 'America/New_York');
  const offer = await play.hears(OFFER, dm);
  expect(labels(offer)).toEqual(['Move my reminders too']);
  // Nothing moves before they say so.
  expect(await zones(play)).toEqual(['Europe/Berlin']);
  // What is told again, or read anew a day later, is no other move.
  fake.travels(ana, 'America/New_York');
  await play.passes(DAY + 1);
  play.asks('what is my time zone?', { channel: dm });
  await play.hears('Your time zone is America/New_York', dm);
  await play.settled();
  expect(play.said(OFFER)).toHaveLength(1);
  fake.presses(ana, offer, 'Move my reminders too');
  await play.hears(/Moved your recurring reminder to America\/New_York/, dm);
  expect(await zones(play)).toEqual(['America/New_York']);
});

test('a zone that Slack forgot to tell of is found within a day, by what the person says next', async () => {
  const { play, dm } = await playSeries();
  await using _ = play;
  play.ana.tz = 'Asia/Tokyo';
  await play.passes(DAY + 1);
  play.asks('what is my time zone?', { channel: dm });
  await play.hears('Your time zone is Asia/Tokyo', dm);
  await play.hears(OFFER, dm);
});

test('a zone that the person set is theirs, whatever their profile says', async () => {
  const { play, dm } = await playSeries();
  await using _ = play;
  const { fake, ana } = play;
  play.asks('set my timezone to Lisbon', { channel: dm });
  await play.hears('Europe/Lisbon', dm);
  fake.travels(ana, 'America/New_York');
  fake.travels(ana, 'Mars/Olympus');
  await play.passes(DAY + 1);
  play.asks('what is my time zone?', { channel: dm });
  await play.hears('Your time zone is Europe/Lisbon', dm);
  expect(play.said(OFFER)).toEqual([]);
});

test('a zone that this host does not know changes nothing, and somebody without a series is not bothered', async () => {
  await using play = await playSlack();
  const { fake, bob, eve } = play;
  const dm = fake.dm(bob);
  play.asks('hello', { channel: dm, user: bob });
  await play.hears('Hello', dm);
  fake.travels(bob, 'Mars/Olympus');
  const known = fake.travels(bob, 'Asia/Tokyo');
  // Somebody who was never heard of.
  fake.travels(eve, 'Asia/Tokyo');
  await expect.poll(() => known.acknowledged).toBe(true);
  play.asks('what is my time zone?', { channel: dm, user: bob });
  await play.hears('Your time zone is Asia/Tokyo', dm);
  expect(play.said(OFFER)).toEqual([]);
  expect((await play.database.read('select from persons')).rows).toHaveLength(1);
});
