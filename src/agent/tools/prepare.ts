/** Values that calls on the person's own data await before their transaction, which awaits nothing but statements. */

import { inEnglish, mayBeForeign, wordsFor } from '../../time/index.ts';
import {
  type CallContext,
  type DataTool,
  type Failed,
  failed,
  type Look,
  PassedOn,
  type PreparedCall,
  type Tool,
} from './tool.ts';

export interface DataCall {
  tool: DataTool;
  input: unknown;
}

export class TookTooLong extends PassedOn {}

/**
 * A call that is known in the transaction only (the one that an undo holds, the one behind a button) lacks what has to be
 * awaited before it. Thrown, since all that the transaction did so far has to be rolled back, through whichever tool called.
 */
class NotPrepared extends PassedOn {
  readonly call: DataCall;
  readonly ctx: CallContext;

  constructor(call: DataCall, ctx: CallContext) {
    super(`${call.tool.name} has to be prepared before its transaction`);
    this.call = call;
    this.ctx = ctx;
  }
}

export class PreparedCalls {
  /** By tool and input. */
  private readonly byCall = new Map<string, PreparedCall>();
  wasSlow = false;

  /** Awaits for a call what it still lacks: a light model's look, its words about time in English, its tool's `prepare`. */
  async prepare(call: DataCall, ctx: CallContext): Promise<void> {
    const { tool, input } = call;
    const key = keyOf(call);
    const ready = this.byCall.get(key) ?? {};
    this.byCall.set(key, ready);
    if (wantsLook(call, ctx) && !('look' in ready)) ready.look = await ctx.runner.lookFirst?.(tool, input);
    if (isRefused(ready.look, ctx)) return;
    if (hasForeignWords(call, ctx)) ready.read ??= await inEnglishWords(call, ctx);
    if (tool.prepare && !('value' in ready)) ready.value = await tool.prepare(input, ctx);
  }

  /** The values of a call that has all of them. Throws what `run` catches for one that has not. */
  require(call: DataCall, ctx: CallContext): PreparedCall {
    if (this.lacks(call, ctx)) throw new NotPrepared(call, ctx);
    return this.byCall.get(keyOf(call)) ?? {};
  }

  private lacks(call: DataCall, ctx: CallContext): boolean {
    const ready = this.byCall.get(keyOf(call)) ?? {};
    if (isRefused(ready.look, ctx)) return false;
    if (wantsLook(call, ctx) && !('look' in ready)) return true;
    if (hasForeignWords(call, ctx) && !ready.read) return true;
    return call.tool.prepare !== undefined && !('value' in ready);
  }

  /**
   * Runs `work`, which opens a transaction whose calls have these in their context: again when one of them turned out to
   * lack something, and once more when one took too long.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof TookTooLong && !this.wasSlow) this.wasSlow = true;
        else if (error instanceof NotPrepared && this.lacks(error.call, error.ctx))
          await this.prepare(error.call, error.ctx);
        else throw error;
      }
    }
  }
}

const keyOf = ({ tool, input }: DataCall): string => JSON.stringify([tool.name, input]);

const wantsLook = ({ tool }: DataCall, ctx: CallContext): boolean =>
  tool.policy?.critique === true && !!ctx.runner.lookFirst;

/** A person who presses the button has said yes to what could not be looked at; a program has not. */
export function isRefused(look: Look | undefined, { request }: Pick<CallContext, 'request'>): look is Look {
  return look !== undefined && !look.ok && !(look.byPerson && request.origin === 'person');
}

interface SlottedCall {
  tool: Pick<Tool, 'name' | 'form'>;
  input: unknown;
}

function foreignSlots({ tool, input }: SlottedCall, { when }: Pick<CallContext, 'when'>): [string, string][] {
  const fields = input as Readonly<Record<string, unknown>>;
  return (tool.form?.times ?? []).flatMap((field): [string, string][] => {
    const words = fields[field];
    return typeof words === 'string' && mayBeForeign(words, when) ? [[field, words]] : [];
  });
}

const hasForeignWords = (call: SlottedCall, ctx: Pick<CallContext, 'when'>): boolean =>
  foreignSlots(call, ctx).length > 0;

/** The input with its words about time in English; a question or a refusal where they cannot be read. */
export async function inEnglishWords(
  call: SlottedCall,
  ctx: Pick<CallContext, 'when'>,
): Promise<{ input: unknown } | Failed> {
  let input = call.input as Readonly<Record<string, unknown>>;
  for (const [field, words] of foreignSlots(call, ctx)) {
    const read = await inEnglish(words, ctx.when);
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
