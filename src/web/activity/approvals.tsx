import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { platformName } from '../chat/list.tsx';
import { Button } from '../parts/button.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Waiting = Json<'/v1/approvals'>['approvals'][number];
type Past = Json<'/v1/approvals/past'>['approvals'][number];

export function Approvals() {
  const open = useLoad('approvals', () => ask(api.GET('/v1/approvals')), ['approvals']);
  const past = useLoad('past approvals', () => ask(api.GET('/v1/approvals/past')), ['approvals']);
  const decide = (id: string, approved: boolean) => {
    open.patch(({ approvals }) => ({ approvals: approvals.filter((each) => each.id !== id) }));
    void act(() => ask(api.POST('/v1/approvals/{id}', { params: { path: { id } }, body: { approved } })), {
      done: approved ? 'Approved.' : 'Denied.',
      back: open.reload,
    });
  };
  return (
    <>
      <Section title="Waiting for a yes">
        <LoadView loaded={open}>
          {({ approvals }) =>
            approvals.length === 0 ? (
              <Empty>Nothing waits. What must be asked first is asked here, and in the conversation.</Empty>
            ) : (
              <ul>
                {approvals.map((each) => (
                  <WaitingView key={each.id} waiting={each} onDecide={(approved) => decide(each.id, approved)} />
                ))}
              </ul>
            )
          }
        </LoadView>
      </Section>
      <Section title="Decided">
        <LoadView loaded={past}>
          {({ approvals }) =>
            approvals.length === 0 ? (
              <Empty>Nothing was asked yet.</Empty>
            ) : (
              <ul class="list">
                {approvals.map((each) => (
                  <PastView key={each.id} past={each} />
                ))}
              </ul>
            )
          }
        </LoadView>
      </Section>
    </>
  );
}

function WaitingView({ waiting, onDecide }: { waiting: Waiting; onDecide: (approved: boolean) => void }) {
  const { purpose, shown, person, yours, platform, asked_at, expires_at } = waiting;
  return (
    <Row class="card asked" label={purpose}>
      <p>
        <b>{purpose}</b>
      </p>
      <p class="faint small">
        {yours ? 'Asked by you' : `Asked by ${person}`} on {platformName(platform)}, {whenText(asked_at)}
        {expires_at !== null && `; no answer by ${whenText(expires_at)} means no`}
      </p>
      <details>
        <summary>Details</summary>
        <pre class="diff">{shown}</pre>
      </details>
      <div class="buttons">
        <Button kind="primary" onClick={() => onDecide(true)}>
          Approve
        </Button>
        <Button kind="danger" onClick={() => onDecide(false)}>
          Deny
        </Button>
      </div>
    </Row>
  );
}

function PastView({ past: { purpose, shown, person, by, approved, outcome, code, decided_at } }: { past: Past }) {
  const who =
    by === null
      ? approved
        ? 'Approved at the machine'
        : 'Nobody answered'
      : `${approved ? 'Approved' : 'Denied'} by ${by}`;
  return (
    <li class="row">
      <span class="what">
        {purpose} <span class="under">for {person}</span>
        {shown !== null && (
          <details>
            <summary>Details</summary>
            <pre class="diff">{shown}</pre>
          </details>
        )}
      </span>
      {outcome === 'failed' && <span class="tag bad">did not work{code === null ? '' : `: ${code}`}</span>}
      <span class="aside">
        {who}, {whenText(decided_at)}
      </span>
    </li>
  );
}
