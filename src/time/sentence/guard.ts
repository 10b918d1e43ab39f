import type { Run, Sentence, Understood } from './sentence.ts';

/** A time in a sentence, and where what stands before it begins. */
export interface Before {
  s: Sentence;
  run: Run;
  from: number;
}

/** One question that is asked of a time in a sentence, before it is taken as the time that is meant. */
export interface Guard<At> {
  name: string;
  /** What it holds, in one sentence. */
  rule: string;
  /** A sentence that it reads; a test sees to it that no guard before it does. */
  example: string;
  /** What the sentence means; undefined where the guard has nothing to say. */
  read(at: At): Understood | undefined;
}

/** The first guard of a list that has something to say, and what it says. */
export function firstOf<At>(
  guards: readonly Guard<At>[],
  at: At,
): { name: string; understood: Understood } | undefined {
  for (const { name, read } of guards) {
    const understood = read(at);
    if (understood) return { name, understood };
  }
  return undefined;
}
