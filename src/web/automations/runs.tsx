/** Runs of skills and pipelines with their steps: one's own, for owners everybody's. */
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import { isOwner } from '../app/session.ts';
import { Empty, Section } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';
import { Reason } from '../parts/reason.tsx';
import { Row } from '../parts/row.tsx';

type Run = Json<'/v1/runs'>['runs'][number];

export function Runs() {
  const { items, state, more } = usePages(
    'runs',
    (after) => ask(api.GET('/v1/runs', { params: { query: { limit: 50, ...(after && { after }) } } })),
    ({ runs }) => runs,
    ['jobs'],
  );
  return (
    <Section title="Runs of skills">
      {state}
      {items?.length === 0 && <Empty>No skill has been run in steps. “/pipeline a &gt; b” in the chat runs two.</Empty>}
      <ul class="list">
        {items?.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </ul>
      {more}
    </Section>
  );
}

const STATES: Readonly<Record<Run['state'], string>> = {
  running: 'runs',
  done: 'done',
  failed: 'failed',
  paused: 'paused',
};

const STEP_STATES: Readonly<Record<Run['steps'][number]['state'], string>> = {
  waiting: 'still to come',
  done: 'done',
  failed: 'failed',
};

function RunRow({ run: { name, state, message, begun_at: begunAt, person, steps } }: { run: Run }) {
  const title = name ?? steps.map(({ skill }) => skill).join(', ');
  const done = steps.filter((step) => step.state === 'done').length;
  return (
    <Row label={title}>
      <div class="what">
        {title}
        {isOwner() && <span class="under"> for {person}</span>}
        {message !== null && <Reason reason={message} />}
        <details>
          <summary>
            {done} of {steps.length} steps
          </summary>
          <ol class="list">
            {steps.map(({ skill, place, state: reached, output }) => (
              <li key={`${place} ${skill}`} class="row">
                <span class="what">
                  {skill}
                  {output !== null && <pre class="diff">{output}</pre>}
                </span>
                <span class={reached === 'failed' ? 'tag bad' : 'tag'}>{STEP_STATES[reached]}</span>
              </li>
            ))}
          </ol>
        </details>
      </div>
      <span class={state === 'failed' ? 'tag bad' : 'tag'}>{STATES[state]}</span>
      <span class="when">{whenText(begunAt)}</span>
    </Row>
  );
}
