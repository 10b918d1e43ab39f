import { useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { useFocus } from '../app/focus.ts';
import { whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { decisionOutcome } from '../app/words.ts';
import { MAIN } from '../chat/entry.ts';
import { platformName } from '../chat/list.tsx';
import { Button, WordButtons } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Waiting = Json<'/v1/approvals'>['approvals'][number];
type Past = Json<'/v1/approvals/past'>['approvals'][number];

export function Approvals() {
  const open = useLoad('approvals', () => ask(api.GET('/v1/approvals')), ['approvals']);
  const past = useLoad('past approvals', () => ask(api.GET('/v1/approvals/past')), ['approvals']);
  const decide = (id: string, { approved, because }: Decision) => {
    open.patch(({ approvals }) => ({ approvals: approvals.filter((each) => each.id !== id) }));
    const body = because === undefined ? { approved } : { approved, because };
    void act(() => ask(api.POST('/v1/approvals/{id}', { params: { path: { id } }, body })), {
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
                  <WaitingView key={each.id} waiting={each} onDecide={(decision) => decide(each.id, decision)} />
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

interface Decision {
  approved: boolean;
  /** Why not: the model reads it. */
  because?: string;
}

function WaitingView({ waiting, onDecide }: { waiting: Waiting; onDecide: (decision: Decision) => void }) {
  const { purpose, shown, facts, person, yours, platform, asked_at, expires_at } = waiting;
  const [because, setBecause] = useState<string>();
  const buttons = useRef<HTMLDivElement>(null);
  /** Counted up by Cancel: the focus goes back to what was pressed before. */
  const [cancels, setCancels] = useState(0);
  useFocus(buttons, cancels > 0 && cancels, { within: 'button:last-child' });
  const cancel = () => {
    setBecause(undefined);
    setCancels(cancels + 1);
  };
  const acts: Act[] = [
    { label: 'Approve', icon: 'check', isFirst: true, run: () => onDecide({ approved: true }) },
    { label: 'Deny', icon: 'x', isDanger: true, run: () => onDecide({ approved: false }) },
    { label: 'Deny, because …', icon: 'pencil', run: () => setBecause('') },
  ];
  return (
    <Row class="card asked" label={purpose} acts={because === undefined ? acts : []}>
      <p>
        <b>{purpose}</b>
      </p>
      <Facts facts={facts} />
      <p class="faint small">
        {yours ? 'Asked by you' : `Asked by ${person}`} on {platformName(platform)}, {whenText(asked_at)}
        {expires_at !== null && `; no answer by ${whenText(expires_at)} means no`}
      </p>
      {shown !== '' && (
        <details>
          <summary>Details</summary>
          <pre class="diff">{shown}</pre>
        </details>
      )}
      {because === undefined ? (
        <div class="buttons" ref={buttons}>
          <WordButtons acts={acts} />
        </div>
      ) : (
        <form
          class="fill"
          onSubmit={(event) => {
            event.preventDefault();
            if (because.trim() !== '') onDecide({ approved: false, because: because.trim() });
          }}
        >
          <Field label="Deny, because" value={because} onValue={setBecause} maxLength={500} required isFirst />
          <Button type="submit" kind="danger">
            Deny
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </form>
      )}
    </Row>
  );
}

/** Arguments that stand open; each of them is whole under Details. */
const [MOST_FACTS, LONGEST_FACT] = [8, 300];

function Facts({ facts }: { facts: Waiting['facts'] }) {
  if (facts.length === 0) return null;
  return (
    <ul class="call">
      {facts.slice(0, MOST_FACTS).map(({ name, value }) => (
        <li key={name}>
          <b>{name}</b>: {value.length > LONGEST_FACT ? `${value.slice(0, LONGEST_FACT)}…` : value}
        </li>
      ))}
    </ul>
  );
}

function decidedBy({ by, approved, expired }: Past): string {
  if (expired) return 'Nobody answered';
  return `${approved ? 'Approved' : 'Denied'} ${by === null ? 'at the machine' : `by ${by}`}`;
}

function PastView({ past }: { past: Past }) {
  const { purpose, shown, facts, person, outcome, chat, asked_at, decided_at } = past;
  return (
    <li class="row">
      <span class="what">
        {purpose} {shown === null && <span class="under">asked by {person}</span>}
        <Facts facts={facts} />
        <p class={outcome === 'failed' ? 'bad' : undefined}>{decisionOutcome(past)}</p>
        {shown !== null && shown !== '' && (
          <details>
            <summary>Details</summary>
            <pre class="diff">{shown}</pre>
          </details>
        )}
      </span>
      {chat !== null && (
        <a href={`${chat === MAIN ? '/chat' : `/chat/${chat}`}?${new URLSearchParams({ at: asked_at })}`}>
          To the conversation
        </a>
      )}
      <span class="aside">
        {decidedBy(past)}, {whenText(decided_at)}
      </span>
    </li>
  );
}
