import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deferred, groupBy } from '../../src/base/async.ts';
import { packageRoot } from '../../src/base/root.ts';
import { type Called, callsWhile } from '../support/calls.ts';
import { type DiscordPlay, playDiscord } from '../support/discord/play.ts';
import { stepsOfMessage } from '../support/guide.ts';
import { echo } from '../support/scripted-model.ts';

const PAGE = join(packageRoot(), 'docs/architecture.md');
const BEGIN = '<!-- ways: written by test/house/ways.long.test.ts with UPDATE_DOCS=1 -->';
const END = '<!-- /ways -->';
/** So often is a way taken at least, and while it seems longer than it may be at most. */
const [FEWEST, MOST] = [4, 24];

test('a message and a reminder take no longer way through the house than docs/architecture.md says', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const shown = page.slice(page.indexOf(BEGIN), page.indexOf(END));
  const bounds = [...shown.matchAll(/\*\*(\d+)\*\*/g)].map(([, figure]) => Number(figure));
  const [ofMessage, ofReminder] = [bounds.slice(0, 3), bounds.slice(3)];
  const ways = { 'a message': await wayOfMessage(ofMessage), 'a reminder': await wayOfReminder(ofReminder) };
  if (process.env.CODA_TEST_LOG) process.stdout.write(Object.values(ways).map(listed).join('\n'));
  // Also where the table is written anew: a sum that has to grow is raised by hand, and with a reason.
  const lists = Object.values(ways).map(listed).join('\n');
  expect(stepsLeftOut(ways['a message']), 'steps that docs/architecture.md names').toEqual([]);
  expect(exceeding(ways['a message'], ofMessage), lists).toEqual([]);
  expect(exceeding(ways['a reminder'], ofReminder), lists).toEqual([]);
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(shown, () => `${BEGIN}\n\n${table(ways)}\n\n`),
    );
});

async function wayOfMessage(bounds: readonly number[]): Promise<Called[]> {
  await using play = await playDiscord({ model: echo(), freshEngine: true });
  const dm = play.fake.dm(play.ana);
  const say = async (text: string) => {
    const stored = receiptsOf(play);
    play.asks(text, { channel: dm });
    await play.hears(`you said: ${text}`, dm);
    await stored;
  };
  // What is loaded, met and remembered with the first messages is no part of the way of the next.
  for (const text of ['one', 'two', 'three']) await say(text);
  return await shared(play, bounds, async (time) => () => say(`message ${time}`));
}

async function wayOfReminder(bounds: readonly number[]): Promise<Called[]> {
  await using play = await playDiscord({ stillClock: true, freshEngine: true });
  const dm = play.fake.dm(play.ana);
  const sets = async (text: string, minutes: number) => {
    const stored = receiptsOf(play);
    play.asks(`remind me in ${minutes} minutes to ${text}`, { channel: dm });
    await play.hears(text, dm);
    await stored;
    await play.settled();
  };
  // Another one is to come behind each.
  await sets('pay the rent', 24 * 60);
  const setAndDue = async (time: number) => {
    await sets(`water fern ${time}`, 5);
    return async () => {
      const stored = receiptsOf(play);
      const before = play.said(`water fern ${time}`).length;
      await play.moves(5 * 60_000);
      await stored;
      expect(play.said(`water fern ${time}`).length).toBe(before + 1);
    };
  };
  for (const time of [100, 101]) await (await setAndDue(time))();
  return await shared(play, bounds, setAndDue);
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

/**
 * What happens beside it, now and then (a heartbeat, the typing dots of a slow machine), is no part of the way: only what was
 * called each time is.
 */
async function shared(
  play: DiscordPlay,
  bounds: readonly number[],
  prepare: (time: number) => Promise<() => Promise<void>>,
): Promise<Called[]> {
  let always: Map<string, Called> | undefined;
  for (let time = 0; time < MOST; time++) {
    const work = await prepare(time);
    const called = new Map((await callsWhile(work)).map((one) => [`${one.file} ${one.at}`, one]));
    for (const [key, one] of always ?? []) {
      const now = called.get(key);
      if (now) called.set(key, now.calls < one.calls ? now : one);
    }
    always = new Map([...called].filter(([key]) => always === undefined || always.has(key)));
    await play.settled();
    if (time + 1 >= FEWEST && exceeding([...always.values()], bounds).length === 0) break;
  }
  return [...(always?.values() ?? [])];
}

const roomOf = ({ file }: Called) => file.split('/')[0] as string;
const filesIn = (all: readonly Called[]) => new Set(all.map(({ file }) => file)).size;
const callsIn = (all: readonly Called[]) => all.reduce((sum, { calls }) => sum + calls, 0);

/** Functions that the page names as steps and no message called. The model is played. */
function stepsLeftOut(way: readonly Called[]): string[] {
  const called = new Set(way.map(({ file, name }) => `${file} ${name}`));
  return stepsOfMessage()
    .filter(({ file }) => !file.startsWith('agent/models/'))
    .flatMap(({ file, functions }) => functions.map((name) => `${file} ${name}`))
    .filter((step) => !called.has(step));
}

/** Files, functions and calls outside `base/`. */
function sumsOf(all: readonly Called[]): number[] {
  const own = all.filter((called) => roomOf(called) !== 'base');
  return [filesIn(own), own.length, callsIn(own)];
}

const exceeding = (way: readonly Called[], bounds: readonly number[]): number[] =>
  sumsOf(way).filter((sum, at) => sum > (bounds[at] ?? 0));

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
