import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenFile } from '../../../src/agent-skills/find/operations.ts';
import { textOf } from '../../../src/agent-skills/find/vectors.ts';
import type { AgentSkill, SkillSnapshot } from '../../../src/agent-skills/index.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { type Embedder, offlineEmbedder } from '../../../src/vectors/index.ts';

const path = (name: string) => join(packageRoot(), 'test/agent-skills/find', name);

const lines = (name: string) =>
  readFileSync(path(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Skills in the manner of public ones, with the requests that they are for. */
export const rows = lines('skills.txt').map((line) => {
  const [name = '', description = '', requests = ''] = line.split('|').map((cell) => cell.trim());
  return { name, description, requests: requests.split(';').map((request) => request.trim()) };
});
export const requests = rows.flatMap(({ name, requests }) => requests.map((query) => ({ query, expected: name })));
/** Requests that no skill is for. */
export const everyday = lines('everyday.txt');
export const golden = goldenFile.parse([...requests, ...everyday.map((query) => ({ query, expected: null }))]);

export const skillsOf = (of: readonly { name: string; description: string; tags?: string[] }[]) => {
  const skills = of.map((each) => [each.name, { tags: [], triggers: [], ...each } as unknown as AgentSkill] as const);
  return { skills: new Map(skills) } as unknown as SkillSnapshot;
};
export const snapshot = skillsOf(rows);

const texts = [...new Set([...[...snapshot.skills.values()].map(textOf), ...golden.map(({ query }) => query)])];
const KEY_BYTES = 32;
const DIM = 512;
const key = createHash('sha256').update(JSON.stringify(texts)).digest();

/**
 * What the built-in embedder gives for the texts of this set, as it was recorded: embedding them takes a minute.
 * `CODA_TEST_RECORD=1` records them anew.
 */
export async function recordedEmbedder(): Promise<Embedder> {
  const offline = offlineEmbedder();
  if (process.env.CODA_TEST_RECORD) await record(offline);
  const file = readFileSync(path('vectors.bin'));
  if (!file.subarray(0, KEY_BYTES).equals(key))
    throw new Error('vectors.bin is of other texts: record them anew with CODA_TEST_RECORD=1.');
  const vectors = new Int8Array(file.buffer, file.byteOffset + KEY_BYTES);
  const places = new Map(texts.map((text, place) => [text, place]));
  return {
    ...offline,
    embed: async (wanted) =>
      wanted.map((text) => {
        const place = places.get(text);
        if (place === undefined) throw new Error(`nothing was recorded for ${JSON.stringify(text)}`);
        const vector = Float32Array.from(vectors.subarray(place * DIM, (place + 1) * DIM));
        const length = Math.hypot(...vector);
        return vector.map((value) => value / length);
      }),
  };
}

async function record(offline: Embedder): Promise<void> {
  const bytes = new Int8Array(texts.length * DIM);
  for (let at = 0; at < texts.length; at += offline.maxBatch) {
    const vectors = await offline.embed(
      texts.slice(at, at + offline.maxBatch),
      'document',
      AbortSignal.timeout(120_000),
    );
    for (const [index, vector] of vectors.entries()) {
      const most = Math.max(...vector.map(Math.abs));
      bytes.set(
        vector.map((value) => Math.round((value / most) * 127)),
        (at + index) * DIM,
      );
    }
  }
  await offline.close();
  writeFileSync(path('vectors.bin'), Buffer.concat([key, Buffer.from(bytes.buffer)]));
}
