import { test } from 'vitest';
import type { Model } from '../../src/agent/index.ts';
import { playDiscord } from '../support/discord/play.ts';
import { playSlack } from '../support/slack/play.ts';

/** Says how many lines it is shown that were said to anybody, and their words. */
const observer: Model = {
  name: 'test/observer',
  async *generate({ messages }) {
    const shown = messages.map(({ text }) => text).join('\n');
    const lines = [...shown.matchAll(/said before in this place, to anybody/g)].length;
    yield {
      type: 'text',
      text: `${lines} lines: ${['rhubarb', 'milk', 'old'].filter((word) => shown.includes(word)).join(' ')}`,
    };
    yield { type: 'stop', reason: 'end' };
  },
};

test('on Discord the last lines of a channel are shown when coda is asked there', async () => {
  await using play = await playDiscord({ model: observer });
  play.asks('/place observe 2');
  await play.hears('the last 2 lines');
  for (const text of ['old', 'buy rhubarb', 'and milk']) play.fake.says(play.ana, play.general, text);
  play.asks('what was that?');
  await play.hears('2 lines: rhubarb milk');
});

test('on Slack, too, where answers are no threads', async () => {
  await using play = await playSlack({ model: observer, config: { 'slack.threads': false } });
  play.asks('/place observe 2');
  await play.hears('the last 2 lines');
  for (const text of ['old', 'buy rhubarb', 'and milk']) play.fake.says(play.ana, play.general, text);
  play.asks('what was that?');
  await play.hears('2 lines: rhubarb milk');
});
