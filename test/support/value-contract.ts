import { expect, test } from 'vitest';
import { type Database, json, render, rowSource, sql } from '../../src/storage/index.ts';

/** What goes in comes out, as the same JavaScript on every engine. */
export function valueTests(database: () => Database): void {
  const back = async (type: string, value: Parameters<typeof json>[0]) => {
    const { rows } = await database().read<{ value: unknown }>(`select $1::${type} as value`, [value as never]);
    return rows[0]?.value;
  };
  const instant = new Date('2026-03-29T01:30:15.123Z');

  test.each([
    ['int8', 2 ** 53 - 1],
    ['int8', -5],
    ['int4', 7],
    ['numeric', 12.5],
    ['float8', 0.1],
    ['bool', true],
    ['bool', false],
    ['text', 'Ünïcode 🎉 "quoted" \\ and \n lines'],
    ['text', ''],
    ['text', null],
    ['uuid', '0190a6c0-7e0f-7000-8000-000000000001'],
    ['date', '2026-02-28'],
    ['timestamptz', instant],
    ['timestamptz', new Date('0099-12-31T23:59:59.999Z')],
    ['timestamptz', new Date('1969-07-20T20:17:40Z')],
    ['bytea', new Uint8Array([0, 1, 127, 128, 255])],
    ['bytea', new Uint8Array()],
    ['text[]', []],
    ['text[]', ['a', '', 'b,c', '{}', '"', '\\', 'null', 'NULL', null, ' x ']],
    ['int8[]', [1, 2 ** 40, null]],
    [
      'int4[]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['bool[]', [true, false, null]],
    ['timestamptz[]', [instant, null]],
    ['uuid[]', ['0190a6c0-7e0f-7000-8000-000000000001']],
    ['bytea[]', [new Uint8Array([1, 255])]],
  ])('a %s keeps its value: %j', async (type, value) => {
    expect(await back(type, value)).toEqual(value);
  });

  test('numbers that count come as numbers', async () => {
    const { rows } = await database().read(
      'select count(*) as n, sum(x) as sum, avg(x) as mean from (values (1::int8), (2)) v (x)',
    );
    expect(rows).toEqual([{ n: 2, sum: 3, mean: 1.5 }]);
  });

  test.each([{ a: [1, { b: null }], 'c"d': 'é\n' }, [1, 'two', null], 'text', 7, null, true])(
    'JSON keeps its value: %j',
    async (value) => {
      const { rows } = await database().read('select $1::jsonb as b, $1::json as j', [json(value)]);
      expect(rows).toEqual([{ b: value, j: value }]);
    },
  );

  test('arrays of JSON come parsed', async () => {
    const { rows } = await database().read('select $1::jsonb[] as list', [[json({ a: 'x,"y"' }), json([1])]]);
    expect(rows).toEqual([{ list: [{ a: 'x,"y"' }, [1]] }]);
  });

  test('an instant is the same whatever zone the session is in', async () => {
    const value = await database().tx('test.zone', async (tx) => {
      const found: unknown[] = [];
      for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Europe/Amsterdam']) {
        await tx.query(`set local time zone '${zone}'`);
        found.push((await tx.query<{ at: Date }>('select $1::timestamptz as at', [instant])).rows[0]?.at);
      }
      return found;
    });
    expect(value).toEqual([instant, instant, instant, instant]);
  });

  test('an answer of several megabytes arrives whole', async () => {
    const { rows } = await database().read<{ text: string }>(
      "select repeat('äb', $1::int) as text from generate_series(1, 3)",
      [1_000_000],
    );
    expect(rows.map((row) => row.text.length)).toEqual([2_000_000, 2_000_000, 2_000_000]);
    const long = 'ß'.repeat(2_000_000);
    expect((await database().read('select length($1::text) as n', [long])).rows).toEqual([{ n: 2_000_000 }]);
  });

  test('a statement with many parameters works', async () => {
    const values = Array.from({ length: 5_000 }, (_, index) => index);
    const list = values.map((_, index) => `($${index + 1}::int)`).join(', ');
    const { rows } = await database().read(`select sum(n) as sum from (values ${list}) v (n)`, values);
    expect(rows).toEqual([{ sum: (4_999 * 5_000) / 2 }]);
  });

  const COLUMNS = `id uuid, name text, said text, at timestamptz, payload jsonb, nothing jsonb, tags text[],
    price double precision, tokens bigint, told boolean, day date`;

  test.each([1, 2])('rows are the same whether there are %i of them or more', async (usual) => {
    const source = rowSource('r', COLUMNS, usual);
    const id = '0190a6c0-7e0f-7000-8000-000000000001';
    const full = {
      id,
      name: 'Ünïcode 🎉 "quoted" \\ and \n lines',
      said: 'a\0b\ud800c',
      at: instant,
      payload: { list: [1, { words: 'x\0y' }] },
      nothing: null,
      tags: ['a', 'b,c', '"'],
      price: 1e-7,
      tokens: 2 ** 40,
      told: false,
      day: '2026-02-28',
    };
    const stored = { ...full, said: 'ab\ufffdc', payload: { list: [1, { words: 'xy' }] } };
    const bare = { ...Object.fromEntries(Object.keys(full).map((name) => [name, null])), id };
    const given = [{ ...full, other: 'of no column' }, { id }, full];
    for (let count = 0; count <= given.length; count++) {
      const { rows } = await database().read(...render(sql`select * from ${source(given.slice(0, count))}`));
      expect(rows).toEqual([stored, bare, stored].slice(0, count));
    }
  });
}
