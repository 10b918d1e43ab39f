/**
 * The kind of stalls: each entry of what others send, in ten shapes and three sizes, by the time of the processor. A push plays
 * sizes that are a fourth of those of a long run.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOf as chatEntries, entryOfRecord } from '../../src/adapters/http/chats/entries.ts';
import { lookAt } from '../../src/agent/context/pictures/index.ts';
import { carriedBy } from '../../src/agent/index.ts';
import { openaiModel } from '../../src/agent/models/openai.ts';
import { Egress } from '../../src/egress/index.ts';
import { entriesIn } from '../../src/media/readers/appointments.js';
import { halveRate, isSilent, plainSamples, soundOf } from '../../src/media/sounds.ts';
import { Connection } from '../../src/skills/mcp/connection.ts';
import { offersOf } from '../../src/skills/mcp/offer.ts';
import { FloodGauge, GaugedTransport } from '../../src/skills/mcp/wire/flood.ts';
import { httpTransport } from '../../src/skills/mcp/wire/http.ts';
import { entriesOf as feedEntries } from '../../src/skills/web/page/feed.js';
import { mayRead } from '../../src/skills/web/page/robots.ts';
import { Programs } from '../adapters/http/support.ts';
import { eventually } from '../support/eventually.ts';
import {
  FORM_SHAPES,
  JSON_SHAPES,
  PICTURE_SHAPES,
  SCHEMA_SHAPES,
  type Shape,
  SOUND_SHAPES,
  STREAM_SHAPES,
  textShapes,
} from '../support/hostile-shapes.ts';
import { LONG } from '../support/long.ts';
import { answer, Faulty, rpc, said } from '../support/mcp/faulty.ts';
import { all } from '../support/model-contract.ts';
import { KEY } from '../support/model-server/index.ts';
import { costOf, FLOOR_MS, growthIn, leastCost } from '../support/processor.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

/** Milliseconds of the processor at once: what took so long in this house once were 2 to 22 seconds. */
const MOST_AT_ONCE_MS = 1_500;

let programs: Programs;
let service: Faulty;
let stream: Server;
let streamed: Buffer = Buffer.alloc(0);
let next: Line[] = [];

beforeAll(async () => {
  service = await Faulty.open();
  stream = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // As a network hands it over: in pieces that end anywhere.
    for (let at = 0; at < streamed.length; at += 16_384) response.write(streamed.subarray(at, at + 16_384));
    response.end();
  });
  await new Promise<void>((resolve) => stream.listen(0, '127.0.0.1', resolve));
  programs = await Programs.begin({
    model: new ScriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? ['Done.'] : next)),
    config: { 'access.rate_limit.enabled': false, 'mcp.servers': { box: { url: service.url } } },
  });
  await programs.coda.person('ana').says('hello');
  await eventually(async () => (await programs.coda.person('ana').says('/mcp')).includes('1 tool'));
});
afterAll(async () => {
  await programs[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  stream.closeAllConnections();
  stream.close();
});

interface Entry {
  /** Of the smallest size. */
  size: number;
  shapes: Readonly<Record<string, Shape>>;
  take(bytes: Buffer): unknown;
}

/** Over the wire, as whoever sends it: it is answered or refused. */
async function posts(bytes: Buffer, type: string): Promise<void> {
  next = ['Seen.'];
  const body = new Uint8Array(bytes);
  const sent = await programs.ask('/v1/messages', { method: 'POST', body, headers: { 'Content-Type': type } });
  await sent.arrayBuffer();
}

/** A server is met whose tool has this schema; one that cannot be read is said to be so. */
async function meets(schema: string): Promise<void> {
  service.tools = `[{"name":"odd","description":"Odd.","inputSchema":${schema}}]`;
  const settings = { url: service.url, timeout: 30_000, headers: {}, effects: {} } as never;
  const connection = new Connection({
    ...{ name: 'odd', settings, world: programs.coda.world, version: '1', longestCallMs: 30_000 },
    async open() {
      const gauge = new FloodGauge();
      const egress = new Egress({ ports: [], allow: [{ network: '127.0.0.1/32' }] });
      return new GaugedTransport(
        await httpTransport(settings, { egress, isAsked: gauge.isAsked, signedIn: undefined, longestMs: 30_000 }),
        gauge,
      );
    },
    onListing: async ({ tools }) => void offersOf('odd', tools, { tools: undefined, effects: {} }),
  });
  await connection.start();
  expect(['ready', 'away']).toContain(connection.state.kind);
  await connection.close();
  service.tools = undefined;
}

async function calls(): Promise<void> {
  next = [{ call: 'box_go' }];
  await programs.coda.person('ana').says('go on');
}

/** What may be refused by a fault that says so. */
function read(reads: () => unknown): void {
  try {
    reads();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
}

/** A schema that cannot be read as JSON is none. */
function readSchema(bytes: Buffer): Record<string, unknown> {
  return JSON.parse(bytes.toString()) as Record<string, unknown>;
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  'a route': { size: 250_000, shapes: JSON_SHAPES, take: (bytes) => posts(bytes, 'application/json') },
  'a form': { size: 250_000, shapes: FORM_SHAPES, take: (bytes) => posts(bytes, 'multipart/form-data; boundary=x') },
  'a feed': {
    size: 125_000,
    shapes: textShapes({
      ...{ before: '<rss><channel>', after: '</channel></rss>' },
      ...{ own: '<item><guid>%</guid><title>a</title></item>', open: '<item>' },
    }),
    take: (bytes) => read(() => feedEntries(bytes.toString(), 'https://example.com/feed')),
  },
  'a robots.txt': {
    size: 31_000,
    shapes: textShapes({ before: 'User-agent: *\n', own: 'Disallow: /a*%*b$\n', open: 'User-agent: a\n' }),
    take: (bytes) => mayRead(bytes.toString(), `/${'a'.repeat(2_000)}`),
  },
  'a calendar': {
    size: 125_000,
    shapes: textShapes({
      before: 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:19700101T090000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:',
      own: 'a\nEND:VEVENT\nBEGIN:VEVENT\nUID:%\nDTSTART;TZID=Odd %:19700101T090000\nRRULE:FREQ=MINUTELY;INTERVAL=7\n',
      open: '\nBEGIN:VEVENT\n',
    }),
    take: (bytes) => [...entriesIn(bytes, {})],
  },
  'the schema of an MCP tool': { size: 4_000, shapes: SCHEMA_SHAPES, take: (bytes) => meets(bytes.toString()) },
  'a call that a schema is asked about': {
    size: 4_000,
    shapes: SCHEMA_SHAPES,
    take: (bytes) => carriedBy({ a: { a: { a: 'x' } } }, readSchema(bytes)),
  },
  'an answer of an MCP server': {
    size: 125_000,
    shapes: textShapes({ own: '{"a%":[', open: '<a href="' }),
    take(bytes) {
      service.next.push(({ id, response }) => answer(response, 200, rpc({ id, result: said(bytes.toString()) })));
      return calls();
    },
  },
  'a stream of a model': {
    size: 125_000,
    shapes: STREAM_SHAPES,
    async take(bytes) {
      streamed = bytes;
      const { port } = stream.address() as AddressInfo;
      const options = { name: 'some/model', model: 'model', apiKey: KEY, stream: true, silenceMs: 30_000, sees: true };
      // An answer that makes no sense is a fault: that it is told soon is what counts.
      await all(openaiModel({ ...options, baseUrl: `http://127.0.0.1:${port}/v1` })).catch(() => undefined);
    },
  },
  'a picture': { size: 1_000_000, shapes: PICTURE_SHAPES, take: (bytes) => lookAt(bytes) },
  'a recording': {
    size: 1_000_000,
    shapes: SOUND_SHAPES,
    take(bytes) {
      const samples = plainSamples(bytes);
      return [soundOf(bytes), samples && isSilent(samples), samples && halveRate(samples)];
    },
  },
  'an entry of a chat': {
    size: 50_000,
    shapes: textShapes({ before: 'a|b\n-|-\n', own: '| a% | b |\n', open: '- '.repeat(8) }),
    take: (bytes) =>
      chatEntries([{ id: '1', role: 'assistant', text: bytes.toString(), at: new Date(0) }], entryOfRecord),
  },
};

test.each(Object.entries(ENTRIES))('%s of any shape takes no more than linear time', async (_, entry) => {
  const { shapes, take } = entry;
  expect(Object.keys(shapes)).toHaveLength(10);
  const smallest = entry.size * (LONG ? 4 : 1);
  const sizes = [smallest, smallest * 2, smallest * 4];
  const slow: string[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const measure = (size: number) => {
      const bytes = shape(size);
      return costOf(() => take(bytes));
    };
    const first = await measure(smallest * 4);
    if (first.totalMs < FLOOR_MS) continue;
    const largest = await leastCost(measure, smallest * 4, first);
    if (largest.stretchMs > MOST_AT_ONCE_MS) slow.push(`${name}: ${largest.stretchMs} ms at once`);
    const costs = largest.totalMs < FLOOR_MS ? undefined : await growthIn(measure, sizes);
    if (costs) slow.push(`${name}: ${costs}`);
  }
  expect(slow).toEqual([]);
});
