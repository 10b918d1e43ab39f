import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { evaluate, memoryConfig } from '../skills/memory/index.ts';
import { prepare } from './daemon/serve.ts';
import type { ChatFlags } from './flags.ts';
import { usage } from './texts.ts';

/** `coda memory eval --jsonl`: facts and questions on stdin, the nearest facts of each question on stdout. */
export async function memoryEval(flags: ChatFlags, io: NodeJS.Process): Promise<number> {
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
