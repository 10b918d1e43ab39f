import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deferred, groupBy } from '../../src/base/async.ts';
import { packageRoot } from '../../src/base/root.ts';
import { type Called, callsWhile } from '../support/calls.ts';
import { type DiscordPlay, playDiscord } from '../support/discord/play.ts';
import { echo } from '../support/scripted-model.ts';

const PAGE = join(packageRoot(), 'docs/architecture.md');
const BEGIN = '<!-- ways: written by test/house/ways.test.ts with UPDATE_DOCS=1 -->';
const END = '<!-- /ways -->';
const TIMES = 4;

test('a message and a reminder take no longer way through the house than docs/architecture.md says', async () => {
  const ways = { 'a message': await wayOfMessage(), 'a reminder': await wayOfReminder() };
  if (process.env.CODA_TEST_LOG) process.stdout.write(Object.values(ways).map(listed).join('\n'));
  const page = readFileSync(PAGE, 'utf8');
  const shown = page.slice(page.indexOf(BEGIN), page.indexOf(END));
  const bounds = [...shown.matchAll(/\*\*(\d+)\*\*/g)].map(([, figure]) => Number(figure));
  const sums = Object.values(ways).flatMap(sumsOf);
  expect(bounds).toHaveLength(sums.length);
  // Also where the table is written anew: a sum that has to grow is raised by hand, and with a reason.
  const grown = sums.filter((sum, at) => sum > (bounds[at] as number));
  expect(grown, Object.values(ways).map(listed).join('\n')).toEqual([]);
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(shown, () => `${BEGIN}\n\n${table(ways)}\n\n`),
    );
});

async function wayOfMessage(): Promise<Called[]> {
  await using play = await playDiscord({ model: echo() });
  const dm = play.fake.dm(play.ana);
  const say = async (text: string) => {
    const stored = receiptsOf(play);
    play.asks(text, { channel: dm });
    await play.hears(`you said: ${text}`, dm);
    await stored;
  };
  // What is loaded, met and remembered with the first messages is no part of the way of the next.
  for (const text of ['one', 'two', 'three']) await say(text);
  return await shared((time) => say(`message ${time}`), play);
}

async function wayOfReminder(): Promise<Called[]> {
  await using play = await playDiscord({ stillClock: true });
  const dm = play.fake.dm(play.ana);
  const words = ['pay the rent', 'water the fern', 'call Bo', 'feed the cat', 'post the letter', 'lock the shed'];
  for (const [at, text] of words.entries()) {
    play.asks(`remind me in ${(at + 1) * 5} minutes to ${text}`, { channel: dm });
    await play.hears(text, dm);
  }
  await play.settled();
  const fallsDue = async (text: string) => {
    const stored = receiptsOf(play);
    const before = play.said(text).length;
    await play.moves(5 * 60_000);
    await stored;
    expect(play.said(text).length).toBe(before + 1);
  };
  for (const text of words.slice(0, 2)) await fallsDue(text);
  return await shared((time) => fallsDue(words[time + 2] as string), play);
}

/** Resolves when the receipts of what is said next are stored, which ends its way. */
async function receiptsOf(play: DiscordPlay): Promise<void> {
  const stored = deferred();
  play.world.probe = ({ name, phase }) => {
    if (name === 'outbox.receipts' && phase === 'after') stored.resolve();
  };
  await stored.promise;
  await new Promise((resolve) => setImmediate(resolve));
}

/** What happens beside it, now and then (a heartbeat), is no part of the way: only what was called each of so many times. */
async function shared(work: (time: number) => Promise<void>, play: DiscordPlay): Promise<Called[]> {
  const least = new Map<string, Called & { times: number }>();
  for (let time = 0; time < TIMES; time++) {
    for (const called of await callsWhile(() => work(time))) {
      const key = `${called.file} ${called.at}`;
      const { calls = called.calls, times = 0 } = least.get(key) ?? {};
      least.set(key, { ...called, calls: Math.min(calls, called.calls), times: times + 1 });
    }
    await play.settled();
  }
  return [...least.values()].filter(({ times }) => times === TIMES);
}

const roomOf = ({ file }: Called) => file.split('/')[0] as string;
const filesIn = (all: readonly Called[]) => new Set(all.map(({ file }) => file)).size;
const callsIn = (all: readonly Called[]) => all.reduce((sum, { calls }) => sum + calls, 0);

/** Files, functions and calls outside `base/`. */
function sumsOf(all: readonly Called[]): number[] {
  const own = all.filter((called) => roomOf(called) !== 'base');
  return [filesIn(own), own.length, callsIn(own)];
}

function table(ways: Record<string, Called[]>): string {
  const rooms = [...new Set(Object.values(ways).flat().map(roomOf))].sort();
  const cells = (room: string) =>
    Object.values(ways).map((all) => {
      const own = all.filter((called) => roomOf(called) === room);
      return own.length === 0 ? '–' : `${filesIn(own)} / ${own.length} / ${callsIn(own)}`;
    });
  const bold = (sums: number[]) => sums.map((sum) => `**${sum}**`).join(' / ');
  const heads = Object.keys(ways).map((way) => `${way}: files / functions / calls`);
  return [
    `| room | ${heads.join(' | ')} |`,
    '| --- | --- | --- |',
    ...rooms.map((room) => `| ${room} | ${cells(room).join(' | ')} |`),
    `| all but \`base\` | ${Object.values(ways).map(sumsOf).map(bold).join(' | ')} |`,
  ].join('\n');
}

/** Each file with what was called in it, to look for what the way could do without. */
function listed(all: readonly Called[]): string {
  const files = [...groupBy(all, ({ file }) => file)].sort(([a], [b]) => a.localeCompare(b));
  return files
    .map(
      ([file, own]) => `${file} ${own.map(({ name, calls }) => (calls > 1 ? `${name}×${calls}` : name)).join(' ')}\n`,
    )
    .join('');
}
