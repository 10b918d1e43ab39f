import type { Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Transaction } from '../../storage/index.ts';
import type { IncomingFile, Origin } from '../adapter.ts';
import type { Payload } from '../item.ts';
import { pressOf, type TurnPlace, turnPlaces } from '../planned/store.ts';
import type { NewRow } from './store.ts';

/** A turn of a person that nobody asks for at this moment: a schedule begins it. */
export interface PlannedTurn {
  /** Unique: with the same key it begins once, whoever tries. */
  key: string;
  conversationId: string;
  personId: string;
  origin: Exclude<Origin, 'person'>;
  text: string;
  /** Instead of these words: what the person has planned by name, as `/name rest`. */
  planned?: string | undefined;
  notBefore?: Instant | undefined;
  /** The target by which its answer is told, instead of in the conversation. */
  tells?: Payload['tells'];
  tainted?: boolean;
  files?: readonly IncomingFile[];
  /** The room that looks at what becomes of it (`takeEnded`). */
  by?: string;
}

/** A message whose words came by a press: said by who pressed, with the account and the rights of that press. */
export interface TypedTurn {
  key: string;
  conversationId: string;
  personId: string;
  text: string;
  /** Id of the press's inbox row. */
  press: string;
}

export interface Turns {
  /** Begins them after the commit of `tx`; gives the ids of the inbox rows, by key, of those that were not begun before. */
  begin(tx: Transaction, turns: readonly PlannedTurn[]): Promise<Map<string, string>>;
  /** Has a message that was typed into a form answered, after the commit of `tx`. */
  beginTyped(tx: Transaction, typed: TypedTurn): Promise<void>;
}

/** Planned turns wait in their lane however many there are: their number is bounded where they are planned. */
export const MOST_PLANNED = 1_000_000;

/** The inbox rows of planned turns, in sets that hold each conversation once. Those without a conversation are left out. */
export async function plannedRows(tx: Transaction, turns: readonly PlannedTurn[], now: Instant): Promise<NewRow[][]> {
  const rows = await turnPlaces(
    tx,
    turns.map(({ conversationId }) => conversationId),
    turns.map(({ personId }) => personId),
  );
  const places = new Map(rows.map((place) => [`${place.conversation_id} ${place.person_id}`, place]));
  const sets: NewRow[][] = [];
  const depth = new Map<string, number>();
  for (const turn of turns) {
    const place = places.get(`${turn.conversationId} ${turn.personId}`);
    if (!place) continue;
    const at = depth.get(turn.conversationId) ?? 0;
    depth.set(turn.conversationId, at + 1);
    sets[at] ??= [];
    sets[at].push(rowOf(turn, place, now));
  }
  return sets;
}

function rowOf(turn: PlannedTurn, place: TurnPlace, now: Instant): NewRow {
  const payload: Payload = {
    from: place.external_id ?? '',
    origin: turn.origin,
    text: turn.text,
    files: [...(turn.files ?? [])],
    ...omitUndefined({
      planned: turn.planned,
      notBefore: turn.notBefore?.toISOString(),
      tells: turn.tells,
      tainted: turn.tainted ? (true as const) : undefined,
    }),
  };
  return {
    id: uuid(now),
    key: turn.key,
    kind: 'message',
    adapter: place.adapter,
    conversationId: turn.conversationId,
    personId: turn.personId,
    messageId: '',
    payload,
    laned: true,
    counted: false,
    plannedBy: turn.by,
    sentAt: now,
    receivedAt: now,
  };
}

/** The row of a message that was typed into a form; undefined where its press is gone. */
export async function typedRow(tx: Transaction, typed: TypedTurn, now: Instant): Promise<NewRow | undefined> {
  const press = await pressOf(tx, typed.press);
  if (!press) return undefined;
  const { conversationId, personId, key, text } = typed;
  // Not `private`: a press is always private, and what answers these words is posted in the place.
  const { from, origin, guest, roles, rights } = press.payload;
  const payload: Payload = {
    from,
    text,
    files: [],
    ...omitUndefined({ origin, guest, roles, rights }),
  };
  const row = {
    id: uuid(now),
    key,
    kind: 'message' as const,
    adapter: press.adapter,
    conversationId,
    personId,
    payload,
  };
  return { ...row, messageId: '', laned: true, counted: false, sentAt: now, receivedAt: now };
}
