/** Keeping a memory: what is known already is not kept twice, and what is no longer so gives way. */
import { failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Memory, MemoryType, NewMemory } from './memory.ts';
import type { Hit, Recall } from './recall.ts';
import { isSame, slotOf } from './same.ts';
import * as store from './store.ts';
import { dayOf, texts } from './texts.ts';

const LONGEST_TEXT = 2_000;
export const MOST_MEMORIES = 200_000;
const MOST_TERMS = 400;

/** Dependencies of the tools. */
export interface Service {
  recall: Recall;
  /** Call in each transaction that writes: the index is read again and vectors are made, after the commit. */
  wrote(tx: Transaction, personId: string): void;
  /** Has vectors made of what the person has. */
  embedSoon(tx: Transaction, personId: string): Promise<void>;
  /** Remembers nothing of what was said in the conversation so far; gives how much is forgotten. */
  ignore(ctx: TxContext): Promise<number>;
}

export interface KeepInput {
  text: string;
  type: MemoryType;
  importance: number;
  tags: readonly string[];
  date?: string | undefined;
}

export interface Kept {
  memory: Memory;
  /** The memories it superseded. */
  before: Memory[];
  /** False: it was known already. */
  isNew: boolean;
}

/** The lexemes of a memory, with those of its rendered day, by which a question about the time finds it. */
export function termsOf(text: string, tags: readonly string[], at: Date): string[] {
  return [...new Set(lexemesOf(`${text} ${tags.join(' ')} ${dayOf(at, 'UTC')}`))].slice(0, MOST_TERMS);
}

/** Keeps what a person says. `near`: memories that may say the same; `instead`: those whose place it takes for certain. */
export async function keep(
  service: Service,
  ctx: TxContext,
  input: KeepInput,
  near: readonly Hit[],
  instead: readonly string[] = [],
): Promise<Kept | ToolResult> {
  const { tx, person, conversationId, clock, tainted } = ctx;
  const text = input.text.trim();
  if (text === '') return failed('NO_TEXT', texts.noText);
  if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
  const now = clock.now();
  const known = await store.byIds(tx, person.id, [...new Set([...near.map(({ id }) => id), ...instead])]);
  const current = known.filter(({ state }) => state === 'current');
  const same = current.find((each) => !instead.includes(each.id) && isSame({ text, happenedOn: input.date }, each));
  if (same) return { memory: same, before: [], isNew: false };
  const slot = input.type === 'event' ? null : (slotOf(text) ?? null);
  const filling = slot === null ? [] : await store.inSlot(tx, person.id, slot);
  const before = [...filling, ...current.filter(({ id }) => instead.includes(id) && !filling.some((f) => f.id === id))];
  const happenedOn = input.date ?? null;
  const memory: NewMemory = {
    id: shortId(7),
    personId: person.id,
    conversationId,
    type: input.type,
    text,
    tags: [...input.tags],
    importance: input.importance,
    terms: termsOf(text, input.tags, happenedOn ? new Date(happenedOn) : now),
    happenedOn,
    source: 'told',
    saidBy: person.name,
    saidAt: now,
    from: { inboxId: ctx.inboxId },
    tainted,
    slot,
  };
  const stored = await store.insert(tx, person.id, [memory], MOST_MEMORIES, now);
  const [kept] = stored ?? [];
  if (!kept) {
    const { message, remedy } = texts.tooMany(MOST_MEMORIES);
    return failed('TOO_MANY', message, { remedy });
  }
  await store.setState(
    tx,
    person.id,
    before.map(({ id }) => id),
    'past',
    { by: kept.id, now },
  );
  service.wrote(tx, person.id);
  await service.embedSoon(tx, person.id);
  return { memory: kept, before, isNew: true };
}
