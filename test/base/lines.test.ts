import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readLines } from '../../src/base/lines.ts';

test('lines arrive whole however they were cut', async () => {
  const bytes = Buffer.from('{"a":"ä🎉"}\r\n\nsecond');
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const lines = [];
    for await (const line of readLines(Readable.from(chunks), 100)) lines.push(line);
    expect(lines).toEqual([
      { number: 1, text: '{"a":"ä🎉"}' },
      { number: 2, text: '' },
      { number: 3, text: 'second' },
    ]);
  }
});

test('a line that is too long is told of before it ends, and once', async () => {
  const lines = [];
  for await (const line of readLines(Readable.from(['abc', 'def', 'ghi', '\nab\nabcdef\nc'].map(Buffer.from)), 4)) {
    lines.push('text' in line ? line.text : line.problem);
  }
  expect(lines).toEqual(['too_long', 'ab', 'too_long', 'c']);
});
