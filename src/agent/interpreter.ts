/** Loads what understands plain English where no model answers. */
import type { Interpreter } from './english/index.ts';
import type { Phrase } from './phrase.ts';

/**
 * Gives the interpreter of `phrases`. It and they are loaded when it is first asked for: they are a sixth of all code, and
 * where a model answers nobody needs them. Phrases that cannot be gathered are asked for again at the next call; a file
 * that Node could not read while it imported it stays failed until the process ends, since Node keeps that outcome.
 */
export function interpreterOf(phrases: () => Promise<readonly Phrase[]>): () => Promise<Interpreter> {
  let loading: Promise<Interpreter> | undefined;
  return () => {
    loading ??= load(phrases).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

async function load(phrases: () => Promise<readonly Phrase[]>): Promise<Interpreter> {
  const [{ Interpreter }, all] = await Promise.all([import('./english/index.ts'), phrases()]);
  return new Interpreter(all);
}
