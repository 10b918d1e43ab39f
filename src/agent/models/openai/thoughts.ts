/**
 * Data that some services want back with their calls, or refuse the request: Gemini its signatures, DeepSeek and
 * Moonshot their thoughts.
 */
import type { Json } from '../../../base/json.ts';
import type { Kept } from '../../inference/model.ts';

/** Of one answer. */
interface Thoughts {
  /** Call by call, in their order; null where nothing came with it. */
  extras: Json[];
  /** Its thoughts, as text. */
  reasoning: string;
}

/** Data to keep of an answer with calls; undefined where none is wanted back. */
export function keptThoughts(model: string, extras: readonly unknown[], reasoning: string): Kept | undefined {
  const known = extras.map((extra) => (extra ?? null) as Json);
  if (extras.length === 0 || (reasoning === '' && known.every((extra) => extra === null))) return undefined;
  return { model, blocks: [{ extras: known, reasoning }] };
}

/** The kept data, if `model` said it and it is about so many calls. */
export function thoughtsIn(keep: Kept | undefined, model: string, calls: number): Thoughts | undefined {
  const thoughts = keep?.model === model ? (keep.blocks[0] as unknown as Thoughts | undefined) : undefined;
  return thoughts?.extras.length === calls ? thoughts : undefined;
}

/** Stands for thoughts that nobody has: services look only whether there are some. */
export const NO_THOUGHTS = '…';

/** Gemini's placeholder for its own signature, for calls that another model made. */
export const NO_SIGNATURE = { google: { thought_signature: 'skip_thought_signature_validator' } };
