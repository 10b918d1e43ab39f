import { type Call, done, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Choice } from '../../delivery/index.ts';
import { isFromElsewhere } from './note.ts';
import type { Found, Note } from './store.ts';
import * as store from './store.ts';
import { line, texts } from './texts.ts';

export const PAGE = 10;

/** One page of notes under `heading`, what matches `words` marked; `turn` is the call that shows the other pages. */
export async function show(
  ctx: TxContext,
  found: Found,
  at: number,
  heading: string,
  turn: Call,
  words: readonly string[] = [],
): Promise<ToolResult> {
  const { tx, person, conversationId, clock, when } = ctx;
  const now = clock.now();
  const start = (at - 1) * PAGE;
  const pages = Math.ceil(found.total / PAGE);
  // Numbers go on from page to page, so the ids of earlier pages keep their places.
  const earlier = at === 1 ? [] : (await store.lists.shown(tx, person.id, conversationId)).ids.slice(0, start);
  const ids = [...earlier, ...Array(start - earlier.length).fill(''), ...found.notes.map(({ id }) => id)];
  store.lists.remember(tx, { personId: person.id, conversationId, ids, now });
  const lines = found.notes.map((note, index) => `${start + index + 1}. ${line(note, when, words)}`);
  const to = (label: string, next: number): Choice => ({ ...turn, label, input: { ...turn.input, page: next } });
  const foot = pages > 1 ? ['', texts.more(at, pages)] : [];
  const [only, ...others] = found.notes;
  const choices = [
    ...(at > 1 ? [to('Back', at - 1)] : []),
    ...(at < pages ? [to('More', at + 1)] : []),
    ...(only && others.length === 0 && pages <= 1 ? buttons(only, person.id) : []),
  ];
  const tainted = found.notes.some((note) => isFromElsewhere(note, person.id));
  return done([heading, ...lines, ...foot].join('\n'), {
    ...(choices.length > 0 && { choices }),
    ...(only && others.length === 0 && { subject: only.text, id: only.id }),
    tainted,
  });
}

/** What can be done with one note that is shown; nothing with another's. */
export function buttons(note: Note, personId: string): Choice[] {
  if (note.personId !== personId) return [];
  const which = note.id;
  return [
    { label: 'Edit', tool: 'note_edit', input: { which }, form: texts.editForm },
    { label: note.pinned ? 'Unpin' : 'Pin', tool: 'note_pin', input: { which, pin: !note.pinned } },
    { label: 'Delete', tool: 'note_delete', input: { which }, style: 'danger' },
  ];
}
