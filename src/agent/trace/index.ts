/** The way of a message and the steps of turns, from what is stored; without anybody's words but where they are asked for. */

import { omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { Database, Queryable } from '../../storage/index.ts';
import * as store from './store.ts';
import { stepsOfAll, type TurnLine, turnsIn } from './store.ts';

export interface TraceEvent {
  /** ISO instant. */
  at: string;
  where: 'platform' | 'inbox' | 'turn' | 'model' | 'tool' | 'asked' | 'outbox' | 'receipt';
  what: string;
  /** Tools that `what` names. */
  tools?: string[];
  tookMs?: number;
  /** Depth of nesting: 0 is the message's own turn. */
  depth: number;
  /** Arguments of the calls that a model asks for, as JSON that may be cut; only where words were read. */
  inputs?: { name: string; input: string }[];
}

export interface MessageTrace {
  id: string;
  state: string;
  totalMs: number | undefined;
  events: TraceEvent[];
}

/**
 * The way of the message that `id` names (its own id, the platform's, its turn's, its answer's), else of the last one;
 * undefined: unknown.
 */
export async function traceMessage(database: Database, id: string | undefined): Promise<MessageTrace | undefined> {
  const named = id ?? (await store.lastInbox(database));
  const inbox = named === undefined ? undefined : await store.findInbox(database, named);
  if (!inbox) return undefined;
  const turn = await store.turnOf(database, inbox.id);
  const [steps, usage, parts] = await Promise.all([
    turn ? store.stepsOf(database, turn.id) : [],
    turn ? store.usageOf(database, turn.id) : [],
    store.partsOf(database, inbox.id, turn?.id),
  ]);
  const events = [
    ...inboxEvents(inbox),
    ...(turn ? turnEvents(turn) : []),
    ...stepEvents(steps, turn?.started_at, byName).map(({ words: _, ...event }) => event),
    ...usage.map(usageEvent),
    ...parts.flatMap(partEvents),
  ];
  const ends = parts.flatMap(({ sent_at }) => sent_at ?? []).map((at) => at.getTime());
  return {
    id: inbox.id,
    state: inbox.state,
    totalMs: ends.length > 0 ? Math.max(...ends) - inbox.sent_at.getTime() : undefined,
    events: events
      .map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest }))
      .sort((a, b) => a.at.localeCompare(b.at)),
  };
}

/** The sentence for a tool, by its name; undefined for one that has none. */
type ToolSentence = (tool: string) => string | undefined;

export interface TurnTrace extends TurnLine {
  /** `words`: `what` with the sentence for a tool instead of its name. */
  steps: (TraceEvent & { words: string })[];
}

/** The newest turns of a conversation. What was said, and the arguments of calls, are read only `withWords`. */
export async function traceTurns(
  db: Queryable,
  conversationId: string,
  limit: number,
  { withWords, sentenceOf }: { withWords: boolean; sentenceOf: ToolSentence },
): Promise<TurnTrace[]> {
  const turns = await turnsIn(db, conversationId, limit, withWords);
  const steps = await stepsOfAll(
    db,
    turns.map(({ id }) => id),
    withWords,
  );
  return turns.map((turn) => {
    const own = steps.filter(({ turn_id }) => turn_id === turn.id);
    return {
      ...turn,
      steps: stepEvents(own, turn.startedAt, sentenceOf).map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })),
    };
  });
}

const byName: ToolSentence = () => undefined;

/** Tools by their sentences, each once, with the number of its calls. */
function callsInWords(tools: readonly string[], sentenceOf: ToolSentence): string {
  const counts = new Map<string, number>();
  for (const tool of tools) {
    const sentence = sentenceOf(tool);
    const label = sentence === undefined ? tool : `“${sentence}”`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => (count === 1 ? label : `${label} (${plural(count, 'time')})`)).join(', ');
}

type Event = Omit<TraceEvent, 'at'> & { at: Date };

const msBetween = (from: Date, to: Date) => to.getTime() - from.getTime();

function inboxEvents({
  adapter,
  kind,
  origin,
  sent_at,
  received_at,
  finished_at,
  state,
  error,
  attempts,
}: store.InboxRow): Event[] {
  const tries = attempts > 0 ? `, ${plural(attempts, 'attempt')} before` : '';
  const events: Event[] = [
    {
      at: sent_at,
      where: 'platform',
      what: `${kind} sent on ${adapter}${origin === 'person' ? '' : ` (${origin})`}`,
      depth: 0,
    },
    { at: received_at, where: 'inbox', what: `accepted${tries}`, tookMs: msBetween(sent_at, received_at), depth: 0 },
  ];
  if (finished_at) {
    const what = error ? `${state}: ${error}` : state;
    events.push({ at: finished_at, where: 'inbox', what, tookMs: msBetween(received_at, finished_at), depth: 0 });
  }
  return events;
}

function turnEvents({ state, model, error, tool_calls, tainted, started_at, finished_at }: store.TurnRow): Event[] {
  const events: Event[] = [{ at: started_at, where: 'turn', what: 'begins', depth: 0 }];
  if (!finished_at) return events;
  const about = [
    error ? `${state}: ${error}` : state,
    model,
    plural(tool_calls, 'call'),
    tainted ? 'tainted' : undefined,
  ];
  const what = about.filter(Boolean).join(', ');
  return [...events, { at: finished_at, where: 'turn', what, tookMs: msBetween(started_at, finished_at), depth: 0 }];
}

function stepEvents(
  steps: readonly store.StepRow[],
  beganAt: Date | undefined,
  sentenceOf: ToolSentence,
): (Event & { words: string })[] {
  const names = new Map(steps.flatMap(({ calls }) => calls ?? []).map(({ id, name }) => [id, name]));
  let before = beganAt;
  return steps.map(({ path, kind, call_id, at, model, calls, ok, code, took_ms, offers }) => {
    const depth = path === '' ? 0 : path.split('/').length;
    const tookMs = before === undefined ? undefined : Math.max(0, msBetween(before, at));
    before = at;
    const called = names.get(call_id ?? '');
    const name = called ?? 'a call';
    const inWords = called === undefined ? name : callsInWords([called], sentenceOf);
    const tools = called === undefined ? {} : { tools: [called] };
    if (kind === 'model') {
      const asked = (calls ?? []).map((call) => call.name);
      const describe = (names: string) => `${model ?? 'a model'} ${asked.length > 0 ? `calls ${names}` : 'answers'}`;
      const inputs = (calls ?? []).flatMap(({ name, input }) => (input === undefined ? [] : [{ name, input }]));
      return {
        at,
        where: 'model',
        what: describe(asked.join(', ')),
        words: describe(callsInWords(asked, sentenceOf)),
        depth,
        ...omitUndefined({
          tools: asked.length > 0 ? [...new Set(asked)] : undefined,
          tookMs,
          inputs: inputs.length > 0 ? inputs : undefined,
        }),
      };
    }
    if (kind === 'steered')
      return { at, where: 'asked', what: 'more was said', words: 'more was said', depth, ...tools };
    const became = kind !== 'result' ? kind : ok === false ? `failed (${code ?? 'no code'})` : 'done';
    const brings = (names: string | undefined) => (names ? `, brings ${names}` : '');
    const wording = {
      what: `${name}: ${became}${brings(offers?.join(', '))}`,
      words: `${inWords}: ${became}${brings(offers ? callsInWords(offers, sentenceOf) : undefined)}`,
    };
    if (kind !== 'result') return { at, where: 'asked', ...wording, depth, ...tools };
    return { at, where: 'tool', ...wording, depth, ...tools, ...(took_ms !== null && { tookMs: took_ms }) };
  });
}

function usageEvent({ at, model, purpose, input, output, price }: store.UsageRow): Event {
  const cost = price === null ? 'no known price' : price.toFixed(4);
  return {
    at,
    where: 'model',
    what: `${model} for ${purpose}: ${plural(input, 'token')} read, ${output} written, ${cost}`,
    depth: 0,
  };
}

function partEvents({ adapter, part, state, attempts, error, receipt, created_at, sent_at }: store.PartRow): Event[] {
  const tries = attempts > 1 ? `, ${plural(attempts, 'attempt')}` : '';
  const summary = `part ${part + 1} to ${adapter}: ${state}${tries}${error ? ` (${error})` : ''}`;
  const outboxEvent: Event = { at: created_at, where: 'outbox', what: summary, depth: 0 };
  if (!sent_at) return [outboxEvent];
  const arrived = `part ${part + 1} is ${receipt ?? 'there'}`;
  return [
    outboxEvent,
    { at: sent_at, where: 'receipt', what: arrived, tookMs: msBetween(created_at, sent_at), depth: 0 },
  ];
}
