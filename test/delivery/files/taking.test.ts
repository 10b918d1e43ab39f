import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Slots } from '../../../src/base/async.ts';
import { silentLog } from '../../../src/base/log.ts';
import { takeFiles } from '../../../src/delivery/files/take-files.ts';
import { Egress } from '../../../src/egress/index.ts';
import { openArtifacts } from '../../../src/storage/index.ts';

/** What is to be waited for in vain. */
const LIMITS = { totalMs: 600, headersMs: 300, pace: { ms: 150, bytes: 64 }, redirects: 0 };
/** What comes is not cut off by a slow machine. */
const PATIENT = { totalMs: 60_000, headersMs: 30_000, pace: { ms: 30_000, bytes: 64 }, redirects: 0 };

/** Collects again and again. In between the loop of events turns: where a collection takes long, an interval would stop it. */
async function collectUntil(isOver: () => boolean, collect: () => void): Promise<void> {
  while (!isOver()) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a CDN', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-files-'));
  const server = createServer((request, response) => serve[request.url?.slice(1) ?? '']?.(response));
  const drip = (response: ServerResponse, bytes: number) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(bytes, 65)), 20);
    response.on('close', () => clearInterval(timer));
  };
  const serve: Record<string, (response: ServerResponse) => void> = {
    silent: () => {},
    stalls: (response) => void response.writeHead(200).write('A'),
    drips: (response) => drip(response, 1),
    endless: (response) => drip(response, 64),
    huge: (response) => drip(response, 1_000_000),
    busy: (response) => void response.writeHead(503).end(),
    cut: (response) => void response.writeHead(200).end('AAAA'),
    page: (response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>'),
    elsewhere: (response) => void response.writeHead(302, { Location: '/whole' }).end(),
    whole: (response) => void response.writeHead(200).end('A'.repeat(20)),
  };

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function take(path: string, { limits = LIMITS, port = (server.address() as AddressInfo).port } = {}) {
    const url = `http://127.0.0.1:${port}/${path}`;
    const file = { name: path, size: 20, url, type: 'text/plain' };
    const artifacts = await openArtifacts(folder);
    const egress = new Egress({ ports: [], allow: [{ network: '127.0.0.1/32' }] });
    const slots = new Slots(1);
    return takeFiles([file], { maxBytes: 2_000_000, artifacts, egress, log: silentLog(), slots, limits });
  }

  test.each(['silent', 'stalls', 'drips', 'endless', 'cut', 'page', 'elsewhere'])(
    'that is %s is not waited for, and the file counts as lost',
    async (path) => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const taking = take(path);
      // What only an abort signal holds on to is let go of by a collection.
      let isTaken = false;
      void collectUntil(() => isTaken, collect);
      expect(await taking.finally(() => (isTaken = true))).toEqual({
        files: [],
        tooLarge: [],
        lost: [path],
        mayCome: false,
      });
    },
  );

  test('that is overloaded, or cannot be reached, may have the file later', async () => {
    expect(await take('busy')).toMatchObject({ lost: ['busy'], mayCome: true });
    expect(await take('nowhere', { port: 1 })).toMatchObject({ lost: ['nowhere'], mayCome: true });
  });

  test('that sends more than was said is not listened to', async () => {
    expect(await take('huge', { limits: PATIENT })).toMatchObject({ files: [], tooLarge: ['huge'] });
  });

  test('that serves is served from', async () => {
    expect(await take('whole', { limits: PATIENT })).toMatchObject({ files: [{ name: 'whole', size: 20 }], lost: [] });
  });
});
