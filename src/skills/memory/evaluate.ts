import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { parseJson } from '../../base/json.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import { operation, usage } from '../../chat/operation.ts';
import { type Embedder, EmbedderFault, embeddersOf, packVector, vectorOf, wordsOf } from '../../vectors/index.ts';
import { config, type Settings } from './config.ts';
import { termsOf } from './keep.ts';
import { PersonIndex } from './person-index.ts';

const fact = z.object({ fact: z.union([z.string(), z.number()]), text: z.string(), at: z.string().optional() });
const ask = z.object({ ask: z.union([z.string(), z.number()]), text: z.string() });
const lineOf = z.union([fact, ask]);

type Fact = z.output<typeof fact>;
type Id = string | number;

const MOST = 50;

/** Facts and questions on stdin, the nearest facts of each question on stdout. */
export const evaluating = operation({
  name: 'memory eval',
  summary: 'rank facts for questions, as memories are found',
  input: z.object({ jsonl: z.boolean().optional().describe('JSON lines on stdin and stdout: docs/memory.md') }),
  needs: 'config',
  prepare(input) {
    if (input.jsonl) return input;
    throw usage('memory eval speaks JSON lines.', 'Try: coda memory eval --jsonl < questions.jsonl');
  },
  async conduct(_, __, { io, local }) {
    const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    const warn = (text: string) => void io.stderr.write(`${text}\n`);
    const { embedder } = local().config.block(config);
    for await (const answer of evaluate(lines, embedder, warn, new AbortController().signal)) {
      if (!io.stdout.write(`${JSON.stringify(answer)}\n`)) await once(io.stdout, 'drain');
    }
    return '';
  },
});

/**
 * Answers questions about facts with the ids of the nearest ones, best first, as memories are found: lines of JSON in,
 * lines of JSON out. Facts may come between questions. What is wrong with a line is told by `warn`, and it is left out.
 */
export async function* evaluate(
  lines: AsyncIterable<string>,
  settings: Settings['embedder'],
  warn: (text: string) => void,
  signal: AbortSignal,
): AsyncGenerator<{ ask: Id; facts: Id[] }> {
  const { embedder } = embeddersOf(settings);
  const room = new EvalRoom(embedder, warn, signal);
  try {
    for await (const text of lines) {
      if (text.trim() === '') continue;
      const line = read(text);
      if (!line) warn(`left out a line that is neither a fact nor a question: ${text.slice(0, 80)}`);
      else if ('fact' in line) room.add(line);
      else yield { ask: line.ask, facts: await room.answer(line.text) };
    }
  } finally {
    await embedder?.close();
  }
}

function read(text: string): z.output<typeof lineOf> | undefined {
  try {
    return lineOf.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

class EvalRoom {
  private embedder: Embedder | undefined;
  private readonly warn: (text: string) => void;
  private readonly signal: AbortSignal;
  private readonly ids = new Map<string, Id>();
  private waiting: Fact[] = [];
  private index: PersonIndex | undefined;

  constructor(embedder: Embedder | undefined, warn: (text: string) => void, signal: AbortSignal) {
    this.embedder = embedder;
    this.warn = warn;
    this.signal = signal;
  }

  add(line: Fact): void {
    this.ids.set(String(line.fact), line.fact);
    this.waiting.push(line);
  }

  async answer(text: string): Promise<Id[]> {
    const index = await this.fillIndex();
    const vector = await this.orWarn(async (embedder) => vectorOf(embedder, text, this.signal));
    const hits = index.search({ ...wordsOf(text), vector }, {}, MOST);
    return hits.flatMap(({ id }) => this.ids.get(id) ?? []);
  }

  private async fillIndex(): Promise<PersonIndex> {
    if (this.index && this.waiting.length === 0) return this.index;
    const facts = this.waiting;
    this.waiting = [];
    const size = this.embedder?.maxBatch ?? (facts.length || 1);
    for (let from = 0; from < facts.length; from += size) {
      const batch = facts.slice(from, from + size);
      const texts = batch.map(({ text }) => text);
      const vectors = await this.orWarn((embedder) => embedder.embed(texts, 'document', this.signal));
      this.index ??= new PersonIndex(vectors?.[0]?.length ?? 1);
      for (const [place, { fact: id, text, at }] of batch.entries()) {
        const day = dayFrom(at);
        const vector = vectors?.[place];
        const terms = day ? termsOf(text, [], day) : [...new Set(lexemesOf(text))];
        const packed = vector && packVector(vector);
        const entry = {
          id: String(id),
          type: 'fact',
          tags: [],
          at: day?.getTime() ?? 0,
          isDay: true,
          state: 'current' as const,
        };
        this.index.put({ ...entry, terms, vector: packed });
      }
    }
    this.index ??= new PersonIndex(1);
    return this.index;
  }

  private async orWarn<T>(ask: (embedder: Embedder) => Promise<T>): Promise<T | undefined> {
    try {
      return this.embedder && (await ask(this.embedder));
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      this.warn(`goes on by words alone: ${error.message}`);
      this.embedder = undefined;
      return undefined;
    }
  }
}

function dayFrom(at: string | undefined): Date | undefined {
  const day = at === undefined ? undefined : new Date(at);
  return day && !Number.isNaN(day.getTime()) ? day : undefined;
}
