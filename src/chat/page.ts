/** Pages of the dashboard, as values: a room says what there is to be seen, the HTTP adapter how it looks. */
import type { Queryable } from '../storage/index.ts';
import type { Reader } from '../time/index.ts';
import type { Scope } from './route.ts';

export interface PageReader extends Reader {
  db: Queryable;
  personId: string;
  params: Readonly<Record<string, string>>;
  /** Start of a list's page: `next` of the page before. */
  after: string | undefined;
}

export interface Page {
  path: string;
  title: string;
  scope: Scope;
  /** Not listed at the top: another page leads to it. */
  isBelow?: true;
  /** Cheap enough to be read every few seconds while somebody looks at it. */
  isLive?: true;
  /** Bounded in rows, whatever the database holds. Undefined: there is no such thing. */
  load(reader: PageReader): Promise<readonly PageSection[] | undefined>;
}

export type Tone = 'good' | 'warn' | 'bad';

export type PageSection =
  | { kind: 'figures'; title: string; items: readonly Figure[] }
  | { kind: 'table'; title: string; columns: readonly string[]; rows: readonly PageRow[]; none: string; next?: string }
  | { kind: 'week'; title: string; days: readonly PageDay[] }
  | { kind: 'bars'; title: string; bars: readonly Bar[]; none: string }
  | { kind: 'turns'; title: string; turns: readonly PageTurn[]; none: string }
  | { kind: 'form'; title: string; note: string; fields: readonly PageField[]; send: PageSend };

export interface Figure {
  label: string;
  value: string;
  tone?: Tone;
  path?: string;
}

export interface PageRow {
  /** The same for the same thing, from one look to the next. */
  id: string;
  cells: readonly Cell[];
  actions?: readonly PageAction[];
}

export type Cell = string | { text: string; tone?: Tone; path?: string } | { at: Date | undefined } | { code: string };

export interface PageAction {
  label: string;
  method: 'POST' | 'DELETE';
  path: string;
  body?: Readonly<Record<string, string | boolean>>;
  style?: 'primary' | 'danger';
  confirm?: string;
  done: string;
}

export interface PageField {
  name: string;
  label: string;
  /** `secret`: it is not shown while it is typed, and is empty again once it was sent. */
  kind: 'text' | 'secret';
  isOptional?: true;
  suggestions?: readonly string[];
}

export type PageSend = Pick<PageAction, 'label' | 'path' | 'done'>;

export interface PageDay {
  /** `Mon 23 Nov` */
  label: string;
  isToday: boolean;
  entries: readonly { time: string; text: string; of: string }[];
}

export interface Bar {
  /** `2026-11-20` */
  label: string;
  value: number;
  text: string;
}

export interface PageTurn {
  id: string;
  at: Date;
  title: string;
  tone?: Tone;
  /** The text, where the viewer may read it. */
  said?: string;
  steps: readonly PageStep[];
}

export interface PageStep {
  at: Date;
  text: string;
  tookMs?: number;
  depth: number;
  /** Lines below it, as they stand: arguments of calls, where who looks may read them. */
  code?: readonly string[];
}
