/** All that matters now: overdue, due, coming; tasks, lists, and what was said by itself. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Act } from '../app/acts.ts';
import { change } from '../app/change.ts';
import { isFocusNowhere, useFocus } from '../app/focus.ts';
import { dayName, longDay, plural, whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { person } from '../app/session.ts';
import { platformName } from '../chat/list.tsx';
import { ActButton, Button, WordButtons } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty, LoadView, Page, Section } from '../parts/page.tsx';
import { Row, Tick } from '../parts/row.tsx';
import {
  completeEntry,
  deleteEntry,
  putOff,
  type ShownDay,
  switchSchedule,
  type Today,
  type TodayEntry,
  withoutDaily,
} from './acts.ts';
import { EditReminder, NewReminder } from './reminder.tsx';

const CHANGES = ['reminders', 'schedules', 'tasks', 'notes', 'conversations'];

export default function TodayPage() {
  const loaded = useLoad('today', () => ask(api.GET('/v1/today')), CHANGES);
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title={loaded.data ? `Today, ${longDay(loaded.data.today)}` : 'Today'}
      acts={[{ label: 'New reminder', icon: 'plus', key: '+', run: () => setAdding(true) }]}
    >
      <div class="sheet">
        <LoadView loaded={loaded}>{(today) => <Sections today={today} loaded={loaded} />}</LoadView>
      </div>
      {isAdding && <NewReminder loaded={loaded} onClose={() => setAdding(false)} />}
    </Page>
  );
}

interface PartProps {
  today: Today;
  loaded: LoadState<Today>;
}

function Sections({ today, loaded }: PartProps) {
  const [first, ...later] = today.days.map((day) => withoutDaily(day, today.days));
  const coming = later.filter(({ entries, daily }) => entries.length > 0 || daily.length > 0);
  return (
    <>
      <WaitingLine />
      {today.overdue.length > 0 && (
        <Section title="Overdue">
          <ul class="list overdue">
            {today.overdue.map((entry) => (
              <EntryRow key={`${entry.id} ${entry.at}`} entry={entry} loaded={loaded} isOverdue />
            ))}
          </ul>
        </Section>
      )}
      <Section title="Due today">
        {first && (first.entries.length > 0 || first.daily.length > 0) ? (
          <Entries day={first} loaded={loaded} />
        ) : (
          <Empty>Nothing more today. “Remind me at 18:00 to call mum” in the chat, or + above, adds something.</Empty>
        )}
      </Section>
      <Kept today={today} loaded={loaded} />
      {coming.map((day) => (
        <Section key={day.day} title={dayName(day.day)}>
          <Entries day={day} loaded={loaded} />
        </Section>
      ))}
      {today.said.length > 0 && <Said said={today.said} />}
      {today.own && today.own.length > 0 && <OwnWork own={today.own} />}
    </>
  );
}

/** Lists and tasks, which have no day. */
function Kept({ today: { lists, tasks }, loaded }: PartProps) {
  return (
    <>
      {lists.length > 0 && (
        <Section title="Lists">
          {lists.map((list) => (
            <ListView key={list.id} list={list} loaded={loaded} />
          ))}
        </Section>
      )}
      {tasks.length > 0 && (
        <Section title="Tasks">
          <ul class="list">
            {tasks.map((task) => (
              <TaskRow key={task.id} task={task} loaded={loaded} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** All that waits for this person elsewhere, a link each. */
function WaitingLine() {
  const { counts, away, system } = person();
  const parts: [words: string, href: string][] = [];
  if (counts.approvals > 0)
    parts.push([`${counts.approvals} ${counts.approvals === 1 ? 'waits' : 'wait'} for your yes`, '/activity']);
  if (counts.unread > 0) parts.push([`${counts.unread} new in the chat`, '/chat']);
  for (const name of away) parts.push([`${platformName(name)} is away`, '/system']);
  if (system === 'wrong' && away.length === 0) parts.push(['Something is wrong', '/system']);
  if (parts.length === 0) return null;
  return (
    <p class="waits">
      {parts.map(([words, href]) => (
        <a key={words} href={href}>
          {words}
        </a>
      ))}
    </p>
  );
}

function Said({ said }: Pick<Today, 'said'>) {
  return (
    <Section title="Said for you">
      {said.map(({ id, time, text }) => (
        <details key={id} class="said">
          <summary>
            <span class="figures">{time}</span> {text.split('\n')[0]?.slice(0, 100)}
          </summary>
          <p class="plain-text" dir="auto">
            {text}
          </p>
        </details>
      ))}
    </Section>
  );
}

function OwnWork({ own }: { own: NonNullable<Today['own']> }) {
  return (
    <Section>
      <details>
        <summary>What coda does by itself this week: {plural(own.length, 'job')}</summary>
        <ul class="list">
          {own.map(({ name, at, day, time }) => (
            <li key={`${name} ${at}`} class="row">
              <span class="what">{name}</span>
              <span class="when">
                {dayName(day)} {time}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

function Entries({ day: { entries, more, daily }, loaded }: { day: ShownDay; loaded: LoadState<Today> }) {
  return (
    <>
      <ul class="list">
        {entries.map((entry) => (
          <EntryRow key={`${entry.id} ${entry.at}`} entry={entry} loaded={loaded} />
        ))}
      </ul>
      {daily.length > 0 && (
        <details class="also">
          <summary>also: {[...new Set(daily.map(({ text }) => text))].join(', ')}</summary>
          <ul class="list">
            {daily.map((entry) => (
              <EntryRow key={`${entry.id} ${entry.at}`} entry={entry} loaded={loaded} />
            ))}
          </ul>
        </details>
      )}
      {more > 0 && <p class="empty">and {more} more</p>}
    </>
  );
}

interface RowProps {
  entry: TodayEntry;
  loaded: LoadState<Today>;
  isOverdue?: boolean;
}

/** The id of the row that was taken away while the focus was in it. */
let goneWithFocus: string | undefined;

function EntryRow({ entry, loaded, isOverdue = false }: RowProps) {
  const [isEdited, setEdited] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  /** Counted up when the form in its place has closed. */
  const [closed, setClosed] = useState(0);
  const { kind, text, time, at, id } = entry;
  useFocus(row, closed > 0 && closed, { isIfNowhere: true });
  useFocusGoesAlong(row, id);
  const isReminder = kind === 'reminders' && id !== null;
  const later = LATER.map(
    ({ label, when }): Act => ({ label, icon: 'clock', run: () => putOff(loaded, entry, { when }) }),
  );
  if (isEdited) {
    const close = () => {
      setEdited(false);
      setClosed(closed + 1);
    };
    return (
      <Row rowRef={row} label={text}>
        <EditReminder entry={entry} loaded={loaded} onClose={close} />
      </Row>
    );
  }
  const done: Act = { label: 'Done', icon: 'check', key: 'e', run: () => completeEntry(loaded, entry) };
  const edit: Act = { label: 'Change or move', icon: 'pencil', key: 'Enter', run: () => setEdited(true) };
  const remove: Act = { label: 'Delete', icon: 'trash', isDanger: true, run: () => deleteEntry(loaded, entry) };
  const ofSchedule: Act[] = [
    { label: 'Switch off', icon: 'pause', run: () => switchSchedule(loaded, entry, false) },
    { label: 'To its schedule', icon: 'schedule', href: `/automations/${id}` },
    remove,
  ];
  const words = <EntryWords entry={entry} />;
  return (
    <Row
      rowRef={row}
      label={text}
      acts={isReminder ? [done, edit, ...later, remove] : []}
      menu={kind === 'schedules' && id !== null ? { label: `More for ${text}`, acts: ofSchedule } : undefined}
    >
      {isReminder ? (
        <>
          <Tick act={done} />
          <button type="button" class="what words" title="Change" onClick={edit.run}>
            {words}
          </button>
        </>
      ) : (
        <span class="what untickable">{words}</span>
      )}
      <span class="when">{isOverdue ? whenText(at) : time}</span>
      {isReminder && (
        <span class="buttons">
          <Menu label={`Later: ${text}`} text="Later" icon="clock" items={later} />
          <Menu label={`More for ${text}`} items={[edit, remove]} />
        </span>
      )}
    </Row>
  );
}

function EntryWords({ entry: { text, urgent, repeats, kind } }: { entry: TodayEntry }) {
  return (
    <>
      {text}
      {urgent && <span class="tag warn">urgent</span>}
      {(repeats ?? kind === 'schedules') && <span class="under"> {repeats ?? 'a schedule'}</span>}
    </>
  );
}

/** A reminder that moves to another time is another element: the focus goes along with it. */
function useFocusGoesAlong(row: RefObject<HTMLLIElement>, id: string | null): void {
  useLayoutEffect(() => {
    const element = row.current;
    if (id !== null && goneWithFocus === id && isFocusNowhere()) {
      element?.focus();
      goneWithFocus = undefined;
    }
    return () => {
      if (element?.contains(document.activeElement)) goneWithFocus = id ?? undefined;
    };
  }, []);
}

const LATER = [
  { label: '10 minutes', when: '10 minutes' },
  { label: '1 hour', when: '1 hour' },
  { label: 'Tonight', when: 'tonight' },
  { label: 'Tomorrow', when: 'tomorrow' },
  { label: 'In a week', when: '1 week' },
];

function TaskRow({ task, loaded }: { task: Today['tasks'][number]; loaded: LoadState<Today> }) {
  const { id, title, done, steps, next, yours, blocked, repeats } = task;
  const params = { path: { id } };
  const doStep: Act = {
    label: 'Step done',
    icon: 'check',
    key: 'e',
    when: () => yours,
    run: () => void change(loaded, () => ask(api.POST('/v1/tasks/{id}/done', { params, body: { step: done + 1 } }))),
  };
  const goOn: Act = {
    label: 'Go on',
    icon: 'play',
    when: () => blocked !== null,
    run: () => void change(loaded, () => ask(api.POST('/v1/tasks/{id}/resume', { params, body: {} }))),
  };
  const more: Act[] = [
    {
      label: 'Tomorrow',
      icon: 'clock',
      run: () =>
        void change(loaded, () => ask(api.POST('/v1/tasks/{id}/later', { params, body: { when: 'tomorrow' } }))),
    },
    {
      label: 'Give up',
      icon: 'trash',
      isDanger: true,
      run: () => void change(loaded, () => ask(api.DELETE('/v1/tasks/{id}', { params }))),
    },
  ];
  return (
    <Row label={title} acts={[doStep, goOn, ...more]}>
      <span class="what">
        {title} <span class="under">{repeats}</span>
        {next !== null && <span class="under"> next: {next}</span>}
        {blocked !== null && <span class="tag warn">{blocked}</span>}
      </span>
      <span class="aside">
        {done}/{steps}
      </span>
      <span class="buttons">
        <WordButtons acts={[goOn, doStep]} />
        <Menu label={`More for ${title}`} items={more} />
      </span>
    </Row>
  );
}

function ListView({ list, loaded }: { list: Today['lists'][number]; loaded: LoadState<Today> }) {
  const { id, name, items } = list;
  const [added, setAdded] = useState('');
  const params = { path: { id } };
  const withItems = (change: (items: readonly string[]) => string[]) => (today: Today) => ({
    ...today,
    lists: today.lists.map((each) => (each.id === id ? { ...each, items: change(each.items) } : each)),
  });
  const remove = (item: string) =>
    void change(
      loaded,
      () => ask(api.POST('/v1/notes/{id}/items', { params, body: { remove: item } })),
      withItems((all) => all.filter((each) => each !== item)),
    );
  const takeOff = (item: string): Act => ({
    label: `Take ${item} off`,
    icon: 'check',
    key: 'e',
    run: () => remove(item),
  });
  return (
    <details class="list-of">
      <summary>
        {name} ({items.length}) <span class="faint">{items.slice(0, 4).join(' · ')}</span>
      </summary>
      <ul class="list">
        {items.map((item) => (
          <Row key={item} label={item} acts={[takeOff(item)]}>
            <span class="what">{item}</span>
            <ActButton act={takeOff(item)} />
          </Row>
        ))}
      </ul>
      <form
        class="fill"
        onSubmit={(event) => {
          event.preventDefault();
          const item = added.trim();
          if (item === '') return;
          setAdded('');
          void change(
            loaded,
            () => ask(api.POST('/v1/notes/{id}/items', { params, body: { add: item } })),
            withItems((all) => [...all, item]),
          );
        }}
      >
        <Field label={`Add to ${name}`} value={added} onValue={setAdded} />
        <Button type="submit">Add</Button>
      </form>
    </details>
  );
}
