/** From what a route answers to bytes on the wire. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HttpAnswer } from '../../chat/index.ts';
import { PROBLEM_TYPE, type Problem } from './problem.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Headers of every answer: no guessed types, no framing, no caching. */
const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** A proxy must neither collect a stream nor compress it. */
const STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  'X-Accel-Buffering': 'no',
} as const;

/** Writes it all; resolves when it is written, or nobody takes it any more. */
export async function write(outgoing: ServerResponse, { status = 200, headers = {}, body }: HttpAnswer): Promise<void> {
  if (body === undefined) {
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Length': 0, ...headers }).end();
    return;
  }
  if ('events' in body) return stream(outgoing, body.events, { ...ALWAYS, ...STREAM, ...headers });
  const { type, content } = contentOf(body);
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, 'Content-Length': length, ...headers }).end(content);
    return;
  }
  outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, ...headers });
  await pour(outgoing, content);
}

export async function writeProblem(
  outgoing: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const text = JSON.stringify(problem);
  await write(outgoing, { status: problem.status, headers, body: { text, type: PROBLEM_TYPE } });
}

function contentOf(body: Exclude<NonNullable<HttpAnswer['body']>, { events: unknown }>) {
  if ('json' in body) return { type: JSON_TYPE, content: JSON.stringify(body.json) };
  if ('text' in body) return { type: body.type, content: body.text };
  return { type: body.type, content: body.bytes };
}

async function stream(
  outgoing: ServerResponse,
  events: AsyncIterable<string>,
  headers: Record<string, string>,
): Promise<void> {
  outgoing.writeHead(200, headers);
  outgoing.flushHeaders();
  await pour(outgoing, events);
}

/** At the pace of whoever reads. What it comes from is told when nobody reads any more. */
async function pour(outgoing: ServerResponse, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
  }
  outgoing.end();
}
