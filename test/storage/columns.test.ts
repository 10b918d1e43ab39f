import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targets } from '../../src/delivery/index.ts';
import { memories } from '../../src/skills/memory/memory.ts';
import { notes } from '../../src/skills/notes/note.ts';
import { reminders } from '../../src/skills/reminders/reminder.ts';
import { schedules } from '../../src/skills/scheduler/schedule.ts';
import { runs } from '../../src/skills/scheduler/store.ts';
import { tasks } from '../../src/skills/tasks/task.ts';
import {
  bool,
  Columns,
  type Database,
  type Fragment,
  instant,
  int,
  jsonOf,
  named,
  optional,
  raw,
  render,
  sql,
  text,
} from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';

interface Field {
  type: string;
  read(stored: unknown): unknown;
}

const TABLES: readonly (readonly [table: string, { names: Fragment; spec: Readonly<Record<string, Field>> }])[] = [
  ['memories', memories],
  ['notes', notes],
  ['person_schedules', schedules],
  ['reminders', reminders],
  ['schedule_runs', runs],
  ['targets', targets.targets],
  ['tasks', tasks],
];

function readsNull(column: Field): boolean {
  try {
    return column.read(null) !== null;
  } catch {
    return false;
  }
}

const things = new Columns({
  id: text(),
  dueAt: optional(instant()),
  isDone: named('done', bool()),
  size: optional(int()),
  parts: jsonOf<string[]>(
    (stored) => (stored as { v: 1; parts: string[] }).parts,
    (parts) => ({ v: 1, parts }),
  ),
});
const a = { id: 'a', dueAt: new Date('2026-01-02T03:04:05.678Z'), isDone: true, size: undefined, parts: ['x"', '{,}'] };
const b = { id: 'b', dueAt: undefined, isDone: false, size: 7, parts: [] };

describe.each(testDatabases)('columns, on $name', ({ available, open }) => {
  let database: Database;
  beforeAll(async () => {
    if (available) database = await open();
  });
  afterAll(() => database?.close());

  test.skipIf(!available).each(TABLES)('of %s are those that the table has', async (table, columns) => {
    const { rows } = await database.read<{ name: string; type: string; optional: boolean }>(
      `select attname as name, atttypid::regtype::text as type, not attnotnull as optional from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table],
    );
    const { rows: declared } = await database.read<{ name: string; type: string }>(
      'select name, type::regtype::text as type from unnest($1::text[], $2::text[]) as d (name, type)',
      [columns.names.strings[0]?.split(', ') ?? [], Object.values(columns.spec).map(({ type }) => type)],
    );
    expect(rows.map(({ name, type }) => ({ name, type }))).toEqual(expect.arrayContaining(declared));
    const nullable = Object.values(columns.spec).map(readsNull);
    const isNullable = new Map(rows.map((row) => [row.name, row.optional]));
    expect(declared.map((column) => isNullable.get(column.name))).toEqual(nullable);
  });

  test('an item as JSON is read as it was, and only what has changed where that is asked for', () => {
    for (const item of [a, b]) expect(things.fromJson(JSON.parse(JSON.stringify(things.toJson(item))))).toEqual(item);
    expect(things.pickJson(things.changedJson(a, { ...a, size: 7 }))).toEqual({ size: a.size });
    expect(things.changedJson(a, a)).toEqual({});
  });

  test.skipIf(!available)('what is inserted and updated is read as it was, whatever is missing in it', async () => {
    await database.tx('test', async (tx) => {
      await tx.query('create temporary table things (id text, due_at timestamptz, done bool, size int, parts jsonb)');
      await tx.query(...render(sql`insert into things (${things.names}) select ${things.values(a)}`));
      await tx.query(...render(sql`insert into things (${things.names}) select * from ${things.unnest([b])}`));
      const select = 'select * from things order by id';
      expect(things.readAll((await tx.query(select)).rows)).toEqual([a, b]);

      const changed = things.pick('dueAt', 'size', 'parts');
      const swapped = [
        { ...b, id: 'a' },
        { ...a, id: 'b' },
      ];
      const { names, sets } = changed;
      expect([...names.strings, ...sets.strings]).toEqual([
        'due_at, size, parts',
        'due_at = d.due_at, size = d.size, parts = d.parts',
      ]);
      const source = changed.extend({ id: text(), by: text() });
      const from = source.unnest(swapped.map((item) => ({ ...item, by: 'me' })));
      await tx.query(
        ...render(
          sql`update things t set ${sets} from ${from} where t.id = d.id and d.by = ${'me'} and ${raw('true')}`,
        ),
      );
      expect(things.readAll((await tx.query(select)).rows)).toEqual([
        { ...b, id: 'a', isDone: true },
        { ...a, id: 'b', isDone: false },
      ]);
    });
  });
});
