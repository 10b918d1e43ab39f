/**
 * The part of PostgreSQL's frontend/backend protocol (version 3) that one embedded session needs. Statements are
 * encoded and answers decoded here, so that only bytes cross over to the engine's thread.
 */
import { BoundedMap } from '../../base/bounded.ts';
import type { Param, Result } from '../port.ts';
import { encodeParams, parserOf } from '../values.ts';

export class SqlError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly detail: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? 'unknown database error');
    this.name = 'SqlError';
    this.code = fields.get('C') ?? 'XX000';
    this.severity = fields.get('V') ?? 'ERROR';
    this.detail = fields.get('D');
    this.constraint = fields.get('n');
    this.table = fields.get('t');
  }
}

export interface Outgoing {
  sql?: string;
  name?: string;
  params: readonly Param[];
}

interface Field {
  name: string;
  parse: (text: string) => unknown;
}

export interface Answer {
  result: Result<Record<string, unknown>>;
  error: SqlError | undefined;
  prepared: boolean;
  command: string;
  end: number;
}

const SYNC = Buffer.from([0x53, 0, 0, 0, 4]);
const EXECUTE = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
const DESCRIBE = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0]);

/** A statement with its own Sync, so that its failure ends nothing but itself. */
export function encodeStatement({ sql, name = '', params }: Outgoing): Buffer {
  const parse = sql === undefined ? [] : [message(0x50, `${name}\0${sql}\0\0\0`)];
  return Buffer.concat([...parse, bind(name, params), DESCRIBE, EXECUTE, SYNC]);
}

export function encodeSimple(sql: string): Buffer {
  return message(0x51, `${sql}\0`);
}

function bind(name: string, params: readonly Param[]): Buffer {
  const values = encodeParams(params);
  let length = 4 + 1 + Buffer.byteLength(name) + 1 + 2 + 2 + 2;
  for (const value of values) length += 4 + (value === null ? 0 : Buffer.byteLength(value));
  // Zeros, which is what ends names and says that everything is text.
  const bytes = Buffer.alloc(length + 1);
  bytes[0] = 0x42;
  bytes.writeInt32BE(length, 1);
  let at = 6;
  at += bytes.write(name, at) + 3;
  at = bytes.writeUInt16BE(params.length, at);
  for (const value of values) {
    const size = value === null ? -1 : bytes.write(value, at + 4);
    bytes.writeInt32BE(size, at);
    at += 4 + Math.max(size, 0);
  }
  return bytes;
}

function message(type: number, body: string): Buffer {
  const length = 4 + Buffer.byteLength(body);
  const bytes = Buffer.allocUnsafe(length + 1);
  bytes[0] = type;
  bytes.writeInt32BE(length, 1);
  bytes.write(body, 5);
  return bytes;
}

/** Reads one answer, up to its ReadyForQuery. Of several statements in one simple query the last one's rows count. */
export function decodeAnswer(bytes: Buffer, start: number): Answer {
  let fields: readonly Field[] = [];
  let rows: Record<string, unknown>[] = [];
  const answer: Answer = { result: { rows, count: 0 }, error: undefined, prepared: false, command: '', end: 0 };
  let at = start;
  while (at < bytes.length) {
    const type = bytes[at];
    const body = at + 5;
    at += 1 + bytes.readInt32BE(at + 1);
    if (type === 0x44) rows.push(decodeRow(bytes, body, fields));
    else if (type === 0x54) {
      fields = fieldsIn(bytes, body, at);
      rows = [];
    } else if (type === 0x43) {
      const tag = bytes.toString('utf8', body, at - 1).split(' ');
      const count = Number(tag.at(-1));
      answer.command = tag[0] ?? '';
      answer.result = { rows, count: Number.isNaN(count) ? 0 : count };
    } else if (type === 0x45) answer.error ??= decodeError(bytes, body);
    else if (type === 0x31) answer.prepared = true;
    else if (type === 0x5a) {
      answer.end = at;
      return answer;
    }
  }
  throw new Error('the embedded database broke off its answer');
}

const described = new BoundedMap<string, readonly Field[]>(500);

function fieldsIn(bytes: Buffer, body: number, end: number): readonly Field[] {
  const key = bytes.toString('latin1', body, end);
  const cachedFields = described.get(key);
  if (cachedFields) return cachedFields;
  const fields = decodeFields(bytes, body);
  described.set(key, fields);
  return fields;
}

function decodeFields(bytes: Buffer, body: number): Field[] {
  const fields: Field[] = [];
  let at = body + 2;
  for (let remaining = bytes.readUInt16BE(body); remaining > 0; remaining--) {
    const end = bytes.indexOf(0, at);
    fields.push({ name: bytes.toString('utf8', at, end), parse: parserOf(bytes.readUInt32BE(end + 7)) });
    at = end + 19;
  }
  return fields;
}

function decodeRow(bytes: Buffer, body: number, fields: readonly Field[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  let at = body + 2;
  for (const field of fields) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row[field.name] = null;
    else {
      row[field.name] = field.parse(bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return row;
}

function decodeError(bytes: Buffer, body: number): SqlError {
  const fields = new Map<string, string>();
  for (let at = body; bytes[at] !== 0; ) {
    const end = bytes.indexOf(0, at + 1);
    fields.set(String.fromCharCode(bytes[at] as number), bytes.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return new SqlError(fields);
}
