import { type TurnTrace, traceTurns } from '../../agent/index.ts';
import type { Page, PageRow, PageTurn } from '../../chat/index.ts';
import { activity } from '../../delivery/index.ts';
import { placeCell } from './place.ts';

const MOST = 100;
const MOST_TURNS = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Conversations with recent messages. */
export const conversationsPage: Page = {
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
export const conversationPage: Page = {
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
