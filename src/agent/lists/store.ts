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

  /** The ids as they were numbered, when the list was shown (`shownAt`), and the same as `at` if it is at hand still. */
  shownIds(
    db: Queryable,
    personId: string,
    conversationId: string,
  ): Promise<{ ids: string[]; at: Instant | undefined; shownAt: Instant | undefined }>;

  /**
   * Rule that erases a person's lists, and clears them when persons are joined: numbers mean nothing in another list.
   */
  readonly cleared: DeletionRule;
}

/** The lists kept in `table`: `person_id`, `conversation_id` (together the key), `ids`, `shown_at`, `at_hand`. */
export function numberedLists(table: 'note_lists' | 'reminder_lists'): NumberedLists {
  return {
    remember(tx, { personId, conversationId, ids, now }) {
      tx.send(
        `insert into ${table} (person_id, conversation_id, ids, shown_at) values ($1, $2, $3, $4)
         on conflict (person_id, conversation_id)
         do update set ids = excluded.ids, shown_at = excluded.shown_at, at_hand = true`,
        [personId, conversationId, ids, now],
      );
    },
    leave(tx, personId, conversationId) {
      tx.send(`update ${table} set at_hand = false where person_id = $1 and conversation_id = $2`, [
        personId,
        conversationId,
      ]);
    },
    async shownIds(db, personId, conversationId) {
      const { rows } = await db.query<{ ids: string[]; shown_at: Instant; at_hand: boolean }>(
        `select ids, shown_at, at_hand from ${table} where person_id = $1 and conversation_id = $2`,
        [personId, conversationId],
      );
      const [list] = rows;
      return { ids: list?.ids ?? [], at: list?.at_hand ? list.shown_at : undefined, shownAt: list?.shown_at };
    },
    cleared: { sql: `delete from ${table} where person_id = $1` },
  };
}
