import type { Instant } from '../../base/clock.ts';
import type { DeletionRule } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

/** The last list of one kind of thing that a person was shown in each of their conversations. */
export interface NumberedLists {
  remember(
    tx: Transaction,
    shown: { personId: string; conversationId: string; ids: readonly string[]; now: Instant },
  ): void;

  /** Marks the list shown last as no longer meant by "it": an item was made or changed since. */
  leave(tx: Transaction, personId: string, conversationId: string): void;

  shownIds(db: Queryable, personId: string, conversationId: string): Promise<ShownList>;
}

export interface ShownList {
  /** As they were numbered. */
  ids: string[];
  /** When the list was shown, if it is at hand still. */
  at: Instant | undefined;
  shownAt: Instant | undefined;
  /** No list of another kind was shown after it: a number belongs to the list that was shown last. */
  isLast: boolean;
}

/** The lists of one kind, which its tools' names begin with: `reminder`. */
export function numberedLists(thing: string): NumberedLists {
  return {
    remember(tx, { personId, conversationId, ids, now }) {
      tx.send(
        `insert into shown_lists (person_id, conversation_id, thing, ids, shown_at) values ($1, $2, $3, $4, $5)
         on conflict (person_id, conversation_id, thing)
         do update set ids = excluded.ids, shown_at = excluded.shown_at, at_hand = true,
                       shown_order = excluded.shown_order`,
        [personId, conversationId, thing, ids, now],
      );
    },
    leave(tx, personId, conversationId) {
      tx.send(`update shown_lists set at_hand = false where person_id = $1 and conversation_id = $2 and thing = $3`, [
        personId,
        conversationId,
        thing,
      ]);
    },
    async shownIds(db, personId, conversationId) {
      const { rows } = await db.query<{ thing: string; ids: string[]; shown_at: Instant; at_hand: boolean }>(
        `select thing, case when thing = $3 then ids else '{}' end as ids, shown_at, at_hand
           from shown_lists where person_id = $1 and conversation_id = $2 order by shown_order desc`,
        [personId, conversationId, thing],
      );
      const list = rows.find((row) => row.thing === thing);
      const isLast = rows[0] === list;
      return { ids: list?.ids ?? [], at: list?.at_hand ? list.shown_at : undefined, shownAt: list?.shown_at, isLast };
    },
  };
}

/** Erases a person's lists, and clears them when persons are joined: numbers mean nothing in another list. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from shown_lists where person_id = $1' },
  { sql: 'delete from note_lists where person_id = $1' },
  { sql: 'delete from reminder_lists where person_id = $1' },
];
