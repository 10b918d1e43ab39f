/** Loads what understands plain English where no model answers. */
import { lazy } from '../base/lazy.ts';
import type { Interpreter } from './english/index.ts';
import type { Phrase } from './phrase.ts';

/**
 * The interpreter of what `phrases` gives. It and they are loaded when it is first asked for: they are a sixth of all code,
 * and where a model answers nobody needs them.
 */
export const interpreterOf = (phrases: () => Promise<readonly Phrase[]>): (() => Promise<Interpreter>) =>
  lazy(async () => {
    const [{ Interpreter }, all] = await Promise.all([import('./english/index.ts'), phrases()]);
    return new Interpreter(all);
  });
