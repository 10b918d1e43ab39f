import { inEnglish, mayBeForeign, wordsFor } from '../../time/index.ts';
import { type CallContext, type Failed, failed, type Tool } from './tool.ts';

/** A call whose tool may have fields that say a time. */
export interface SlottedCall {
  tool: Pick<Tool, 'name' | 'times'>;
  input: unknown;
}

/** The fields of a call that may say a time in another language than English. */
function foreignSlots({ tool, input }: SlottedCall, { when }: Pick<CallContext, 'when'>): [string, string][] {
  const fields = input as Readonly<Record<string, unknown>>;
  return (tool.times ?? []).flatMap((field): [string, string][] => {
    const words = fields[field];
    return typeof words === 'string' && mayBeForeign(words, when) ? [[field, words]] : [];
  });
}

export const hasForeignSlots = (call: SlottedCall, ctx: Pick<CallContext, 'when'>): boolean =>
  foreignSlots(call, ctx).length > 0;

/** The input with each time in English words; a question, or what was not understood, where one has none. */
export async function inEnglishWords(
  call: SlottedCall,
  ctx: Pick<CallContext, 'when'>,
): Promise<{ input: unknown } | Failed> {
  let input = call.input as Readonly<Record<string, unknown>>;
  for (const [field, said] of foreignSlots(call, ctx)) {
    const read = await inEnglish(said, ctx.when);
    if ('words' in read) input = { ...input, [field]: read.words };
    else if (read.when.kind === 'reject') return failed(read.when.code, read.when.say);
    else {
      const choices = read.when.readings.map((reading) => ({
        label: reading.words,
        tool: call.tool.name,
        input: { ...input, [field]: wordsFor(reading, ctx.when) },
      }));
      return failed('AMBIGUOUS', read.when.question, { choices });
    }
  }
  return { input };
}
