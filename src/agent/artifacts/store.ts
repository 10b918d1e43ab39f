import type { Instant } from '../../base/clock.ts';
import type { FileRef, Item } from '../../delivery/index.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { PutFile } from '../../sandbox/index.ts';
import {
  type Artifacts,
  type FileReferences,
  type Fragment,
  json,
  NO_SQL,
  type Queryable,
  sql,
} from '../../storage/index.ts';
import type { Turn } from '../turn/turn.ts';

export function artifactsIn(turn: Turn, item: Item) {
  return turn.unstoredSteps().flatMap(({ step, at, tainted }) => {
    const payload = step.kind === 'model' ? step.payload : step.kind === 'result' && step.payload.ok && step.payload;
    if (!payload) return [];
    const { files = [], kept = [] } = { kept: [], ...payload };
    return [...files, ...kept].map(({ name, type, size, hash }) => ({
      name,
      type,
      size,
      hash,
      tainted,
      at,
      conversation_id: item.conversation.id,
      person_id: item.person.id,
      turn_id: turn.id,
      inbox_id: item.id,
    }));
  });
}

/** A `with` part that writes them where their inbox row is in `fence`; nothing where there are none. */
export function artifactWriting(rows: readonly ReturnType<typeof artifactsIn>[number][]): Fragment {
  if (rows.length === 0) return NO_SQL;
  return sql`, filed as (
      insert into artifacts (conversation_id, hash, person_id, turn_id, name, type, size, tainted, made_at, used_at)
      select distinct on (a.conversation_id, a.hash) a.conversation_id, a.hash, t.person_id, a.turn_id, a.name, a.type,
             a.size, a.tainted, a.at, a.at
        from jsonb_to_recordset(${json(rows)})
             as a (conversation_id uuid, hash text, person_id uuid, turn_id uuid, inbox_id uuid, name text, type text,
                   size bigint, tainted boolean, at timestamptz)
        join inbox t on t.id = a.inbox_id
       where a.inbox_id = any (array(select id from fence))
      on conflict (conversation_id, hash) do update
         set used_at = excluded.used_at, tainted = artifacts.tainted or excluded.tainted
    )`;
}

export interface StoredFile extends FileRef {
  tainted: boolean;
}

/**
 * The person's files of the conversation with these names or hashes, each the newest of its name: what tools gave, and
 * what came with messages. They count as used now.
 */
export async function filesNamed(
  db: Queryable,
  { personId, conversationId }: { personId: string; conversationId: string },
  names: readonly string[],
  now: Instant,
): Promise<StoredFile[]> {
  const { rows } = await db.query<StoredFile & { at: Instant }>(
    `with used as (
       update artifacts set used_at = $4
        where conversation_id = $2 and person_id = $1 and (name = any($3::text[]) or hash = any($3::text[]))
       returning name, type, size, hash, tainted, made_at as at
     ), sent as (
       select f.name, f.type, f.size, f.hash, true as tainted, i.received_at as at
         from inbox i, jsonb_to_recordset(i.payload->'files') as f (name text, type text, size bigint, hash text)
        where i.conversation_id = $2 and i.person_id = $1 and (f.name = any($3::text[]) or f.hash = any($3::text[]))
     )
     select distinct on (name) name, type, size, hash, tainted, at
       from (select * from used union all select * from sent) found order by name, at desc`,
    [personId, conversationId, names, now],
  );
  return rows.map(({ name, type, size, hash, tainted }) => ({ name, type, size: Number(size), hash, tainted }));
}

export const fileReferences: readonly FileReferences[] = [
  { table: 'artifacts', column: "jsonb_build_object('hash', hash)" },
];

/** Files that nobody has used for a month. */
export const retentionRules: readonly RetentionRule[] = [
  pruneRule('artifacts.prune', { table: 'artifacts', ended: 'used_at' }, 30),
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from artifacts where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [{ sql: 'update artifacts set person_id = $2 where person_id = $1' }];

/** Bytes of all files together. */
const MOST_IN = 48 * 1024 * 1024;

/** Contents of stored files for a sandbox; files that do not fit together are left out. */
export async function contentsOf(artifacts: Artifacts, files: readonly FileRef[]): Promise<PutFile[]> {
  const put: PutFile[] = [];
  const names = new Set<string>();
  let room = MOST_IN;
  for (const { name, hash, size } of files) {
    room -= size;
    if (room < 0) break;
    const chunks: Buffer[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Buffer);
    put.push({ path: freeName(name, names), content: Buffer.concat(chunks) });
  }
  return put;
}

function freeName(name: string, takenNames: Set<string>): string {
  const plain =
    name
      .replace(/[\p{Cc}/\\]/gu, '_')
      .slice(-120)
      .replace(/^\.+$/, '_') || 'file';
  let free = plain;
  for (let more = 2; takenNames.has(free); more++) free = `${more}-${plain}`;
  takenNames.add(free);
  return free;
}
