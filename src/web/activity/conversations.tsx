import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { duration, plural, whenText } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { placeWords, platformName } from '../chat/list.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { usePages } from '../parts/pages.tsx';
import { Reason } from '../parts/reason.tsx';
import { Row } from '../parts/row.tsx';

type Listed = Json<'/v1/activity'>['conversations'][number];
type Turn = Json<'/v1/activity/{id}'>['turns'][number];
type About = Pick<Listed, 'platform' | 'kind' | 'channel' | 'name' | 'person' | 'yours'>;

/** A place as one says it: `Ana on Discord`, `#general on Discord`. */
function placeName({ platform, kind, channel, name, person, yours }: About): string {
  if (channel !== null) return `${placeWords(kind, name)} on ${platformName(platform)}`;
  return `${yours ? 'You' : (person ?? 'Somebody')} on ${platformName(platform)}`;
}

const STATES: Readonly<Record<string, string>> = {
  answering: 'being answered',
  waiting: 'waits for a yes',
  failed: 'not answered',
  expired: 'nobody answered in time',
  cancelled: 'stopped',
};

/** The newest conversations; words are shown to those whose they are alone. */
export function Conversations() {
  const { items, more, state } = usePages(
    'activity',
    (after) => ask(api.GET('/v1/activity', { params: { query: { limit: 50, ...(after && { after }) } } })),
    ({ conversations }) => conversations,
    ['conversations'],
  );
  return (
    <Section title="The newest">
      {state}
      {items && items.length === 0 && <Empty>Nothing has been said yet.</Empty>}
      <ul class="list">
        {items?.map((each) => (
          <Row key={each.id} acts={[{ label: 'Open', key: 'Enter', href: `/activity/conversations/${each.id}` }]}>
            <a class="what plain-link" href={`/activity/conversations/${each.id}`}>
              {each.words ?? placeName(each)}
              {each.words !== null && (
                <span class="under" title={each.channel ?? undefined}>
                  {' '}
                  {placeName(each)}
                </span>
              )}
            </a>
            {STATES[each.state] && (
              <span class={each.state === 'failed' ? 'tag bad' : 'tag'}>{STATES[each.state]}</span>
            )}
            <span class="when">{whenText(each.at)}</span>
          </Row>
        ))}
      </ul>
      {more}
    </Section>
  );
}

/** The turns of a conversation as lines of time. */
export function ConversationView({ id }: { id: string }) {
  const loaded = useLoad(`activity ${id}`, () => ask(api.GET('/v1/activity/{id}', { params: { path: { id } } })), [
    'conversations',
  ]);
  return (
    <LoadView loaded={loaded}>
      {({ conversation, turns }) => (
        <Section title={placeName(conversation)}>
          {conversation.channel !== null && <p class="faint small">Its id there: {conversation.channel}</p>}
          {!conversation.yours && (
            <p class="faint small">What was said, and what tools were asked for, is for the person alone.</p>
          )}
          {turns.length === 0 && <Empty>No answer has begun here.</Empty>}
          <ul>
            {turns.map((turn) => (
              <TurnView key={turn.id} turn={turn} />
            ))}
          </ul>
        </Section>
      )}
    </LoadView>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  const { said, person, model, state, error, started_at, elapsed_ms, steps } = turn;
  const longest = Math.max(1, ...steps.map(({ took_ms }) => took_ms ?? 0));
  return (
    <li class="card asked">
      <p>
        <b>{said ?? person ?? 'A message'}</b>
      </p>
      <p class="faint small">
        {[whenText(started_at), said === null ? undefined : person, model, duration(elapsed_ms)]
          .filter(Boolean)
          .join(', ')}
      </p>
      {state === 'failed' && (
        <p>
          <span class="bad">Not answered:</span>
          <Reason reason={error ?? 'no reason is known'} otherwise="something failed" />
        </p>
      )}
      <details>
        <summary>{plural(steps.length, 'step')}</summary>
        <ol class="timeline">
          {steps.map(({ at, what, words, took_ms, depth, inputs }, index) => (
            <li key={`${at} ${index}`} class={`depth${Math.min(depth, 3)}`}>
              <span title={what}>{words}</span>
              {took_ms !== null && (
                <>
                  <span class="faint figures">{duration(took_ms)}</span>
                  <meter min={0} max={longest} value={took_ms} aria-label={`${words}: ${duration(took_ms)}`} />
                </>
              )}
              {inputs.map(({ tool, input }) => (
                <code key={tool + input}>
                  {tool} {input}
                </code>
              ))}
            </li>
          ))}
        </ol>
      </details>
    </li>
  );
}
