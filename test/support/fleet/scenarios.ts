import type { Fleet, PlatformState, Seen } from './index.ts';
import { streamed } from './mind.ts';

/** Something that people do, and how one sees that it came out right. `name` is unique for each time it is played. */
export interface Scenario {
  name: string;
  /** Whether the model shows its answers while they grow. */
  streams?: true;
  /** Does it, and returns when all that must be heard has been heard at least once. */
  play(fleet: Fleet, name: string): Promise<void>;
  /** What is wrong with what stands there at the end, when nothing is under way any more. */
  wrong(seen: readonly Seen[], state: PlatformState, name: string): string[];
  /** A statement whose one row has the number that it must be as `n`. */
  stored?(name: string): { sql: string; n: number };
}

const starting = (seen: readonly Seen[], start: string) => seen.filter(({ text }) => text.startsWith(start));

/** That exactly `count` messages begin like this. */
function exactly(seen: readonly Seen[], start: string, count = 1): string[] {
  const found = starting(seen, start).length;
  return found === count ? [] : [`${found} × “${start}” instead of ${count}`];
}

function nothingBut(seen: readonly Seen[], ...starts: string[]): string[] {
  const other = seen.filter(({ text }) => !starts.some((start) => text.startsWith(start)));
  return other.map(({ text }) => `unexpected: “${text}”`);
}

const heard = (fleet: Fleet, name: string, start: string) =>
  fleet.until(name, (seen) => starting(seen, start).length > 0);

const UNCLEAR = 'I was interrupted';

/** Asked once and answered once; what was done outside was done once, or its asker knows that nobody knows. */
function outsideOnce(seen: readonly Seen[], state: PlatformState, name: string, told: string): string[] {
  const done = state.outside[name] ?? 0;
  const unclear = starting(seen, UNCLEAR).length;
  if (done > 1) return [`done ${done} times`];
  if (unclear > 1) return ['told twice that it is unclear'];
  const answered = seen.some(({ text }) => text.includes(told));
  return (done === 1 && answered) || unclear === 1 ? [] : [`done ${done} times, told ${answered}, unclear ${unclear}`];
}

async function pressNewest(fleet: Fleet, name: string, label: string): Promise<void> {
  const button = (await fleet.in(name)).flatMap(({ buttons }) => buttons).findLast((each) => each.label === label);
  if (!button) throw new Error(`there is no button “${label}”`);
  await fleet.press(name, button.id);
}

const plain: Scenario = {
  name: 'a plain message',
  async play(fleet, name) {
    await fleet.says(name, `say ${name}`);
    await heard(fleet, name, `say ${name}`);
  },
  wrong: (seen, _, name) => [...exactly(seen, `say ${name}: done`), ...nothingBut(seen, 'say')],
};

const command: Scenario = {
  name: 'a command',
  async play(fleet, name) {
    await fleet.says(name, '/reminders');
    await heard(fleet, name, '');
  },
  wrong: (seen) => exactly(seen, ''),
};

const dataTool: Scenario = {
  name: 'a message with a tool on its data',
  async play(fleet, name) {
    await fleet.says(name, `note ${name}`);
    await heard(fleet, name, `note ${name}`);
  },
  wrong: (seen, _, name) => [...exactly(seen, `note ${name}: `), ...nothingBut(seen, 'note')],
  stored: (name) => ({ sql: `select count(*) as n from notes where text = 'noted ${name}'`, n: 1 }),
};

const followUp: Scenario = {
  name: 'a follow-up while it works',
  async play(fleet, name) {
    await fleet.says(name, `note ${name}`);
    await fleet.says(name, `say ${name}`);
    await heard(fleet, name, `say ${name}`);
  },
  wrong(seen, _, name) {
    const own = starting(seen, `note ${name}: `).length;
    return [...exactly(seen, `say ${name}: `), ...(own > 1 ? ['the first was answered twice'] : [])];
  },
  stored: (name) => ({ sql: `select count(*) as n from notes where text = 'noted ${name}'`, n: 1 }),
};

/** The first part has its answer's key, the others their place after it. */
const inOrder = (seen: readonly Seen[]) =>
  [...seen].sort((a, b) => Number(a.key.split(':')[2] ?? 0) - Number(b.key.split(':')[2] ?? 0));

const whole = (seen: readonly Seen[], name: string, lives: number) => {
  const said = inOrder(seen)
    .map(({ text }) => text)
    .join('');
  return Array.from({ length: lives + 1 }, (_, life) => streamed(name, life)).includes(said);
};

const stream: Scenario = {
  name: 'a streamed answer',
  streams: true,
  async play(fleet, name) {
    await fleet.says(name, `stream ${name}`);
    await fleet.until(name, (seen) => whole(seen, name, fleet.started));
  },
  wrong(seen, _, name) {
    const shown = inOrder(seen).map(({ text }) => text);
    return whole(seen, name, 10_000) ? [] : [`not one whole answer: ${JSON.stringify(shown)}`];
  },
};

const parked: Scenario = {
  name: 'a turn that asks, a press, and what it lets happen',
  async play(fleet, name) {
    await fleet.says(name, `ask ${name}`);
    await fleet.until(name, (seen) => seen.some(({ buttons }) => buttons.length > 0));
    await pressNewest(fleet, name, 'Approve');
    await heard(fleet, name, `ask ${name}: `);
  },
  wrong: (seen, state, name) => [
    ...exactly(seen, 'May I do this'),
    ...exactly(seen, 'Approved.'),
    ...exactly(seen, `ask ${name}: `),
    ...outsideOnce(seen, state, name, `sent ${name}`),
    ...nothingBut(seen, 'May I', 'Approved.', 'ask', UNCLEAR),
  ],
};

/** Without the further parts of long answers. */
const begun = (seen: readonly Seen[]) => seen.filter(({ key }) => !/^answer:[^:]+:\d/.test(key));

const delegated: Scenario = {
  name: 'a nested turn that asks, a press, and what it lets happen',
  async play(fleet, name) {
    await fleet.says(name, `delegate ${name}`);
    // Cut off before it had begun anything it cannot ask any more.
    const ended = (seen: readonly Seen[]) => starting(seen, `delegate ${name}: `).length > 0;
    await fleet.until(name, (seen) => ended(seen) || seen.some(({ buttons }) => buttons.length > 0));
    if (ended(await fleet.in(name))) return;
    await pressNewest(fleet, name, 'Approve');
    await fleet.until(name, ended);
  },
  wrong: (seen, state, name) => [
    ...exactly(seen, `delegate ${name}: `),
    ...(starting(seen, 'May I do this').length > 1 ? ['asked twice'] : []),
    ...outsideOnce(seen, state, name, `sent ${name}`),
    ...nothingBut(begun(seen), 'May I', 'Approved.', 'delegate', UNCLEAR),
  ],
};

const fetched: Scenario = {
  name: 'a message with a tool that reads outside',
  async play(fleet, name) {
    await fleet.says(name, `fetch ${name}`);
    await heard(fleet, name, `fetch ${name}: `);
  },
  wrong: (seen, state, name) => [
    ...exactly(seen, `fetch ${name}: `),
    ...outsideOnce(seen, state, name, `read ${name}`),
    ...nothingBut(seen, 'fetch', UNCLEAR),
  ],
};

/** How many answers there are: the parts of one have its key. */
const answers = (seen: readonly Seen[]) =>
  new Set(seen.filter(({ kind }) => kind === 'answer').map(({ key }) => key.split(':')[1])).size;

const reminder: Scenario = {
  name: 'a reminder, and the press that completes it',
  async play(fleet, name) {
    await fleet.says(name, `remind ${name}`);
    await fleet.until(name, (seen) => seen.some(({ kind }) => kind === 'reminder'));
    await pressNewest(fleet, name, 'Done');
    await fleet.until(name, (seen) => answers(seen) === 2);
  },
  wrong(seen, _, name) {
    const due = seen.filter(({ kind }) => kind === 'reminder').length;
    return [
      ...(due === 1 ? [] : [`reminded ${due} times`]),
      ...(answers(seen) === 2 ? [] : [`${answers(seen)} answers`]),
      ...exactly(seen, `remind ${name}: `),
    ];
  },
  stored: (name) => ({
    sql: `select count(*) as n from reminders where text = 'due ${name}' and state = 'completed' and firing = 1`,
    n: 1,
  }),
};

export const scenarios: readonly Scenario[] = [
  plain,
  command,
  dataTool,
  followUp,
  stream,
  parked,
  delegated,
  fetched,
  reminder,
];
