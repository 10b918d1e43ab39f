/** Short sentences about what was done, with its undo, and about what was refused. */
import { signal } from '@preact/signals';
import { failureOf } from '../api/client.ts';
import { Button } from '../parts/button.tsx';

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
  undo: (() => Promise<void>) | undefined;
}

const toasts = signal<readonly Toast[]>([]);
let last = 0;
/** Milliseconds; a change that can be taken back stays for a minute. */
const [SHOWN_MS, UNDO_MS] = [5_000, 60_000];
const MOST = 3;

export function say(text: string, { undo, isBad = false }: { undo?: () => Promise<void>; isBad?: boolean } = {}): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(1 - MOST), { id, text, isBad, undo }];
  setTimeout(() => drop(id), undo ? UNDO_MS : SHOWN_MS);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/**
 * Does something at once: `shown` changes the page before the answer is there, `back` is called where it was refused, and the
 * sentence says why. True: it was done.
 */
export async function act(
  run: () => Promise<unknown>,
  { done, undo, back }: { done?: string; undo?: () => Promise<void>; back?: () => void } = {},
): Promise<boolean> {
  try {
    await run();
    if (done !== undefined) say(done, undo && { undo });
    return true;
  } catch (error) {
    back?.();
    say(failureOf(error).sentence, { isBad: true });
    return false;
  }
}

export const canUndo = (): boolean => toasts.value.some(({ undo }) => undo);

/** Takes back what was done last and can be. */
export function undoLast(): void {
  const toast = toasts.value.findLast(({ undo }) => undo);
  if (!toast?.undo) return;
  drop(toast.id);
  void act(toast.undo, { done: 'Taken back.' });
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, isBad, undo }) => (
        <div key={id} class="toast">
          <p class={isBad ? 'bad' : ''}>{text}</p>
          {undo && (
            <Button
              onClick={() => {
                drop(id);
                void act(undo, { done: 'Taken back.' });
              }}
            >
              Undo
            </Button>
          )}
          <Button icon="x" label="Close" kind="quiet" onClick={() => drop(id)} />
        </div>
      ))}
    </div>
  );
}
