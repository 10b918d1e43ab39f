import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

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
let collector: Server;

beforeAll(async () => {
  collector = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      sent.push({ path: request.url, headers: request.headers, body });
      answer.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
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
