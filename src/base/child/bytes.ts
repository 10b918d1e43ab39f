import { z } from 'zod';

/** Bytes of a piece: small, so that nothing else in this process waits for it. */
const PIECE = 192 * 1024;
const NOTHING = z.strictObject({});
const content = z.strictObject({ base64: z.string() });

/** A `Child`. */
interface ChildPort {
  ask<T>(task: object, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
}

/** Gives a program bytes in pieces; it takes `open`, and then `bytes` for each piece. */
export async function sendBytes(child: ChildPort, bytes: Buffer, signal: AbortSignal): Promise<void> {
  await child.ask({ do: 'open' }, NOTHING, signal);
  for (let from = 0; from < bytes.length; from += PIECE) {
    const base64 = bytes.subarray(from, from + PIECE).toString('base64');
    await child.ask({ do: 'bytes', base64 }, NOTHING, signal);
  }
}

/** The `size` bytes that a program has made, in pieces that it gives for `take`. */
export async function takeBytes(child: ChildPort, size: number, signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let from = 0; from < size; from += PIECE) {
    const { base64 } = await child.ask({ do: 'take', from, to: from + PIECE }, content, signal);
    pieces.push(Buffer.from(base64, 'base64'));
  }
  return Buffer.concat(pieces);
}
