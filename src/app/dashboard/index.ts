import { Calendar, type CostLine, costByDay, costOfAll, type TurnTrace, traceTurns } from '../../agent/index.ts';
import { plural } from '../../base/text.ts';
import type {
  Caller,
  Cell,
  Figure,
  Page,
  PageAction,
  PageDay,
  PageReader,
  PageRow,
  PageTurn,
} from '../../chat/index.ts';
import { activity } from '../../delivery/index.ts';
import { personById, readerFor } from '../../people/index.ts';
import { readerOf } from '../../storage/index.ts';
import { addDays, beginningOf, dayAt, formatClock, type Reader } from '../../time/index.ts';
import { costReport } from '../cost.ts';
import { defaultZone, householdOf } from '../settings.ts';
import type { DashboardParts } from './skills.ts';

const NOW_MOST = 50;

function nowPage(parts: DashboardParts): Page {
  return {
    path: '/',
    title: 'Now',
    scope: 'admin',
    isLive: true,
    async load(reader) {
      const [busy, figures] = await Promise.all([activity.busy(reader.db, NOW_MOST), figuresOf(parts, reader)]);
      const rows = busy.map(
        (each): PageRow => ({
          id: each.id,
          cells: [placeCell(each, reader.personId), each.asker ?? '', { at: each.since }],
        }),
      );
      return [
        {
          kind: 'figures',
          title: 'At a glance',
          items: [{ label: 'Being answered', value: `${busy.length}` }, ...figures],
        },
        { kind: 'table', title: 'At work', columns: ['Where', 'For', 'Since'], rows, none: 'Nothing runs.' },
        {
          kind: 'table',
          title: 'Platforms',
          columns: ['Platform', 'State'],
          rows: platforms(parts),
          none: 'No chat platform is configured.',
        },
      ];
    },
  };
}

async function figuresOf({ config, delivery, jobs, approvals }: DashboardParts, reader: PageReader): Promise<Figure[]> {
  const { db, now } = reader;
  const today = new Calendar(defaultZone(config)).day(now);
  const [queued, { dead = 0, ...open }, waiting, { total: deadJobs }, { price, calls }] = await Promise.all([
    activity.countQueued(db),
    delivery.outbox.open(),
    approvals.list(),
    jobs.dead(1),
    costOfAll(db, today, today),
  ]);
  const unsent = Object.values(open).reduce((sum, count) => sum + count, 0);
  const asked = waiting.length;
  const bad = (count: number) => (count > 0 ? { tone: 'bad' as const } : {});
  return [
    { label: 'Waiting', value: `${queued}` },
    { label: 'Approvals', value: `${asked}`, path: '/approvals', ...(asked > 0 && { tone: 'warn' }) },
    { label: 'To be sent', value: `${unsent}` },
    { label: 'Undelivered', value: `${dead}`, path: '/undelivered', ...bad(dead) },
    { label: 'Dead jobs', value: `${deadJobs}`, path: '/doctor', ...bad(deadJobs) },
    { label: 'Model calls today', value: `${calls}`, path: '/costs' },
    { label: 'Spent today', value: `${price.toFixed(2)} ${config.models?.currency ?? 'USD'}`, path: '/costs' },
  ];
}

function platforms({ platforms: all }: DashboardParts): PageRow[] {
  return all().map(({ name, away }) => ({
    id: name,
    cells: [name, away === undefined ? { text: 'is heard', tone: 'good' } : { text: away, tone: 'bad' }],
  }));
}

const WEEK_DAYS = 7;
const MOST_A_DAY = 50;

type Entry = { at: Date; text: string; of: string };

function weekPage(parts: DashboardParts): Page {
  return {
    path: '/week',
    title: 'Week',
    scope: 'data',
    async load(reader) {
      const to = beginningOf(addDays(dayAt(reader.now, reader.zone), WEEK_DAYS), reader.zone);
      const entries: Entry[] = [];
      for (const { skill, deps } of parts.skills) {
        const planned = (await skill.listUpcoming?.(deps, reader, to)) ?? [];
        entries.push(
          ...planned.flatMap((each) => (each.isOpen ? [] : { ...each, of: skill.words?.keeps ?? skill.name })),
        );
      }
      entries.push(...(await ownTasks(parts, reader, to)));
      return [{ kind: 'week', title: 'The next seven days', days: daysOf(entries, reader) }];
    },
  };
}

async function ownTasks({ schedules }: DashboardParts, { db }: PageReader, to: Date): Promise<Entry[]> {
  const tasks = await schedules.list(db);
  return tasks.flatMap(({ name, nextAt }) =>
    nextAt && nextAt < to ? { at: nextAt, text: name, of: 'coda itself' } : [],
  );
}

function daysOf(entries: readonly Entry[], reader: PageReader): PageDay[] {
  const { zone, now } = reader;
  const calendar = new Calendar(zone);
  const words = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
  const sorted = [...entries].sort((one, other) => one.at.getTime() - other.at.getTime());
  return Array.from({ length: WEEK_DAYS }, (_, index) => {
    const day = addDays(calendar.day(now), index);
    const due = sorted.filter(({ at }) => (index === 0 && at < now) || calendar.day(at) === day);
    const shown = due.slice(0, MOST_A_DAY).map(({ at, text, of }) => ({ time: formatClock(at, reader), text, of }));
    return { label: words.format(new Date(day)), isToday: index === 0, entries: shown };
  });
}

/** In the order in which they stand at the top. */
export function dashboardPages(parts: DashboardParts): readonly Page[] {
  return [
    nowPage(parts),
    conversationsPage,
    conversationPage,
    weekPage(parts),
    costsPage(parts),
    ...parts.skills.flatMap(({ skill, deps }) => skill.pages?.(deps) ?? []),
    approvalsPage(parts),
    undeliveredPage,
    doctorPage(parts),
  ];
}

export async function callersReader(
  { database, config, world }: Pick<DashboardParts, 'database' | 'config' | 'world'>,
  { personId }: Caller,
): Promise<Reader> {
  const db = readerOf(database);
  const person = personId === undefined ? undefined : await personById(db, personId);
  return readerFor(person ?? { zone: undefined, locale: undefined }, householdOf(config), world.clock.now());
}

/** The viewer of a page; undefined: they were erased. */
export async function pageReader(
  { database, config, world }: Pick<DashboardParts, 'database' | 'config' | 'world'>,
  { personId, scopes }: Caller,
  asked: Pick<PageReader, 'params' | 'after'>,
): Promise<PageReader | undefined> {
  const db = readerOf(database);
  const person = personId === undefined ? undefined : await personById(db, personId);
  if (!person || (scopes.includes('admin') && person.role !== 'owner')) return undefined;
  return { db, personId: person.id, ...readerFor(person, householdOf(config), world.clock.now()), ...asked };
}

const DAYS = 30;

const gapRow = (gap: string): PageRow => ({ id: gap, cells: [`${gap}.`] });

function costsPage({ config, database }: DashboardParts): Page {
  const calendar = new Calendar(defaultZone(config));
  return {
    path: '/costs',
    title: 'Costs',
    scope: 'admin',
    async load({ db, now }) {
      const { currency, spans, models, unpriced } = await costReport(database, config, now);
      const money = (price: number) => `${price.toFixed(2)} ${currency}`;
      const today = calendar.day(now);
      const days = Array.from({ length: DAYS }, (_, ago) => addDays(today, -ago)).reverse();
      const spent = new Map((await costByDay(db, days[0] ?? '', days.at(-1) ?? '')).map((each) => [each.day, each]));
      const bars = days.map((label) => {
        const { price = 0, calls = 0 } = spent.get(label) ?? {};
        return { label, value: price, text: `${money(price)}, ${plural(calls, 'call')}` };
      });
      const row = ({ name, price, calls, input, output }: CostLine): PageRow => ({
        id: name,
        cells: [name, money(price), `${calls}`, `${input}`, `${output}`],
      });
      const columns = ['Name', 'Spent', 'Calls', 'Tokens read', 'Tokens written'];
      return [
        { kind: 'bars', title: 'The last 30 days', bars, none: 'Nothing.' },
        ...spans.map(({ name, budget, people }) => ({
          kind: 'table' as const,
          columns,
          rows: people.map(row),
          none: 'Nothing was spent.',
          title: `People, ${name}${budget > 0 ? ` (budget: ${money(budget)})` : ''}`,
        })),
        { kind: 'table', title: 'Models, this month', columns, rows: models.map(row), none: 'No model was asked.' },
        ...(unpriced.length > 0
          ? [
              {
                kind: 'table' as const,
                title: 'Prices',
                columns: ['What is not known'],
                rows: unpriced.map(gapRow),
                none: '',
              },
            ]
          : []),
      ];
    },
  };
}

const MOST = 100;
const MOST_TURNS = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const conversationsPage: Page = {
  path: '/conversations',
  title: 'Conversations',
  scope: 'admin',
  async load({ db, personId }) {
    const rows = (await activity.recent(db, MOST)).map(
      (each): PageRow => ({
        id: each.id,
        cells: [placeCell(each, personId), { at: each.at }, stateOf(each.state)],
      }),
    );
    const columns = ['Where', 'Last message', 'It is'];
    return [{ kind: 'table', title: 'The newest', columns, rows, none: 'Nothing has been said yet.' }];
  },
};

/** Its turns. What was said, and the arguments of calls, are shown to nobody but the person whose conversation it is. */
const conversationPage: Page = {
  path: '/conversations/:id',
  title: 'Conversation',
  scope: 'admin',
  isBelow: true,
  async load({ db, personId, params: { id = '' } }) {
    const found = UUID.test(id) ? await activity.conversation(db, id) : undefined;
    if (!found) return undefined;
    const cell = placeCell(found, personId);
    const title = typeof cell === 'object' && 'text' in cell ? cell.text : '';
    const turns = await traceTurns(db, id, MOST_TURNS, found.personId === personId);
    return [{ kind: 'turns', title, turns: turns.map(turnOf), none: 'No turn has begun here.' }];
  },
};

const STATES: Readonly<Record<string, string>> = {
  received: 'being answered',
  waiting: 'waiting for a decision',
  done: 'answered',
};

function stateOf(state: string) {
  const text = STATES[state] ?? state;
  return state === 'failed' || state === 'expired' ? ({ text, tone: 'bad' } as const) : text;
}

function turnOf({ id, state, model, error, person, elapsedMs, startedAt, said, steps }: TurnTrace): PageTurn {
  const took = `${(elapsedMs / 1_000).toFixed(1)} s`;
  const about = [person, state === 'failed' ? `failed: ${error ?? 'no reason is known'}` : state, model, took];
  return {
    id,
    at: startedAt,
    title: about.filter(Boolean).join(', '),
    ...(state === 'failed' && { tone: 'bad' as const }),
    ...(said !== null && { said }),
    steps: steps.map(({ at, what, tookMs, depth, inputs = [] }) => ({
      at: new Date(at),
      text: what,
      depth,
      ...(tookMs !== undefined && { tookMs }),
      ...(inputs.length > 0 && { code: inputs.map(({ name, input }) => `${name} ${input}`) }),
    })),
  };
}

const SHOWN_CHARACTERS = 200;
const MOST_LETTERS = 50;

function approvalsPage({ approvals }: DashboardParts): Page {
  const press = (id: string, approved: boolean): PageAction => ({
    label: approved ? 'Approve' : 'Deny',
    method: 'POST',
    path: `/approvals/${id}`,
    body: { approved },
    style: approved ? 'primary' : 'danger',
    done: approved ? 'Approved.' : 'Denied.',
  });
  return {
    path: '/approvals',
    title: 'Approvals',
    scope: 'admin',
    isLive: true,
    async load() {
      const rows = (await approvals.list()).map(
        ({ id, purpose, shown, person, place, at, expiresAt }): PageRow => ({
          id,
          cells: [
            purpose,
            { code: shown },
            `${person}, ${place.split(':')[0]}`,
            { at: new Date(at) },
            { at: expiresAt === undefined ? undefined : new Date(expiresAt) },
          ],
          actions: [press(id, true), press(id, false)],
        }),
      );
      const columns = ['Tool', 'With', 'Asked by', 'Since', 'No answer means no at'];
      return [{ kind: 'table', title: 'Waiting', columns, rows, none: 'Nothing waits for a decision.' }];
    },
  };
}

/** Dead letters: each can be sent again. What others were to be told is theirs, also where it did not reach them. */
const undeliveredPage: Page = {
  path: '/undelivered',
  title: 'Undelivered',
  scope: 'admin',
  async load({ db, personId }) {
    const { letters, total } = await activity.listUndelivered(db, personId, MOST_LETTERS);
    const rows = letters.map((letter): PageRow => {
      const { part, at, recipientId, recipient, what, text, error } = letter;
      const path = `/undelivered/${part}/resend`;
      const shown = text === null ? what : `${what}: ${text.slice(0, SHOWN_CHARACTERS)}`;
      return {
        id: part,
        cells: [
          { at },
          placeCell(letter, personId),
          recipientId === personId ? 'you' : (recipient ?? 'everybody there'),
          shown,
          { text: error ?? '', tone: 'bad' },
        ],
        actions: [{ label: 'Send again', method: 'POST', path, done: 'It will be sent again.' }],
      };
    });
    const title = total > rows.length ? `The newest of ${total}` : 'Dead letters';
    const columns = ['When', 'Where', 'For', 'What', 'Why'];
    return [{ kind: 'table', title, columns, rows, none: 'Everything could be delivered.' }];
  },
};

const TONES = { ok: 'good', warning: 'warn', error: 'bad' } as const;

function doctorPage({ checks, version }: DashboardParts): Page {
  return {
    path: '/doctor',
    title: 'Doctor',
    scope: 'admin',
    async load() {
      const found = await checks.run();
      const rows = found.map(
        ({ name, severity, says, remedy, code }, index): PageRow => ({
          id: `${code}-${index}`,
          cells: [
            severity in TONES ? { text: severity, tone: TONES[severity as keyof typeof TONES] } : severity,
            name,
            says,
            remedy ?? '',
          ],
        }),
      );
      const columns = ['State', 'Part', 'Finding', 'What to do'];
      return [{ kind: 'table', title: `coda ${version}`, columns, rows, none: 'Nothing was asked.' }];
    },
  };
}

/** A place, with a link to it. Channels of direct conversations are ids that say nothing to people. */
function placeCell({ id, adapter, channel, kind, name, personId }: activity.ShownConversation, own: string): Cell {
  const where = kind === 'dm' ? `with ${personId === own ? 'you' : (name ?? 'somebody')}` : channel;
  return { text: `${adapter} ${where}`, path: `/conversations/${id}` };
}
