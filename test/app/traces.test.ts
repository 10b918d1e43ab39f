import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Collector } from '../../src/app/telemetry/otlp.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { testWorld } from '../support/world.ts';

interface Told {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

/** What a collector was sent, as OTLP has it. */
const sent: { path: string | undefined; headers: Record<string, unknown>; body: string }[] = [];
let status = 200;
/** Requests that are not answered yet, and the most at once. */
let open = 0;
let most = 0;
let isSilent = false;
let collector: Server;

beforeAll(async () => {
  collector = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    most = Math.max(most, ++open);
    answer.on('close', () => open--);
    request.on('end', () => {
      sent.push({ path: request.url, headers: request.headers, body });
      if (!isSilent) answer.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterAll(() => collector.close());

const env = (): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
  OTEL_SERVICE_NAME: 'home',
});

function spans(): Told[] {
  return sent.flatMap(({ body }) =>
    JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: Told[] }[] }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
}

/** The tree below a span, as text. */
function tree(all: readonly Told[], parent: string | undefined, depth = 0): string[] {
  return all
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
    .flatMap(({ name, spanId, attributes }) => {
      const about = attributes.find(({ key }) => key === 'tool')?.value.stringValue;
      return [`${'  '.repeat(depth)}${name}${about ? ` ${about}` : ''}`, ...tree(all, spanId, depth + 1)];
    });
}

test('a message is told as a tree of spans, without a word of anybody', async () => {
  sent.length = 0;
  const model = new ScriptedModel([{ call: 'note_save', input: { text: 'zanzibar' } }], ['It is kept.']);
  await using coda = await play({ model, env: env() });
  await coda.person('ana').says('keep zanzibar for me');
  await coda.passes({ seconds: 2 });
  await eventually(() => spans().some(({ name }) => name === 'message'));
  const [row] = (await coda.database().read<{ id: string }>('select id from inbox')).rows;
  const traces = new Set(spans().map(({ traceId }) => traceId));
  expect(traces).toEqual(new Set([row?.id.replaceAll('-', '')]));
  expect(tree(spans(), undefined)).toEqual([
    'message',
    '  turn',
    '    model',
    '    tool note_save',
    '    model',
    '    send',
  ]);
  expect(sent[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-key': 'a secret' } });
  expect(sent[0]?.body).toContain('"stringValue":"home"');
  expect(JSON.stringify(sent)).not.toContain('zanzibar');
});

test('a collector that fails costs traces and nothing else; without one nothing is sent', async () => {
  sent.length = 0;
  status = 500;
  {
    await using coda = await play({ env: env() });
    const ana = coda.person('ana');
    expect(await ana.says('/note first')).toContain('first');
    await coda.passes({ seconds: 2 });
    expect(await ana.says('/note second')).toContain('second');
  }
  expect(sent.length).toBeGreaterThan(0);
  sent.length = 0;
  await using coda = await play({ env: { ...env(), OTEL_SDK_DISABLED: 'true' } });
  await coda.person('ana').says('/note third');
  await coda.passes({ seconds: 2 });
  expect(sent).toEqual([]);
});

test('credentials in the address become a header and come into no log', async () => {
  sent.length = 0;
  status = 500;
  const address = env().OTEL_EXPORTER_OTLP_ENDPOINT?.replace('//', '//user:s3cret-word@') ?? '';
  await using coda = await play({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: address } });
  await coda.person('ana').says('/note first');
  await coda.passes({ seconds: 2 });
  await eventually(() => sent.length > 0);
  status = 200;
  expect(sent[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:s3cret-word').toString('base64')}`);
  expect(coda.world.secrets.hide('a s3cret-word')).not.toContain('s3cret-word');
});

test('spans go in one request after the other; an end does not wait for a collector that is silent', async () => {
  most = 0;
  const { clock, log } = testWorld();
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const told = new Collector({ url, headers: {}, service: 'home', version: '1', log, clock });
  const span = { traceId: 'a', spanId: 'b', parentId: undefined, name: 'c', attributes: {}, beganAt: 0, endedAt: 1 };
  const begin = (count: number) => {
    for (let index = 0; index < count; index++) told.take({ ...span, error: undefined });
  };
  begin(1_500);
  await told.flush();
  expect(most).toBe(1);
  isSilent = true;
  begin(2_000);
  await told.close();
  isSilent = false;
  expect(most).toBe(1);
});
