import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Json } from '../base/json.ts';
import { evaluate, type MemoryLine, memoryConfig } from '../skills/memory/index.ts';
import { withVerbs } from './ask.ts';
import type { MemoryFlags } from './flags.ts';
import { prepare } from './serve.ts';
import { usage } from './texts.ts';

/** Lines that are imported at once: a request to the daemon holds 64 kB. */
const AT_ONCE = 10;

/** `coda memory list`: what is remembered of a person, one line each. */
export async function memoryList(flags: MemoryFlags, io: NodeJS.Process): Promise<number> {
  return pages(flags, io, ({ id, text, type, date, said_at, state }) => {
    const past = state === 'current' ? '' : ` (${state})`;
    return flags.json
      ? JSON.stringify({ id, text, type, date, said_at, state })
      : `${id}  ${(date ?? said_at ?? '').slice(0, 10)}  ${text.replace(/\s+/g, ' ')}${past}`;
  });
}

/** `coda memory export`: the same as lines of JSON, for `import`. */
export async function memoryExport(flags: MemoryFlags, io: NodeJS.Process): Promise<number> {
  return pages(flags, io, (line) => JSON.stringify(line));
}

async function pages(flags: MemoryFlags, io: NodeJS.Process, write: (line: MemoryLine) => string): Promise<number> {
  await withVerbs(flags, io, async (ask) => {
    let after: string | undefined = '';
    while (after !== undefined) {
      const lines = (await ask('memory-export', { person: flags.person ?? null, after })) as MemoryLine[];
      if (!io.stdout.write(lines.map((line) => `${write(line)}\n`).join(''))) await once(io.stdout, 'drain');
      after = lines.at(-1)?.id;
    }
  });
  return 0;
}

/** `coda memory import`: adds the lines of stdin that are not there yet. */
export async function memoryImport(flags: MemoryFlags, io: NodeJS.Process): Promise<number> {
  let added = 0;
  await withVerbs(flags, io, async (ask) => {
    let waiting: Json[] = [];
    const flush = async () => {
      if (waiting.length > 0) {
        added += (await ask('memory-import', { person: flags.person ?? null, lines: waiting })) as number;
      }
      waiting = [];
    };
    for await (const text of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (text.trim() !== '') waiting.push(parsed(text));
      if (waiting.length === AT_ONCE) await flush();
    }
    await flush();
  });
  io.stdout.write(`${added} added\n`);
  return 0;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw usage(`A line is no JSON: ${text.slice(0, 80)}`, 'Give what `coda memory export` wrote.');
  }
}

/** `coda memory eval --jsonl`: facts and questions on stdin, the nearest facts of each question on stdout. */
export async function memoryEval(flags: MemoryFlags, io: NodeJS.Process): Promise<number> {
  if (!flags.jsonl) throw usage('memory eval speaks JSON lines.', 'Try: coda memory eval --jsonl < questions.jsonl');
  const { config } = prepare(flags, io);
  const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const warn = (text: string) => void io.stderr.write(`${text}\n`);
  const { embedder } = config.block(memoryConfig);
  for await (const answer of evaluate(lines, embedder, warn, new AbortController().signal)) {
    if (!io.stdout.write(`${JSON.stringify(answer)}\n`)) await once(io.stdout, 'drain');
  }
  return 0;
}
