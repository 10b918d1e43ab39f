/**
 * Draws code and formulas beside the page, so that what takes long holds no page: a program of its own, which the page ends when it
 * has not answered in time. Its libraries are loaded with the first task for each.
 */
/// <reference lib="webworker" />
import type { Task } from './draw.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener('message', ({ data }: MessageEvent<Task>) => void answer(data));

async function answer(task: Task): Promise<void> {
  const { draw } = task.kind === 'code' ? await codeDrawer() : await formulaDrawer();
  // From here on it is the text that takes time, and no longer the network.
  scope.postMessage('begun');
  scope.postMessage({ drawn: draw(task) });
}

async function codeDrawer() {
  const { colouredCode } = await import('./code.ts');
  return { draw: ({ text, language = '' }: Task) => colouredCode(text, language) };
}

async function formulaDrawer() {
  const { drawFormula } = await import('./formula.ts');
  return { draw: ({ text }: Task) => drawFormula(text) };
}
