/** Tasks of coda itself, and background jobs that wait or have given up. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { duration, plural, whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { Switch } from '../parts/button.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Reason } from '../parts/reason.tsx';
import { Row } from '../parts/row.tsx';
import { offWords, PauseQuestion, pauseItems, runsNow } from './pause.tsx';

type Tasks = Json<'/v1/system/tasks'>;
type Task = Tasks['tasks'][number];
type Jobs = Json<'/v1/jobs'>;

export function OwnTasks() {
  const tasks = useLoad('own tasks', () => ask(api.GET('/v1/system/tasks')), ['schedules', 'jobs']);
  const jobs = useLoad('jobs', () => ask(api.GET('/v1/jobs')), ['jobs']);
  return (
    <>
      <Section title="Again and again">
        <LoadView loaded={tasks}>
          {({ tasks: all }) => (
            <ul class="list">
              {all.map((task) => (
                <TaskRow key={task.name} task={task} loaded={tasks} />
              ))}
            </ul>
          )}
        </LoadView>
      </Section>
      <LoadView loaded={jobs}>{(list) => <JobList jobs={list} loaded={jobs} />}</LoadView>
    </>
  );
}

function lastOf({ last_at: at, took_ms: elapsedMs, failures }: Task): string {
  if (at === null) return 'has not run yet';
  const how = failures > 0 ? `failed ${plural(failures, 'time')} in a row,` : 'went well';
  return `${how} ${whenText(at)}${elapsedMs === null ? '' : `, ${duration(elapsedMs)}`}`;
}

function TaskRow({ task, loaded }: { task: Task; loaded: LoadState<Tasks> }) {
  const [isPausing, setPausing] = useState(false);
  const { name, does, next_at: next, last_error: error, failures } = task;
  const params = { path: { name } };
  const title = does ?? name;
  const turn = (wanted: boolean) => {
    loaded.patch(({ tasks }) => ({
      tasks: tasks.map((each) => (each.name === name ? { ...each, on: wanted, off_until: null } : each)),
    }));
    const run = () =>
      wanted
        ? ask(api.POST('/v1/system/tasks/{name}/on', { params }))
        : ask(api.POST('/v1/system/tasks/{name}/off', { params, body: {} }));
    void act(run, { done: `“${title}” is ${wanted ? 'on' : 'off'}.`, back: loaded.reload });
  };
  const pause = (until: string) =>
    ask(api.POST('/v1/system/tasks/{name}/off', { params, body: { until } })).then(loaded.reload);
  const acts: Act[] = [
    {
      label: 'Run now',
      icon: 'play',
      key: 'r',
      run: () =>
        void act(() => ask(api.POST('/v1/system/tasks/{name}/run', { params })), { done: `“${title}” runs now.` }),
    },
    ...pauseItems(task, {
      pause: (until) => void act(() => pause(until)),
      resume: () => turn(true),
      askDate: () => setPausing(true),
    }),
  ];
  return (
    <Row label={name} menu={{ label: `More for ${name}`, acts }}>
      <span class="what" title={name}>
        {title}
        {error !== null && failures > 0 && <Reason reason={error} />}
      </span>
      <span class="beneath">
        <span class={failures > 0 ? 'aside bad' : 'aside'}>{lastOf(task)}</span>
        <span class="when">{offWords(task) ?? (next === null ? 'not again' : `next ${whenText(next)}`)}</span>
      </span>
      <Switch label={name} on={runsNow(task)} onTurn={turn} />
      {isPausing && <PauseQuestion title={title} pause={pause} onClose={() => setPausing(false)} />}
    </Row>
  );
}

const STATES: Readonly<Record<Jobs['jobs'][number]['state'], string>> = {
  waiting: 'waits',
  running: 'runs',
  dead: 'has given up',
};

type Job = Jobs['jobs'][number];

function actsOf(
  { id, state }: Pick<Job, 'id' | 'state'>,
  change: (run: () => Promise<unknown>, done: string) => void,
): Act[] {
  const params = { path: { id } };
  return [
    {
      label: 'Try again',
      icon: 'again',
      when: () => state === 'dead',
      run: () => change(() => ask(api.POST('/v1/jobs/{id}/retry', { params })), 'It is run again.'),
    },
    {
      label: 'Take off',
      icon: 'x',
      when: () => state !== 'running',
      run: () => change(() => ask(api.DELETE('/v1/jobs/{id}', { params })), 'It is taken off.'),
    },
  ];
}

function JobList({ jobs: { jobs, total }, loaded }: { jobs: Jobs; loaded: LoadState<Jobs> }) {
  const change = (run: () => Promise<unknown>, done: string) => void act(run, { done }).then(loaded.reload);
  return (
    <Section title={total > jobs.length ? `Background jobs: the first of ${total}` : 'Background jobs'}>
      {jobs.length === 0 && <Empty>None waits, and none has given up.</Empty>}
      <ul class="list">
        {jobs.map(({ id, kind, does, state, due_at: due, attempts, error }) => (
          <Row key={id} label={does ?? kind} buttons={actsOf({ id, state }, change)}>
            <span class="what" title={kind}>
              {does ?? kind}
              {error !== null && <Reason reason={error} />}
            </span>
            <span class={state === 'dead' ? 'tag bad' : 'tag'}>
              {STATES[state]}
              {state === 'dead' && ` after ${plural(attempts, 'attempt')}`}
            </span>
            <span class="when">{due === null ? '' : whenText(due)}</span>
          </Row>
        ))}
      </ul>
    </Section>
  );
}
