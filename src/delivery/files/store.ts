import { json, type Transaction } from '../../storage/index.ts';
import type { IncomingFile } from '../adapter.ts';
import type { Payload } from '../item.ts';

/**
 * Stores what was fetched with a row that `tx` holds, and `missing` under its words. Gives back what the row holds then, or
 * undefined where its person was erased meanwhile.
 */
export async function keepFiles(
  tx: Transaction,
  id: string,
  files: readonly IncomingFile[],
  missing: string,
): Promise<Payload | undefined> {
  const { rows } = await tx.query<{ payload: Payload }>(
    `update inbox
        set payload = payload - array['pending', 'aside']
            || jsonb_build_object('files', case when payload ? 'withdrawn' then '[]' else payload -> 'files' || $2::jsonb end,
                                  'text', btrim(concat_ws(E'\\n', payload ->> 'text', nullif($3, '')), E' \\n'))
      where id = $1 and payload ? 'pending'
      returning payload`,
    [id, json(files), missing],
  );
  return rows[0]?.payload;
}

/**
 * Stores the words of a row's voice messages in place of these, with a row that `tx` holds; undefined where its person was
 * erased meanwhile.
 */
export async function keepWords(tx: Transaction, id: string, words: string): Promise<Payload | undefined> {
  const { rows } = await tx.query<{ payload: Payload }>(
    `update inbox
        set payload = payload || jsonb_build_object(
              'heard', jsonb_build_object('typed', payload ->> 'text'),
              'files', (select coalesce(jsonb_agg(f), '[]') from jsonb_array_elements(payload -> 'files') f where not f ? 'voice'),
              'text', btrim(concat_ws(E'\\n', payload ->> 'text', nullif($2, '')), E' \\n'))
      where id = $1 and payload ? 'files'
      returning payload`,
    [id, words],
  );
  return rows[0]?.payload;
}

/**
 * Payload of a row, which nobody withdraws or edits after that until `tx` ends; undefined where its message was withdrawn, or
 * its person erased.
 */
export async function lockPayload(tx: Transaction, id: string): Promise<Payload | undefined> {
  const { rows } = await tx.query<{ payload: Payload }>(
    `select payload from inbox where id = $1 and payload ? 'files' and not payload ? 'withdrawn' for update`,
    [id],
  );
  return rows[0]?.payload;
}

/** Stores with a row that `tx` holds that its turn begins with its voice messages as files. */
export async function keepUnheard(tx: Transaction, id: string): Promise<Payload | undefined> {
  const { rows } = await tx.query<{ payload: Payload }>(
    `update inbox set payload = payload || '{"unheard": true}' where id = $1 and payload ? 'files' returning payload`,
    [id],
  );
  return rows[0]?.payload;
}
