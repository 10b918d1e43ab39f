/** A conversation's entries with what each shows of the others, cut into pieces that are drawn one by one. Pure. */
import type { Entry } from './entry.ts';

export interface Line {
  entry: Entry;
  /** The day that begins with it, by its name. */
  day: string | undefined;
  /** The message that it answers. */
  question: Entry | undefined;
  /** True if another message was said between the two. */
  isApart: boolean;
  /** True if no later entry answers the same message, but for what tells of versions that are not shown. */
  isLast: boolean;
  /** True for a message that waits for the answer to another. */
  isQueued: boolean;
}

interface Days {
  /** The day of an instant. */
  dayOf: (at: string) => string;
  nameOf: (day: string) => string;
}

/** Walks over all entries once: a conversation may have thousands of them, and each answer that grows asks again. */
export function linesOf(entries: readonly Entry[], { dayOf, nameOf }: Days): Line[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const lastAnswer = new Map(
    entries.flatMap(({ replyTo, ofVersion }, index) => (ofVersion === undefined ? [[replyTo, index]] : [])),
  );
  const running = entries.find(({ by, state }) => by === 'you' && state === 'running');
  let dayBefore: string | undefined;
  let lastMessage: Entry | undefined;
  return entries.map((entry, index) => {
    const day = dayOf(entry.at);
    const isNewDay = day !== dayBefore;
    dayBefore = day;
    const question = entry.replyTo === undefined ? undefined : byId.get(entry.replyTo);
    const line: Line = {
      entry,
      day: isNewDay ? nameOf(day) : undefined,
      question,
      isApart: question !== undefined && lastMessage !== undefined && lastMessage.id !== question.id,
      isLast: entry.replyTo === undefined || lastAnswer.get(entry.replyTo) === index,
      isQueued: entry.by === 'you' && entry.state === 'running' && running?.id !== entry.id,
    };
    if (entry.by === 'you') lastMessage = entry;
    return line;
  });
}

/** Entries of one piece: it is laid out at once. */
export const MOST_IN_PIECE = 25;

const FIELDS = ['entry', 'day', 'question', 'isApart', 'isLast', 'isQueued'] as const satisfies (keyof Line)[];

const isSame = (some: readonly Line[], others: readonly Line[]): boolean =>
  some.length === others.length &&
  some.every((line, index) => FIELDS.every((field) => line[field] === others[index]?.[field]));

/**
 * Cuts lines into pieces. A piece in which nothing has changed is the same array as before, so that it is not drawn anew; earlier
 * entries that are put before the others make pieces of their own.
 */
export class Pieces {
  /** Entries that a piece began with: it begins there again. */
  private readonly firsts = new Set<string>();
  private before: readonly (readonly Line[])[] = [];

  cut(lines: readonly Line[]): readonly (readonly Line[])[] {
    if (lines[0]) this.firsts.add(lines[0].entry.id);
    const pieces: Line[][] = [];
    for (const line of lines) {
      const last = pieces.at(-1);
      if (last && last.length < MOST_IN_PIECE && !this.firsts.has(line.entry.id)) last.push(line);
      else pieces.push([line]);
    }
    const piecesBefore = new Map(this.before.map((piece) => [piece[0]?.entry.id, piece]));
    this.before = pieces.map((piece) => {
      const same = piecesBefore.get(piece[0]?.entry.id);
      return same && isSame(same, piece) ? same : piece;
    });
    return this.before;
  }
}
