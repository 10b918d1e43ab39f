/** All notes of a person at once: asked about, deleted, brought back. */
import { z } from 'zod';
import { done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Wrote } from './parts.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** 5,000 notes of 60 words take 4 s in the embedded database, which does nothing else meanwhile, and longer on a small machine. */
const MOST_AT_ONCE = 500;
export const TIMEOUT_MS = 10_000;

/** Those made since the question are no part of what was confirmed. */
export const sure = z.int().describe('All up to this one, confirmed.');

export const deletion = z.object({ at: z.iso.datetime(), first: z.int(), last: z.int() });

export async function askAll({ tx, person }: TxContext): Promise<ToolResult> {
  const newest = await store.newestSeq(tx, person.id);
  const count = await store.countOwn(tx, person.id, newest);
  if (count === 0) return done(texts.none(undefined));
  return failed('AMBIGUOUS', texts.reallyAll(count), { choices: [choice(count, newest)] });
}

export async function deleteAll(ctx: TxContext, newest: number, wrote: Wrote): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const changed = await store.removeAll(tx, person.id, { newest, limit: MOST_AT_ONCE, now });
  store.lists.leave(tx, person.id, conversationId);
  await wrote(tx, ...changed.map((one) => ({ ...one, personId: person.id, deleted: true })));
  const left = changed.length < MOST_AT_ONCE ? 0 : await store.countOwn(tx, person.id, newest);
  const touched = changed.map((one) => one.touched);
  const all = { at: now.toISOString(), first: Math.min(...touched), last: Math.max(...touched) };
  const undo = { tool: 'note_restore', input: { all }, label: texts.labelOfAll(changed.length) };
  return done(texts.deletedAll(changed.length, left), {
    ...(changed.length > 0 && { undo }),
    ...(left > 0 && { choices: [choice(left, newest)] }),
  });
}

const choice = (count: number, newest: number) => ({
  label: texts.deleteAll(count),
  tool: 'note_delete',
  input: { sure: newest },
  style: 'danger' as const,
});

/** What has been changed since stays as it is. */
export async function restoreAll(
  ctx: TxContext,
  { at, first, last }: z.output<typeof deletion>,
  wrote: Wrote,
): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const changed = await store.restoreAll(tx, person.id, { at: new Date(at), first, last }, clock.now());
  store.lists.leave(tx, person.id, conversationId);
  await wrote(tx, ...changed.map((one) => ({ ...one, personId: person.id, deleted: false })));
  return done(texts.restoredAll(changed.length));
}
