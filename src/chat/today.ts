/** A person's day and week as values: each skill gives what it keeps for them. */
import type { Queryable } from '../storage/index.ts';
import { describe, type Reader } from '../time/index.ts';

/** The person who looks at what is theirs, and their clock. */
export interface OwnReader extends Reader {
  db: Queryable;
  personId: string;
}

export interface Upcoming {
  at: Date;
  text: string;
  /** The collection that it is an item of, by its name there; left out: nothing can be done with it. */
  kind?: string;
  id?: string;
  /** True for what is the person's to do: it is counted among what is due today. */
  isDue?: true;
  /** Words of a series: "every weekday at 09:00". */
  repeats?: string | undefined;
  /** The reminder has spoken at `at` and waits to be done. */
  isOpen?: true;
  isPutOff?: true;
  urgent?: true;
}

export interface OpenTask {
  id: string;
  title: string;
  done: number;
  steps: number;
  /** The step that is next. */
  next: string | undefined;
  /** The next step is the person's own. */
  isYours: boolean;
  state: 'active' | 'blocked';
  blocked: string | undefined;
  nextAt: Date | undefined;
  /** Words of a series. */
  repeats?: string;
}

interface OpenList {
  id: string;
  name: string;
  items: readonly string[];
}

/** Things of a person that have no time of their own. */
export interface Timeless {
  tasks?: readonly OpenTask[];
  lists?: readonly OpenList[];
}

/** A series in words, without the zone where that is the reader's own. */
export function repeatWords(rule: string, zone: string, reader: Reader): string {
  return describe({ kind: 'recurring', rule, zone, next: [] }, reader).replace(` (${reader.zone})`, '');
}
