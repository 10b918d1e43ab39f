import { z } from 'zod';
import {
  askIfChanged,
  askIfUnnamed,
  buryTellings,
  changeTool,
  dataTool,
  done,
  failed,
  privately,
  quoteRows,
  seenField,
  type ToolResult,
  type TxContext,
} from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import { type SkillDeps, type StoodBefore, ThingUndo } from '../../chat/index.ts';
import type { Settings } from './config.ts';
import { noteFields } from './fields.ts';
import { isList, withItem } from './list.ts';
import { changedIn, notes } from './note.ts';
import { findWhich, noteMark } from './resolve.ts';
import type { OnWrite } from './services.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { tagsIn } from './tags.ts';
import { texts } from './texts.ts';

/** Columns that an act may change. */
const UNDONE = [...noteFields.keys, 'text', 'pinned', 'deleted', 'tainted'] as const;

const which = z
  .string()
  .default('')
  .describe('Its id, words of it, its number in the last list, or `it` for the one at hand.');

export const deleteTool = (onWrite: OnWrite) =>
  dataTool({
    name: 'note_delete',
    group: 'unshown',
    dialogue: { thing: 'note' },
    policy: { deletes: ({ which, sure }) => (sure || which === 'all' ? 2 : 1) },
    description: 'Deletes a note.',
    effect: 'write',
    record: { redact: privately('which') },
    form: { own: ['sure', 'seen'] },
    timeoutMs: TIMEOUT_MS,
    input: z.object({
      which,
      sure: sure.optional(),
      seen: seenField,
    }),

    async run(input, ctx) {
      if (input.sure !== undefined) return deleteAll(ctx, input.sure, onWrite);
      if (input.which === 'all') return askAll(ctx);
      const wanted = { tool: 'note_delete', input, mark: noteMark };
      const note = await findWhich(ctx, input.which, wanted);
      if ('ok' in note) return note;
      const again = askIfChanged(wanted, { ...note, mark: noteMark(note) });
      if (again) return quoteRows(again, [note]);
      const yes = { tool: 'note_delete', input: { which: note.id, seen: noteMark(note) } };
      const unnamed = askIfUnnamed(ctx, { text: note.text, yes });
      if (unnamed) return quoteRows(unnamed, [note]);
      return change(ctx, note, { ...note, deleted: true }, texts.deleted, onWrite);
    },
  });

export const pinTool = (onWrite: OnWrite) =>
  dataTool({
    name: 'note_pin',
    dialogue: { thing: 'note' },
    description: 'Pins a note, so that it comes first in lists, or unpins it.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('which') },
    input: z.object({ which, pin: z.boolean().default(true) }),

    async run(input, ctx) {
      const note = await findWhich(ctx, input.which, { tool: 'note_pin', input });
      if ('ok' in note) return note;
      return change(ctx, note, { ...note, pinned: input.pin }, input.pin ? texts.pinned : texts.unpinned, onWrite);
    },
  });

const editInput = z.object({
  which,
  text: z.string().optional().describe('The new text.'),
  append: z.string().optional().describe('Words to add at its end.'),
  ...noteFields.inputs,
});

export const editTool = ({ config: { longest } }: Pick<SkillDeps<Settings>, 'config'>, onWrite: OnWrite) =>
  dataTool({
    name: 'note_edit',
    group: 'unshown',
    dialogue: { thing: 'note' },
    policy: { deletes: () => 1 },
    description: "Replaces a note's text, or adds to it (`append`), or sets its title or its tags.",
    effect: 'write',
    record: { redact: privately('which', 'text', 'append', 'title') },
    input: editInput,

    async run(input, ctx) {
      const note = await findWhich(ctx, input.which, { tool: 'note_edit', input });
      if ('ok' in note) return note;
      const unnamed = askIfUnnamed(ctx, { text: note.text, ...editMeant(note, input) });
      if (unnamed) return quoteRows(unnamed, [note]);
      const added = input.append?.trim() ? appendText(input.text ?? note.text, input.append.trim()) : undefined;
      const text = added ?? (input.text?.trim() || note.text);
      if (text.length > longest) return failed('TOO_LONG', texts.tooLong(longest));
      const values = await noteFields.read(input, undefined);
      if ('ok' in values) return values;
      const { title } = values;
      const other = title && (await store.findByTitle(ctx.tx, note, title, note.scope));
      if (other && other.id !== note.id) return failed('REFUSED', texts.titleTaken(title), { field: 'title' });
      const after = { ...note, ...values, text, tags: [...new Set([...tagsIn(text), ...(values.tags ?? note.tags)])] };
      return change(ctx, note, after, texts.edited, onWrite);
    },
  });

/** The button for an edit as the model has called it, and where it would write over the note one that adds to it instead. */
function editMeant({ id }: Note, { text, ...input }: { text?: string | undefined; append?: string | undefined }) {
  const edit = (changes: object) => ({ tool: 'note_edit', input: { ...changes, which: id } });
  const others = text === undefined ? [] : [{ label: 'Add it instead', ...edit({ append: text }) }];
  return { yes: edit({ ...input, ...(text !== undefined && { text }) }), others };
}

/** Models are shown it for all that changes a note. */
export const noteChange = changeTool({
  name: 'note_change',
  group: 'always',
  description: 'Edits or deletes a note.',
  which: 'Its words, id or number; it.',
  says: 'append: at its end.',
  fields: { text: z.string().optional().describe('append, replace: the words. tag: "#home #car".') },
  verbs: {
    append: {
      tool: 'note_edit',
      act: 'add',
      takes: ['text'],
      input: ({ text }) => (text ? { append: text } : undefined),
      needs: '`text`: the words to add',
    },
    replace: {
      tool: 'note_edit',
      act: 'replace',
      takes: ['text'],
      input: ({ text }) => (text ? { text } : undefined),
      needs: '`text`: the new words',
    },
    tag: {
      tool: 'note_edit',
      act: 'tag',
      takes: ['text'],
      input: ({ text }) => (text ? { tags: text.split(/[\s,]+/).filter(Boolean) } : undefined),
      needs: '`text`: its tags',
    },
    delete: { tool: 'note_delete', act: 'remove', takes: [], input: () => ({}) },
  },
});

const appendText = (text: string, more: string): string =>
  isList(text) && !more.includes('\n') ? withItem(text, more) : `${text}\n${more}`;

export async function change(
  ctx: TxContext,
  before: Note,
  changed: Note,
  say: (note: Note) => string,
  onWrite: OnWrite,
) {
  const { tx, clock, person, conversationId, tainted } = ctx;
  if (before.personId !== person.id) return failed('NOT_YOURS', texts.notYours(before), { tainted: true });
  const isRewritten =
    changed.text !== before.text || changed.title !== before.title || changed.tags.join() !== before.tags.join();
  const stands = changedIn(changed, conversationId);
  const after = { ...stands, tainted: before.tainted || (tainted && isRewritten) };
  store.lists.leave(tx, person.id, conversationId);
  if (after.deleted && !before.deleted) await buryTellings(ctx, [toldBy(before)]);
  await store.saveNote(tx, after, clock.now(), changed.text !== before.text);
  await onWrite(tx, before, after);
  return done(say(after), {
    undo: noteUndo.callFor({ ...after, version: before.version + 1 }, before),
    subject: after.text,
    id: after.id,
    tainted: after.tainted,
  });
}

const toldBy = ({ text, createdAt }: Pick<Note, 'text' | 'createdAt'>) => ({ text, at: createdAt });

type UndoneColumns = Pick<(typeof notes)['spec'], (typeof UNDONE)[number]>;

export const noteUndo = new ThingUndo<Note, UndoneColumns>({
  thing: 'note',
  columns: notes.pick(...UNDONE),
  find: store.findById,
  label: texts.label,
  notFound: texts.notFound('').message,
  changedSince: texts.changedSince,
});

export const restoreTool = (onWrite: OnWrite) =>
  dataTool({
    name: 'note_restore',
    dialogue: { thing: 'note' },
    description: 'Takes back what was done to a note.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('before') },
    timeoutMs: TIMEOUT_MS,
    input: z.union([noteUndo.input, z.object({ all: deletion })]),

    run: (input, ctx) =>
      'all' in input
        ? restoreAll(ctx, input.all, onWrite)
        : noteUndo.takeBack(ctx, input, (note, before) => restore(ctx, note, before, onWrite)),
  });

async function restore(
  ctx: TxContext,
  note: Note,
  before: StoodBefore<UndoneColumns> | undefined,
  onWrite: OnWrite,
): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  // An earlier version has not stored all of them.
  const stored = UNDONE.filter((key) => before?.has(key)).map((key) => [key, before?.values[key]]);
  const after: Note = before ? { ...note, ...Object.fromEntries(stored) } : { ...note, deleted: true };
  store.lists.leave(tx, person.id, conversationId);
  if (after.deleted && !note.deleted) await buryTellings(ctx, [toldBy(note)]);
  await store.saveNote(tx, after, clock.now());
  await onWrite(tx, note, after);
  return quoteRows(done(before ? texts.restored(after) : texts.unsaved(after)), [after]);
}

/** 5,000 notes of 60 words take 4 s in the embedded database, which does nothing else meanwhile, and longer on a small machine. */
const MOST_AT_ONCE = 500;
const TIMEOUT_MS = 10_000;

/** Notes made since the question are no part of what was confirmed. */
const sure = z.int().describe('All up to this one, confirmed.');

const deletion = z.object({ at: z.iso.datetime(), first: z.int(), last: z.int() });

async function askAll({ tx, person }: TxContext): Promise<ToolResult> {
  const newest = await store.readNewestSeq(tx, person.id);
  const count = await store.countOwnNotes(tx, person.id, newest);
  if (count === 0) return done(texts.none(undefined));
  return failed('AMBIGUOUS', texts.reallyAll(count), { choices: [choice(count, newest)] });
}

async function deleteAll(ctx: TxContext, newest: number, onWrite: OnWrite): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const changed = await store.removeAll(tx, person.id, { newest, limit: MOST_AT_ONCE, now });
  store.lists.leave(tx, person.id, conversationId);
  await buryTellings(ctx, changed.map(toldBy));
  await onWrite(tx, ...changed.map((one) => ({ ...one, personId: person.id, deleted: true })));
  const remaining = changed.length < MOST_AT_ONCE ? 0 : await store.countOwnNotes(tx, person.id, newest);
  const touched = changed.map((one) => one.touched);
  const all = { at: now.toISOString(), first: Math.min(...touched), last: Math.max(...touched) };
  const undo = { tool: 'note_restore', input: { all }, label: texts.labelOfAll(changed.length) };
  return done(texts.deletedAll(changed.length, remaining), {
    ...omitUndefined({
      undo: changed.length > 0 ? undo : undefined,
      choices: remaining > 0 ? [choice(remaining, newest)] : undefined,
    }),
  });
}

const choice = (count: number, newest: number) => ({
  label: texts.deleteAll(count),
  tool: 'note_delete',
  input: { sure: newest },
  style: 'danger' as const,
});

/** Restores the notes deleted together; later changes stay. */
async function restoreAll(
  ctx: TxContext,
  { at, first, last }: z.output<typeof deletion>,
  onWrite: OnWrite,
): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const changed = await store.restoreAll(tx, person.id, { at: new Date(at), first, last }, clock.now());
  store.lists.leave(tx, person.id, conversationId);
  await onWrite(tx, ...changed.map((one) => ({ ...one, personId: person.id, deleted: false })));
  return done(texts.restoredAll(changed.length));
}
