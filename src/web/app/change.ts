/** Changes of a person's own things: shown at once, told with what takes them back, undone where they were refused. */
import { api, ask } from '../api/client.ts';
import type { LoadState } from './load.ts';
import { act, say } from './toasts.tsx';

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

/** Waits for the answer about a change, tells what coda says of it, with its undo, and reads anew what is shown. Throws a refusal. */
export async function tellChange(reload: () => void, answer: Promise<ChangeAnswer>): Promise<void> {
  const outcome = await answer;
  const undo = undoOf(outcome);
  say(outcome.said, undo && { undo: () => undo().then(reload) });
  reload();
}

/** Does `run`, which changes what is shown by `change` at once; tells what coda says of it, with its undo. */
export async function change<T>(
  loaded: Pick<LoadState<T>, 'patch' | 'reload'>,
  run: () => Promise<ChangeAnswer>,
  change: (data: T) => T = (data) => data,
): Promise<boolean> {
  loaded.patch(change);
  return act(() => tellChange(loaded.reload, run()), { back: loaded.reload });
}
