import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, isOffered } from '../app/acts.ts';
import { whenText } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { WordButtons } from '../parts/button.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type All = Json<'/v1/proposals'>;
type Proposal = All['proposals'][number];

/** Changes that coda proposes of itself: nothing of it holds before an owner has said yes. */
export function Proposals() {
  const loaded = useLoad('proposals', () => ask(api.GET('/v1/proposals')), ['skills']);
  return (
    <LoadView loaded={loaded}>
      {({ on, proposals, budget, weeks }) => (
        <>
          <Section title="Proposals">
            {budget.month > 0 && (
              <p class="faint small">
                {budget.left.toFixed(2)} of {budget.month.toFixed(2)} of this month’s budget are left.
              </p>
            )}
            {proposals.length === 0 && (
              <Empty>
                {on
                  ? 'Nothing is proposed. It looks at how answers went each night.'
                  : 'Self-improvement is off: docs/self-improvement.md says what it does and how it is switched on.'}
              </Empty>
            )}
            <ul>
              {proposals.map((each) => (
                <ProposalView key={each.id} proposal={each} loaded={loaded} />
              ))}
            </ul>
          </Section>
          {weeks.length > 0 && (
            <Section title="How answers went, by week">
              <ul class="list">
                {weeks.map(({ week, turns, mean, low }) => (
                  <li key={week} class="row">
                    <span class="what">{week}</span>
                    <span class="aside">
                      {mean.toFixed(1)} of 5 over {turns}, {low} low
                    </span>
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </>
      )}
    </LoadView>
  );
}

const DECIDED: readonly Proposal['state'][] = ['approved', 'rejected', 'trial', 'applied', 'resting'];

function ProposalView({ proposal, loaded }: { proposal: Proposal; loaded: LoadState<All> }) {
  const { id, title, description, state, at, difference, hash, open, trials } = proposal;
  const params = { path: { id } };
  const decide = (approve: boolean) =>
    void act(() => ask(api.POST('/v1/proposals/{id}', { params, body: { hash, approve } })), {
      done: approve ? 'Accepted.' : 'Declined.',
      undo: async () => {
        await ask(api.POST('/v1/proposals/{id}/undo', { params }));
        loaded.reload();
      },
    }).then(loaded.reload);
  const takeBack = () =>
    void act(() => ask(api.POST('/v1/proposals/{id}/undo', { params })), { done: 'Taken back.' }).then(loaded.reload);
  const acts: Act[] = [
    { label: 'Accept', icon: 'check', isFirst: true, when: () => open, run: () => decide(true) },
    { label: 'Decline', icon: 'x', when: () => open, run: () => decide(false) },
    { label: 'Take back', icon: 'undo', when: () => DECIDED.includes(state), run: takeBack },
  ];
  return (
    <Row class="card asked" label={title} acts={acts}>
      <p>
        <b>{title}</b> <span class="tag">{state}</span> <span class="faint small">{whenText(at)}</span>
      </p>
      <p>{description}</p>
      {difference !== '' && (
        <details open={open}>
          <summary>What it would change</summary>
          <pre class="diff">
            {difference
              .split('\n')
              .map((line, index) =>
                line.startsWith('+') ? (
                  <ins key={index}>{`${line}\n`}</ins>
                ) : line.startsWith('-') ? (
                  <del key={index}>{`${line}\n`}</del>
                ) : (
                  `${line}\n`
                ),
              )}
          </pre>
        </details>
      )}
      {trials.map(TrialView)}
      {acts.some(isOffered) && (
        <div class="buttons">
          <WordButtons acts={acts} />
        </div>
      )}
    </Row>
  );
}

const TrialView = ({ name, measured, content }: Proposal['trials'][number]) => (
  <details key={name}>
    <summary>
      {name} <span class="faint">{measured}</span>
    </summary>
    {content !== '' && <pre class="diff">{content}</pre>}
  </details>
);
