/** The four specialists, asked for one answer each: what they may read is given to them, and no tool is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { packageRoot } from '../../../base/root.ts';
import { readerOf } from '../../../storage/index.ts';
import { askWithin, heavyOf } from '../budget.ts';
import type { Deps } from '../part.ts';
import { answerIn } from './change.ts';
import { Later, Refused } from './outcome.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export type SpecialistName = 'code-archaeologist' | 'code-surgeon' | 'test-runner' | 'improvement-reporter';

export interface Task {
  /** The material, in the order in which it is read. All of it is data. */
  material: Readonly<Record<string, string>>;
  /** The form of the answer, in words. */
  form: string;
  maxTokens: number;
}

/** Those that think hard get the heavy model. */
const HEAVY: readonly SpecialistName[] = ['code-archaeologist', 'code-surgeon'];
const TRIES = 2;
const TRANSIENT: readonly string[] = ['transient', 'rate_limited', 'timeout'];

/** Asks one; throws `Refused` or `Later`. */
export async function ask<T>(
  deps: Deps,
  name: SpecialistName,
  { material, form, maxTokens }: Task,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const personId = await store.payer(readerOf(deps.database));
  if (personId === undefined) throw new Refused(texts.noOwner());
  const system = await readFile(join(packageRoot(), 'agents', name, 'soul.md'), 'utf8');
  const parts = Object.entries(material).map(([title, text]) => `## ${title}\n\n${texts.quoted(text)}`);
  const text = [...parts, `## Your answer\n\nJSON and nothing else, of this form:\n\n${form}`].join('\n\n');
  const model = HEAVY.includes(name) ? heavyOf(deps.config) : undefined;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const asked = { personId, system, text, maxTokens, model };
    const answer = await askWithin(deps, `improvement.${name}`, asked, signal);
    signal.throwIfAborted();
    if (!answer.ok) {
      if (TRANSIENT.includes(answer.fault)) throw new Later(answer.message);
      throw new Refused(answer.message);
    }
    const read = answerIn(answer.text, schema);
    if (read !== undefined) return read;
  }
  throw new Refused(texts.unreadable(name));
}
