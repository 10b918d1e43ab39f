import type { Duplex } from 'node:stream';
import type { ConnectOverCDPTransport } from 'playwright-core';
import { messageOf } from '../../base/errors.ts';

/** A longer message ends the connection. */
const LONGEST_MESSAGE = 128 * 1024 * 1024;

/** The transport for playwright: messages as JSON, each with a NUL behind it. `whyOver` tells why it ended. */
export function debuggingPipe(pipe: Duplex, whyOver: () => string): ConnectOverCDPTransport {
  let parts: Buffer[] = [];
  let size = 0;
  const closed = () => transport.onclose?.(whyOver());
  const transport: ConnectOverCDPTransport = {
    // Whoever speaks after the end has not heard of it.
    send: (message) => void (pipe.destroyed ? setImmediate(closed) : pipe.write(`${JSON.stringify(message)}\0`)),
    close: () => void pipe.destroy(),
  };
  const take = (bytes: Buffer): void => {
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      const message = Buffer.concat([...parts, bytes.subarray(start, end)]).toString();
      [parts, size, start] = [[], 0, end + 1];
      transport.onmessage?.(JSON.parse(message));
    }
    const rest = bytes.subarray(start);
    size += rest.length;
    if (size > LONGEST_MESSAGE) throw new Error('Chromium says too much at once');
    if (rest.length > 0) parts.push(rest);
  };
  pipe.on('data', (bytes: Buffer) => {
    try {
      take(bytes);
    } catch (error) {
      pipe.destroy(new Error(messageOf(error)));
    }
  });
  pipe.on('close', closed);
  return transport;
}
