/** From a route's answer, or from what went wrong, to bytes. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { systemCode } from '../../base/errors.ts';
import type { HttpAnswer } from '../../chat/index.ts';
import { PROBLEM_TYPE, type Problem, problem } from './problem.ts';
import { writePieces } from './streams.ts';

/** The most bytes that the head of a request may have. */
export const HEAD_BYTES = 16_384;

const JSON_TYPE = 'application/json; charset=utf-8';

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

export async function write(outgoing: ServerResponse, { status = 200, headers = {}, body }: HttpAnswer): Promise<void> {
  if (body === undefined) {
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Length': 0, ...headers }).end();
    return;
  }
  if ('events' in body) {
    outgoing.writeHead(200, { ...ALWAYS, ...STREAM, ...headers }).flushHeaders();
    return writePieces(outgoing, body.events);
  }
  const { type, content } = contentOf(body);
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, 'Content-Length': length, ...headers }).end(content);
    return;
  }
  outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, ...headers });
  await writePieces(outgoing, content);
}

function contentOf(body: Exclude<NonNullable<HttpAnswer['body']>, { events: unknown }>) {
  if ('json' in body) return { type: JSON_TYPE, content: JSON.stringify(body.json) };
  if ('text' in body) return { type: body.type, content: body.text };
  return { type: body.type, content: body.bytes };
}

export async function writeProblem(
  outgoing: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const text = JSON.stringify(problem);
  await write(outgoing, { status: problem.status, headers, body: { text, type: PROBLEM_TYPE } });
}

/** Answers what Node's parser could not read: no request of it reaches a route. */
export function refuseUnreadable(error: Error, socket: Socket): void {
  if (!socket.writable || systemCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const refusal = unreadable(systemCode(error));
  const text = JSON.stringify(refusal.problem);
  socket.end(
    `HTTP/1.1 ${refusal.status}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
      `Connection: close\r\n\r\n${text}`,
  );
}

function unreadable(code: string | undefined) {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: '408 Request Timeout',
      problem: problem('HTTP_TIMEOUT', 'The request came too slowly.', 'Send it faster.'),
    };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const large = problem('HTTP_TOO_LARGE', `The head is larger than ${HEAD_BYTES} bytes.`, 'Send fewer headers.');
    return { status: '431 Request Header Fields Too Large', problem: { ...large, status: 431 } };
  }
  const malformed = problem('HTTP_MALFORMED', 'This is not a request of HTTP/1.1.', 'Send it as RFC 9112 has it.');
  return { status: '400 Bad Request', problem: malformed };
}
