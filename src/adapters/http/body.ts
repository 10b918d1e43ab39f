import type { IncomingMessage } from 'node:http';
import { CodaError } from '../../base/errors.ts';

/**
 * All of a request's body. Rejects with `HTTP_TOO_LARGE` as soon as it is known to be larger than `limit` bytes,
 * `HTTP_MALFORMED` when it is cut off, and `HTTP_TYPE` for one that is compressed: what it would become is not known.
 */
export async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = incoming.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new CodaError('HTTP_TYPE', {
      message: 'A compressed body is not taken.',
      remedy: 'Send it without Content-Encoding.',
    });
  }
  if (Number(length ?? 0) > limit) throw tooLarge(limit);
  return collect(incoming, limit);
}

/** Leaves the stream as it is when it rejects: the answer goes out over the same socket. */
function collect(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return chunks.push(chunk);
      chunks.length = 0;
      return reject(tooLarge(limit));
    });
    incoming.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const cut = (cause?: unknown) =>
      reject(new CodaError('HTTP_MALFORMED', { message: 'The body was cut off.', remedy: 'Send all of it.', cause }));
    incoming.once('error', cut);
    incoming.once('close', cut);
  });
}

function tooLarge(limit: number): CodaError {
  return new CodaError('HTTP_TOO_LARGE', {
    message: `The body is larger than ${limit} bytes.`,
    remedy: 'Send less at once.',
  });
}
