/** Schedules of a person: on and off, when it comes next, what came of it, run now. */
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, useActs } from '../app/acts.ts';
import { change, tellChange } from '../app/change.ts';
import { duration, whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { go } from '../app/router.ts';
import { act } from '../app/toasts.tsx';
import { Switch, WordButton } from '../parts/button.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Reason } from '../parts/reason.tsx';
import { Row } from '../parts/row.tsx';
import { useThingFields } from '../parts/thing-fields.tsx';
import type { FieldValues } from '../parts/thing-values.ts';
import { BAD_OUTCOMES, findingWords, isEnded, lastRunWords, OUTCOMES } from './outcome.ts';
import { offWords, PauseQuestion, pauseItems, runsNow } from './pause.tsx';
import { ScheduleQuestion } from './question.tsx';

type Listed = Json<'/v1/schedules'>;
type Schedule = Listed['schedules'][number];
type Runs = Json<'/v1/schedules/{id}/runs'>;
type Rule = NonNullable<Schedule['watch']>['rule'] | undefined;

export function ScheduleList() {
  const loaded = useLoad('schedules', () => ask(api.GET('/v1/schedules', { params: { query: { limit: 200 } } })), [
    'schedules',
  ]);
  const [isAdding, setAdding] = useState(false);
  return (
    <Section title="Planned" acts={[{ label: 'New schedule', icon: 'plus', key: '+', run: () => setAdding(true) }]}>
      <LoadView loaded={loaded}>
        {({ schedules }) => (
          <>
            {schedules.length === 0 && (
              <Empty>
                Nothing is planned. “Every weekday at 8, tell me my day” in the chat does it, or the button.
              </Empty>
            )}
            <ul class="list">
              {schedules.map((schedule) => (
                <ScheduleRow key={schedule.id} schedule={schedule} loaded={loaded} />
              ))}
            </ul>
          </>
        )}
      </LoadView>
      {isAdding && <ScheduleQuestion onClose={() => setAdding(false)} loaded={loaded} />}
    </Section>
  );
}

interface Acting {
  patch: (change: (schedule: Schedule) => Schedule) => void;
  reload: () => void;
}

const switchIt = ({ id }: Schedule, on: boolean, acting: Acting) =>
  void change(
    { reload: acting.reload, patch: () => acting.patch((before) => ({ ...before, on, off_until: null })) },
    () => ask(api.PATCH('/v1/schedules/{id}', { params: { path: { id } }, body: { on } })),
  );

const pauseIt = ({ id }: Schedule, until: string, { reload }: Acting) =>
  tellChange(reload, ask(api.PATCH('/v1/schedules/{id}', { params: { path: { id } }, body: { off_until: until } })));

const runIt = ({ id }: Schedule, { reload }: Acting) =>
  void change({ reload, patch: () => {} }, () =>
    ask(api.POST('/v1/schedules/{id}/run', { params: { path: { id } }, body: {} })),
  );

const removeIt = ({ id }: Schedule, { reload }: Acting) =>
  change({ reload, patch: () => {} }, () => ask(api.DELETE('/v1/schedules/{id}', { params: { path: { id } } })));

function ScheduleRow({ schedule, loaded }: { schedule: Schedule; loaded: LoadState<Listed> }) {
  const { id, title, repeats, next, failures, last_outcome } = schedule;
  const [isPausing, setPausing] = useState(false);
  const acting: Acting = {
    reload: loaded.reload,
    patch: (changed) =>
      loaded.patch((listed) => ({
        ...listed,
        schedules: listed.schedules.map((each) => (each.id === id ? changed(each) : each)),
      })),
  };
  const [first] = next;
  return (
    <Row
      label={title}
      acts={[{ label: 'Open', key: 'Enter', href: `/automations/${id}` }]}
      menu={{ label: `More for ${title}`, acts: menuOf(schedule, acting, () => setPausing(true)) }}
    >
      <a class="what plain-link" href={`/automations/${id}`}>
        {title}
        <span class="under"> {repeats ?? 'once'}</span>
      </a>
      <span class="beneath">
        <span class={failures > 0 || BAD_OUTCOMES.has(last_outcome ?? '') ? 'aside bad' : 'aside'}>
          {lastRunWords(schedule)}
        </span>
        <span class="when">
          {offWords(schedule) ?? (first === undefined ? 'not again' : `next ${whenText(first)}`)}
        </span>
      </span>
      <Switch label={title} on={runsNow(schedule)} onTurn={(wanted) => switchIt(schedule, wanted, acting)} />
      {isPausing && <SchedulePause schedule={schedule} acting={acting} onClose={() => setPausing(false)} />}
    </Row>
  );
}

interface SchedulePauseProps {
  schedule: Schedule;
  acting: Acting;
  onClose: () => void;
}

const SchedulePause = ({ schedule, acting, onClose }: SchedulePauseProps) => (
  <PauseQuestion title={schedule.title} pause={(until) => pauseIt(schedule, until, acting)} onClose={onClose} />
);

const pausesOf = (schedule: Schedule, acting: Acting, askDate: () => void): Act[] =>
  pauseItems(schedule, {
    pause: (until) => void act(() => pauseIt(schedule, until, acting)),
    resume: () => switchIt(schedule, true, acting),
    askDate,
  });

const menuOf = (schedule: Schedule, acting: Acting, askDate: () => void): Act[] => [
  { label: 'Run now', icon: 'play', key: 'r', run: () => runIt(schedule, acting) },
  ...pausesOf(schedule, acting, askDate),
  { label: 'Delete', icon: 'trash', isDanger: true, run: () => void removeIt(schedule, acting) },
];

export function ScheduleView({ id }: { id: string }) {
  const params = { path: { id } };
  const loaded = useLoad(`schedule ${id}`, () => ask(api.GET('/v1/schedules/{id}', { params })), ['schedules']);
  const runs = useLoad(`runs of ${id}`, () => ask(api.GET('/v1/schedules/{id}/runs', { params })), [
    'schedules',
    'conversations',
  ]);
  return (
    <>
      <LoadView loaded={loaded}>{(schedule) => <ScheduleBody schedule={schedule} loaded={loaded} />}</LoadView>
      <Section title="What came of it">
        <LoadView loaded={runs}>{(list) => <RunList runs={list} rule={loaded.data?.watch?.rule} />}</LoadView>
      </Section>
    </>
  );
}

function ScheduleBody({ schedule, loaded }: { schedule: Schedule; loaded: LoadState<Schedule> }) {
  const { title, tainted } = schedule;
  const [isPausing, setPausing] = useState(false);
  const [isEdited, setEdited] = useState(false);
  const acting: Acting = { reload: loaded.reload, patch: loaded.patch };
  const remove = async () => {
    if (await removeIt(schedule, acting)) go('/automations');
  };
  const runNow: Act = { label: 'Run now', icon: 'play', key: 'r', run: () => runIt(schedule, acting) };
  const more: Act[] = [
    { label: 'Change', icon: 'pencil', key: 'c', run: () => setEdited(true) },
    ...pausesOf(schedule, acting, () => setPausing(true)),
    { label: 'Delete', icon: 'trash', isDanger: true, run: () => void remove() },
  ];
  useActs([runNow, ...more]);
  return (
    <article class="note">
      <header>
        <h2 class="title">{title}</h2>
        <span class="buttons">
          <Switch label={title} on={runsNow(schedule)} onTurn={(wanted) => switchIt(schedule, wanted, acting)} />
          <WordButton act={runNow} />
          <Menu label="More for this schedule" items={more} />
        </span>
      </header>
      <ScheduleFacts schedule={schedule} />
      {tainted && <p class="faint small">Words of others went into it: what it does outside asks first.</p>}
      {isPausing && <SchedulePause schedule={schedule} acting={acting} onClose={() => setPausing(false)} />}
      {isEdited && <ScheduleQuestion schedule={schedule} loaded={loaded} onClose={() => setEdited(false)} />}
    </article>
  );
}

function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const {
    prompt,
    run,
    repeats,
    next,
    zone,
    last_error: error,
    last_ms: elapsedMs,
    watch,
    telling,
    target,
    target_name: place,
  } = schedule;
  const choices = useThingFields('schedules').filter(({ kind }) => kind === 'choice');
  return (
    <dl class="facts">
      <dt>What</dt>
      <dd>{watch ? watch.looks : (prompt ?? `runs ${run ?? ''}`)}</dd>
      {watch && <WatchFacts watch={watch} telling={telling} />}
      {target !== null && (
        <>
          <dt>Told in</dt>
          <dd>{place ?? 'a place that is gone'}</dd>
        </>
      )}
      <dt>When</dt>
      <dd>
        {repeats ?? 'once'} ({zone})
      </dd>
      <dt>Next</dt>
      <dd>{[offWords(schedule) ?? [], ...next.map((at) => whenText(at))].flat().join(' · ') || 'not again'}</dd>
      <dt>Last</dt>
      <dd class={isEnded(schedule) && error !== null ? 'bad' : ''}>
        {lastRunWords(schedule)}
        {isEnded(schedule) && elapsedMs !== null && `, took ${duration(elapsedMs)}`}
        {isEnded(schedule) && error !== null && <Reason reason={error} />}
      </dd>
      {choices.map(({ name, label, choices: words }) => (
        <Fragment key={name}>
          <dt>{label}</dt>
          <dd>{words?.[String((schedule as FieldValues)[name])]}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

interface WatchProps {
  watch: NonNullable<Schedule['watch']>;
  telling: Schedule['telling'];
}

function WatchFacts({ watch, telling }: WatchProps) {
  return (
    <>
      <dt>Told</dt>
      <dd>
        {watch.tells}
        {telling && <span class="under"> {telling.says}</span>}
      </dd>
      {watch.source.kind === 'mcp' && Object.keys(watch.source.input).length > 0 && (
        <>
          <dt>Given</dt>
          <dd>
            <code>{JSON.stringify(watch.source.input)}</code>
          </dd>
        </>
      )}
      <dt>Model</dt>
      <dd>{watch.ask === null ? 'none is asked' : `“${watch.ask}”, for at most ${watch.budget} a day`}</dd>
    </>
  );
}

function RunList({ runs: { runs }, rule }: { runs: Runs; rule: Rule }) {
  if (runs.length === 0) return <Empty>It has not run lately.</Empty>;
  return (
    <ul class="list">
      {runs.map((run) => (
        <RunRow key={run.id} run={run} rule={rule} />
      ))}
    </ul>
  );
}

function RunRow({ run, rule }: { run: Runs['runs'][number]; rule: Rule }) {
  const { at, state, took_ms: elapsedMs, error, output, finding, told, told_in: id, told_in_name: name, cost } = run;
  const place = name ?? (id === null ? null : 'a place that has no name');
  return (
    <li class="row">
      <div class="what">
        {whenText(at)}
        {finding !== null && (
          <span class="under" title={id ?? undefined}>
            {' '}
            {finding === 'told' ? `told in ${place ?? 'a place'}` : findingWords(finding, output, rule)}
          </span>
        )}
        {finding === null && place !== null && <span class="under"> answered in {place}</span>}
        {error !== null && <Reason reason={error} />}
        {(output || told) && (
          <details>
            <summary>{told ? 'What was told' : 'What came'}</summary>
            <pre class="diff">{told ?? output}</pre>
          </details>
        )}
      </div>
      {cost !== null && <span class="aside">cost {cost.toFixed(4)}</span>}
      <span class={BAD_OUTCOMES.has(state) ? 'tag bad' : 'tag'}>{OUTCOMES[state] ?? state}</span>
      <span class="when">{elapsedMs === null ? '' : duration(elapsedMs)}</span>
    </li>
  );
}
