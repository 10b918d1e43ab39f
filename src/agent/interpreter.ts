/** Loads what understands plain English where no model answers. */
import type { Interpreter } from './english/index.ts';
import type { Phrase } from './phrase.ts';

/**
 * Gives the interpreter of `phrases`. It and they are loaded when it is first asked for: they are a sixth of all code, and
 * where a model answers nobody needs them. A load that fails is tried again at the next call.
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
