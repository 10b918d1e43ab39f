/** Changes of a person's own things: shown at once, told with what takes them back, undone where they were refused. */
import { api, ask } from '../api/client.ts';
import type { LoadState } from './load.ts';
import { act } from './toasts.tsx';

/** An answer about something that was changed, and what takes it back. */
interface ChangeAnswer {
  said: string;
  undo: { id: string } | null;
}

/** Takes back what an answer tells the undo of. */
const undoOf = ({ undo }: ChangeAnswer): (() => Promise<void>) | undefined =>
  undo === null
    ? undefined
    : async () => {
        await ask(api.POST('/v1/undo', { body: { id: undo.id } }));
      };

/** Does `run`, which changes what is shown by `change` at once; tells what coda says of it, with its undo. */
export async function change<T>(
  loaded: Pick<LoadState<T>, 'patch' | 'reload'>,
  run: () => Promise<ChangeAnswer>,
  change: (data: T) => T = (data) => data,
): Promise<boolean> {
  loaded.patch(change);
  let made: ChangeAnswer | undefined;
  const isDone = await act(
    async () => {
      made = await run();
    },
    { back: loaded.reload },
  );
  if (isDone && made) {
    const undo = undoOf(made);
    await act(async () => {}, { done: made.said, ...(undo && { undo: () => undo().then(loaded.reload) }) });
    loaded.reload();
  }
  return isDone;
}
