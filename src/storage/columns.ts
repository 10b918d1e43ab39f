/** Columns of a table as one value, from which the type of its things, their reading and the lists in statements come. */
import type { Json } from '../base/json.ts';
import { json, type Param } from './port.ts';
import type { Fragment } from './values.ts';

export interface Column<T> {
  /** PostgreSQL's name of its type. */
  readonly type: string;
  /** Undefined: the field's name in snake_case. */
  readonly name?: string;
  read(stored: unknown): T;
  write(value: T): Param;
}

export type ColumnSpec = Readonly<Record<string, Column<unknown>>>;

type Fields<S extends ColumnSpec> = { -readonly [K in keyof S]: ReturnType<S[K]['read']> };

/** Type of a thing with these columns: `type Note = ItemOf<typeof notes>`. */
export type ItemOf<C extends { spec: ColumnSpec }> = Fields<C['spec']>;

/** Row as the database gives it, by the names of its columns. */
export type StoredRow = Record<string, unknown>;

export class Columns<S extends ColumnSpec> {
  readonly spec: S;
  readonly keys: readonly (keyof S & string)[];
  /** `id, planned_at`: for the list of an insert or a select. */
  readonly names: Fragment;
  /** `text = d.text, planned_at = d.planned_at`: for an update from `unnest`. */
  readonly sets: Fragment;
  readonly #columns: readonly (readonly [key: string, name: string, column: Column<unknown>])[];
  readonly #values: readonly string[];
  readonly #unnest: readonly string[];

  constructor(spec: S) {
    this.spec = spec;
    this.keys = Object.keys(spec);
    this.#columns = Object.entries(spec).map(([key, column]) => [key, column.name ?? snakeCase(key), column]);
    const names = this.#columns.map(([, name]) => name);
    const list = names.join(', ');
    this.names = { strings: [list], values: [] };
    this.sets = { strings: [names.map((name) => `${name} = d.${name}`).join(', ')], values: [] };
    const types = this.#columns.map(([, , { type }]) => type);
    this.#values = types
      .map((type) => `?::${type}`)
      .join(', ')
      .split('?');
    this.#unnest = `unnest(${types.map((type) => `?::${type}[]`).join(', ')}) as d (${list})`.split('?');
  }

  pick<K extends keyof S & string>(...keys: readonly K[]): Columns<Pick<S, K>> {
    const picked = keys.map((key) => [key, this.spec[key]] as const);
    return new Columns(Object.fromEntries(picked) as Pick<S, K>);
  }

  /** With fields that a statement takes beside the columns. */
  extend<M extends ColumnSpec>(more: M): Columns<S & M> {
    return new Columns({ ...this.spec, ...more });
  }

  read(row: StoredRow): Fields<S> {
    const item: Record<string, unknown> = {};
    for (const [key, name, column] of this.#columns) item[key] = column.read(row[name]);
    return item as Fields<S>;
  }

  readAll(rows: readonly StoredRow[]): Fields<S>[] {
    return rows.map((row) => this.read(row));
  }

  /** The item's values as JSON, none as null: how it stood before an act, for its undo. */
  toJson(item: Fields<S>): StoredJson {
    return Object.fromEntries(this.#columns.map(([key, , column]) => [key, jsonValue(column.write(item[key]))]));
  }

  /** Values of `before` that are others in `after`, as `toJson` gives them. */
  changedJson(before: Fields<S>, after: Fields<S>): StoredJson {
    const [jsonBefore, jsonAfter] = [this.toJson(before), this.toJson(after)];
    return Object.fromEntries(
      Object.entries(jsonBefore).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(jsonAfter[key])),
    );
  }

  /** The item that `toJson` was given; a value that is missing is undefined, whatever its column takes. */
  fromJson(stored: StoredJson): Fields<S> {
    const item: Record<string, unknown> = {};
    for (const [key, , column] of this.#columns) {
      const value = stored[key];
      item[key] = value === undefined ? undefined : column.read(storedValue(column, value));
    }
    return item as Fields<S>;
  }

  /** The values that are there alone. */
  pickJson(stored: StoredJson): Partial<Fields<S>> {
    const there = Object.entries(this.fromJson(stored)).filter(([key]) => stored[key] !== undefined);
    return Object.fromEntries(there) as Partial<Fields<S>>;
  }

  /** `$1::text, $2::timestamptz` with the item's values, in the order of `names`. */
  values(item: Fields<S>): Fragment {
    return { strings: this.#values, values: this.#columns.map(([key, , column]) => column.write(item[key])) };
  }

  /** Source of one row for each item, by the name `d`. Not for columns that are arrays, which it would flatten. */
  unnest(items: readonly Fields<S>[]): Fragment {
    const values = this.#columns.map(([key, , column]) => items.map((item) => column.write(item[key])));
    return { strings: this.#unnest, values };
  }
}

/** Values by the names of the item's fields. */
export type StoredJson = Readonly<Record<string, Json>>;

const storedValue = ({ type }: Column<unknown>, value: Json): unknown =>
  type === 'timestamptz' && typeof value === 'string' ? new Date(value) : value;

function jsonValue(stored: Param): Json {
  if (stored instanceof Date) return stored.toISOString();
  if (typeof stored === 'object' && stored !== null && 'json' in stored) return JSON.parse(stored.json) as Json;
  return stored as Json;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function plain<T extends Param>(type: string): Column<T> {
  return { type, read: (stored) => stored as T, write: (value) => value };
}

export const text = <T extends string = string>(): Column<T> => plain<T>('text');
export const textArray = (): Column<string[]> => plain('text[]');
export const uuid = (): Column<string> => plain('uuid');
export const int = (): Column<number> => plain('int');
/** Read as a number, on both engines. */
export const bigint = (): Column<number> => plain('bigint');
export const bool = (): Column<boolean> => plain('bool');
export const instant = (): Column<Date> => plain('timestamptz');

/** Null in the database is undefined in the thing. */
export function optional<T>(column: Column<T>): Column<T | undefined> {
  return {
    ...column,
    read: (stored) => (stored === null ? undefined : column.read(stored)),
    write: (value) => (value === undefined ? null : column.write(value)),
  };
}

/** True where there is something in the column. Only read, and kept as JSON: the database refuses the flag as a value of the column. */
export function isSet(type: string): Column<boolean> {
  return { type, read: (stored) => stored !== null && stored !== false, write: (value) => value };
}

export function withName<T>(name: string, column: Column<T>): Column<T> {
  return { ...column, name };
}

/** A value that only its own store has written, in the form of `T`. */
export function ownJson<T>(): Column<T> {
  return jsonOf<T>(
    (stored) => stored as T,
    (value) => value,
  );
}

export function jsonOf<T>(read: (stored: unknown) => T, write: (value: T) => unknown): Column<T> {
  return { type: 'jsonb', read, write: (value) => json(write(value)) };
}
