/** Values as they were written, before any schema has seen them, and where each of them came from. */

import type { Path } from './schema.ts';
import { pathText } from './schema.ts';

/** A place in a file, counted from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export type Origin =
  | { kind: 'default' }
  | ({ kind: 'file' } & Place)
  | { kind: 'env'; name: string }
  | { kind: 'flag'; name: string };

export interface Problem {
  origin: Origin;
  /** The key that it is about; empty for the file as a whole. */
  path: Path;
  /** The problem and the expected form; never the value of a secret. */
  message: string;
}

export interface Branch {
  [key: string]: unknown;
}

/** An object without a prototype, so that a key named `__proto__` is a key like any other. */
export const branch = (): Branch => Object.create(null) as Branch;

export const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts another value in the place of one that is there, also in a list. */
export function replaceIn(tree: Tree, path: Path, value: unknown): void {
  const holder = tree.get(path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined) return;
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else if (isBranch(holder)) holder[key] = value;
}

export class Tree {
  readonly root: Branch = branch();
  private readonly origins = new Map<string, Origin>();
  private readonly keys = new Map<string, Origin>();
  private readonly texts = new Map<string, string>();

  /** Puts a value where it belongs, unless something that is no group of keys is in its way. */
  set(path: Path, value: unknown, origin: Origin): void {
    let at: Branch = this.root;
    for (const [index, key] of path.slice(0, -1).entries()) {
      if (at[key] === undefined) {
        at[key] = branch();
        this.keys.set(pathText(path.slice(0, index + 1)), origin);
      }
      const next = at[key];
      if (!isBranch(next)) return;
      at = next;
    }
    at[path.at(-1) as string] = value;
    this.origins.set(pathText(path), origin);
  }

  get(path: Path): unknown {
    return path.reduce<unknown>(
      (at, key) => (isBranch(at) || Array.isArray(at) ? (at as Branch)[key] : undefined),
      this.root,
    );
  }

  keyAt(path: Path, origin: Origin): void {
    this.keys.set(pathText(path), origin);
  }

  valueAt(path: Path, origin: Origin): void {
    this.origins.set(pathText(path), origin);
  }

  /** Notes that the value may also be read as this text (or, being text, as what this text says). */
  textAt(path: Path, text: string): void {
    this.texts.set(pathText(path), text);
  }

  text(path: Path): string | undefined {
    return this.texts.get(pathText(path));
  }

  origin(path: Path): Origin | undefined {
    return this.origins.get(pathText(path));
  }

  originNear(path: Path): Origin {
    for (let length = path.length; length > 0; length--) {
      const text = pathText(path.slice(0, length));
      const origin = length === path.length ? (this.origins.get(text) ?? this.keys.get(text)) : this.keys.get(text);
      if (origin) return origin;
    }
    return { kind: 'default' };
  }

  key(path: Path): Origin {
    return this.keys.get(pathText(path)) ?? this.originNear(path);
  }
}

/** `config/config.yaml:4:3`, `env DATABASE_URL`, `flag --data`, `default`. */
export function describeOrigin(origin: Origin): string {
  if (origin.kind === 'file') return `${origin.file}:${origin.line}:${origin.column}`;
  return origin.kind === 'default' ? 'default' : `${origin.kind} ${origin.name}`;
}
