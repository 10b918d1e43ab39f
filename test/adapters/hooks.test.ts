/** Posts to services: headers are ASCII, and a message has room for 4,096 bytes. */
import { expect, test } from 'vitest';
import { hooks } from '../../src/adapters/hooks/index.ts';

interface Posted {
  headers: Record<string, string>;
  body: string;
}

const posted: Posted[] = [];
const egress = {
  fetch: async (_: string, request: Posted) => {
    posted.push(request);
    return { ok: true, status: 200, headers: {}, close: () => {} };
  },
};
const hook = { url: 'https://ntfy.example/a', headers: { title: '{{text}}' }, body: '{{text}}' };
const adapter = hooks.open({ config: { hooks: { ntfy: hook } }, egress, world: { clock: {} } } as never);

async function post(text: string): Promise<Posted> {
  const place = { adapter: 'hook', channel: 'ntfy', space: 'hooks', kind: 'channel' };
  const [content] = (adapter.split as NonNullable<typeof adapter.split>)(
    { kind: 'notice', text } as never,
    {} as never,
  );
  await adapter.send({ key: 'k', place, content } as never, new AbortController().signal);
  return posted.at(-1) as Posted;
}

/** As a reader of mail headers has it (RFC 2047, 6.2): blanks between two words are none. */
const decoded = (header: string) =>
  header
    .replace(/\?= =\?UTF-8\?B\?/g, '?= =?UTF-8?B?')
    .split(/(?<=\?=) (?==\?)/)
    .map((word) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString())
    .join('');

test('letters in a header are encoded, in words that are short enough', async () => {
  const title = 'Wäsche fertig: 30 °C, 洗濯が終わりました 👕 und alles ist trocken und gefaltet im Schrank';
  const { headers } = await post(title);
  expect(headers.title).toMatch(/^[\x20-\x7e]+$/);
  for (const word of (headers.title ?? '').split(' ')) expect(word.length).toBeLessThanOrEqual(75);
  expect(decoded(headers.title ?? '')).toBe(title);
  expect((await post('plain words')).headers.title).toBe('plain words');
  expect((await post('one\r\nx-evil: 1')).headers.title).toBe('one x-evil: 1');
});

test('a long text is cut by its bytes, at a whole character', async () => {
  const { body } = await post('é'.repeat(4_000));
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
  expect(body).toMatch(/^é+…$/);
  expect((await post('a'.repeat(3_900))).body).toBe('a'.repeat(3_900));
});
