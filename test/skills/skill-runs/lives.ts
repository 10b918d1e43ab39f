/** A coda in processes of its own that are killed while skills run one after another. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../../src/storage/index.ts';
import { skillText, temporaryFolder, write } from '../../agent-skills/support.ts';
import { Jsonl, migratedDataDir } from '../../support/jsonl.ts';
import { ModelServer, type Scene } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { random } from '../../support/seeded.ts';
import { testWorld } from '../../support/world.ts';

/** Six steps, three of them side by side. */
export const STEPS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const PIPELINE = 'a > b|c|d > e > f';

/** Where a process may end: a run's own transactions, and those of the turns that it is made of. */
const POINTS = [
  ...['skills.run.begin', 'skills.run', 'skills.run.step', 'skills.run.end'],
  ...['turn.call', 'turn.nested', 'turn.calls', 'turn.result', 'turn.finish'],
];
const MOST_TIMES = 6;

/** As a model whose every step keeps one note and hands on what it was given. */
function answer(body: { messages: unknown[] }): Scene {
  const { system, messages } = body as { system?: unknown; messages: unknown[] };
  const skill = /with the skill “([^”]+)”/.exec(JSON.stringify(system ?? ''))?.[1];
  if (skill === undefined) return { text: 'That is all.' };
  const said = JSON.stringify(messages);
  const trip = /trip-\d+/.exec(said)?.[0] ?? 'nowhere';
  return said.includes('tool_result')
    ? { text: `${skill} did ${trip}` }
    : { calls: [{ name: 'note_save', input: { text: `${skill} of ${trip}` } }] };
}

export interface Survived {
  /** How many processes ended by a kill. */
  died: number;
  /** The notes, each once for each time that it was kept. */
  notes: string[];
  /** The states of the runs, with why they failed. */
  runs: string[];
}

/** Begins one run in each of `kills` processes, which are killed at points that `seed` decides; the last process ends in order. */
export async function killedWhileRunning(kills: number, seed: number): Promise<Survived> {
  await using server = await ModelServer.start();
  server.improvise = answer;
  const [dataDir, skills] = [await migratedDataDir(), temporaryFolder()];
  for (const name of STEPS) write(skills, join(name, 'SKILL.md'), skillText(name));
  const config = join(dataDir, 'coda.json');
  const settings = {
    ...modelConfig(server),
    skills: { agent_skill_dirs: [skills] },
    memory: { embedder: { kind: 'none' } },
  };
  writeFileSync(config, JSON.stringify(settings));
  const next = random(seed);
  const open: { id: string; trip: string }[] = [];
  let died = 0;
  for (let life = 0; life <= kills; life++) {
    const isLast = life === kills;
    const point = POINTS[Math.floor(next() * POINTS.length)];
    const killAt = `${next() < 0.5 ? 'before' : 'after'}:${point}:${1 + Math.floor(next() * MOST_TIMES)}`;
    await using coda = new Jsonl({
      dataDir,
      args: ['--config', config],
      env: isLast ? {} : { CODA_TEST_KILL_AT: killAt },
    });
    let ended = false;
    void coda.exit.then(() => {
      ended = true;
    });
    if (!isLast) open.push({ id: `say-${life}`, trip: `trip-${life}` });
    // A program that does not know whether its line was taken sends it again under the same id.
    for (const { id, trip } of open) coda.post({ id, text: `/pipeline ${PIPELINE}: ${trip}`, conversation: trip });
    for (const { id } of [...open]) {
      await coda.done(id).catch((error) => {
        if (!ended) throw error;
      });
      if (ended) break;
      open.splice(
        open.findIndex((each) => each.id === id),
        1,
      );
    }
    // A line that was taken before is done at once; what is said after it waits for its answer.
    if (isLast) for (let at = 0; at < kills; at++) await coda.say('hello', { conversation: `trip-${at}` });
    if (!ended) await coda.end();
    if ((await coda.exit).signal === 'SIGKILL') died++;
  }
  return { died, ...(await left(dataDir)) };
}

async function left(dataDir: string): Promise<Omit<Survived, 'died'>> {
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  try {
    const notes = await database.read<{ text: string }>('select text from notes order by text');
    const runs = await database.read<{ told: string }>(
      "select concat_ws(': ', state, message) as told from skill_runs",
    );
    return { notes: notes.rows.map(({ text }) => text), runs: runs.rows.map(({ told }) => told) };
  } finally {
    await database.close();
  }
}
