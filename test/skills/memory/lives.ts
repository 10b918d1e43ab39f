/** A coda in processes of its own that are killed while they remember. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../../src/storage/index.ts';
import { type EmbeddingService, embeddingService } from '../../support/embeddings.ts';
import { Jsonl, migratedDataDir } from '../../support/jsonl.ts';
import type { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { testWorld } from '../../support/world.ts';

const START = Date.parse('2026-11-20T08:00:00Z');
const MINUTE = 60_000;

/** A service that gives vectors of eight numbers, other ones for each model. */
export const vectorService = (): Promise<EmbeddingService> =>
  embeddingService((text, model) =>
    Array.from({ length: 8 }, (_, at) => 1 + ((text.charCodeAt(at % text.length) * (at + model.length)) % 7)),
  );

export interface Left {
  texts: string[];
  /** Vectors by their space, and which of them is searched. */
  spaces: { space: string; current: boolean; vectors: number }[];
}

/**
 * One life after another on the same data: each is killed at its point (`before:vectors.flip`), the last at none. In the
 * first something is told that a model proposes `proposed` of; from the life `changes` on another embedder is configured.
 */
export async function lives(
  server: ModelServer,
  embeddings: string,
  points: readonly string[],
  { changes, proposed }: { changes: number; proposed: readonly string[] },
): Promise<Left> {
  const dataDir = await migratedDataDir();
  mkdirSync(dataDir, { recursive: true });
  const memories = proposed.map((text) => ({ text, type: 'fact', from: 1 }));
  server.play({ when: { model: 'small' }, text: JSON.stringify({ memories }), times: 999 });
  for (const [life, point] of [...points, ''].entries()) {
    const file = join(dataDir, 'coda.json');
    const embedder = { kind: 'openai-compatible', base_url: embeddings, model: life < changes ? 'one' : 'other' };
    writeFileSync(file, JSON.stringify({ ...modelConfig(server), memory: { embedder } }));
    const now = new Date(START + life * 30 * MINUTE);
    const args = ['--test-clock', now.toISOString(), '--config', file];
    await using coda = new Jsonl({ dataDir, args, env: point === '' ? {} : { CODA_TEST_KILL_AT: point } });
    if (life === 0) coda.post({ text: 'I live in Berlin with my dog' });
    if (life === 0) await coda.next(({ type }) => type === 'message');
    coda.post({ clock: new Date(now.getTime() + 25 * MINUTE).toISOString() });
    if (point !== '') await coda.exit;
    else {
      await coda.say('/memory');
      await coda.end();
    }
  }
  return left(dataDir);
}

async function left(dataDir: string): Promise<Left> {
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  try {
    const { rows } = await database.read<{ text: string }>('select text from memories order by text');
    const spaces = await database.read<Left['spaces'][number]>(
      `select s.space, s.is_current as current, count(v.*)::int as vectors
         from memory_spaces s left join memory_vectors v using (space) group by 1, 2 order by 1`,
    );
    return { texts: rows.map(({ text }) => text), spaces: spaces.rows };
  } finally {
    await database.close();
  }
}
