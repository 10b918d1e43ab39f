/** Memories without meaning for the benchmark of size: words as frequent as in a language, and vectors at random. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/storage/index.ts';
import { packVector } from '../../src/vectors/index.ts';

export const DIM = 512;
export const SPACE = 'bench';
const WORDS = 20_000;
const AT_ONCE = 1_000;

/** A word of the language, the more frequent the lower its number: Zipf's law. */
const anyWord = () => `w${Math.floor(WORDS ** Math.random())}`;

/** A sentence of about ten words that say something. */
export const sentence = (): string => Array.from({ length: 6 + Math.floor(Math.random() * 9) }, anyWord).join(' ');

export function anyVector(): Float32Array {
  const vector = Float32Array.from({ length: DIM }, () => Math.random() + Math.random() + Math.random() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Gives each of `people` new people `each` memories; resolves with the ids of the people. */
export async function fill(database: Database, people: number, each: number): Promise<string[]> {
  const now = new Date();
  await database.run(
    'bench.space',
    'insert into memory_spaces (space, dim, is_current, created_at) values ($1, $2, true, $3) on conflict do nothing',
    [SPACE, DIM, now],
  );
  const ids = Array.from({ length: people }, () => randomUUID());
  for (const id of ids) {
    await database.run(
      'bench.person',
      "insert into persons (id, name, role, created_at) values ($1, 'Ana', 'member', $2)",
      [id, now],
    );
    await database.run('bench.version', 'insert into memory_people (person_id, version) values ($1, $2)', [id, each]);
    for (let from = 0; from < each; from += AT_ONCE) await add(database, id, from, Math.min(AT_ONCE, each - from), now);
  }
  return ids;
}

async function add(database: Database, personId: string, from: number, count: number, now: Date): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID().replaceAll('-', '').slice(0, 12));
  const texts = ids.map(sentence);
  const vectors = ids.map(() => Buffer.from(packVector(anyVector())).toString('hex'));
  await database.tx('bench.memories', async (tx) => {
    await tx.query(
      `insert into memories (id, person_id, type, text, terms, source, said_by, said_at, touched, created_at)
       select id, $3, 'fact', text, (select array_agg(distinct w) from unnest(string_to_array(text, ' ')) w), 'imported', 'Ana', $4, $5 + at, $4
         from unnest($1::text[], $2::text[]) with ordinality as all_of (id, text, at)`,
      [ids, texts, personId, now, from],
    );
    await tx.query(
      `insert into memory_vectors (space, memory_id, vector)
       select $3, id, decode(vector, 'hex') from unnest($1::text[], $2::text[]) as all_of (id, vector)`,
      [ids, vectors, SPACE],
    );
  });
}
