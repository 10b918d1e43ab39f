import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventStream, jsonBody } from '../../../src/agent/models/service.ts';

const WHOLE =
  'event: delta\r\ndata: {"text":"für"}\r\n\r\n: a comment\rdata: one\rdata:two\r\rdata: {"n":1}\n\ndata: last\n\n';

test('a stream has the same events wherever it is cut, whatever ends its lines', () => {
  const bytes = Buffer.from(WHOLE);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
      const stream = new EventStream();
      const events = places.slice(1).flatMap((to, at) => stream.take(bytes.subarray(places[at], to)));
      expect(events).toEqual(['{"text":"für"}', 'one\ntwo', '{"n":1}', 'last']);
    }),
  );
});

test('an event that does not end is given up', () => {
  const stream = new EventStream();
  const piece = Buffer.from(`data: ${'x'.repeat(8 << 20)}\n`);
  expect(() => Array.from({ length: 5 }, () => stream.take(piece))).toThrow(SyntaxError);
});

test('what comes behind the sign of the end is no event', () => {
  const stream = new EventStream();
  expect(stream.take(Buffer.from('data: 1\n\ndata: [DONE]\n\ndata: 2\n\n'))).toEqual(['1']);
  expect(stream.isDone).toBe(true);
});

test('a text that was cut within a letter is sent without the half, and backslashes are sent as they were', () => {
  const said = ['cut \ud83d', '\\ud83d', `${'\\'.repeat(9)}\udc00.`];
  const body = jsonBody({ said } as object);
  expect(JSON.parse(body.toString())).toEqual({ said: ['cut \ufffd', said[1], `${'\\'.repeat(9)}\ufffd.`] });
});
