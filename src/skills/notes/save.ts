import { z } from 'zod';
import {
  askIfUnnamed,
  dataTool,
  done,
  failed,
  privately,
  type ToolResult,
  type TxContext,
  tokensIn,
  undoChoice,
} from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { omitUndefined } from '../../base/json.ts';
import { visible } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import { change, noteUndo } from './change.ts';
import type { Settings } from './config.ts';
import { ALWAYS, MOST_ALWAYS } from './context.ts';
import { noteFields } from './fields.ts';
import { itemsThere, withItem, withoutItems } from './list.ts';
import { changedIn, isFromElsewhere } from './note.ts';
import { findListNamed, readerOf } from './resolve.ts';
import { languageOf } from './search.ts';
import type { OnWrite } from './services.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { tagsIn } from './tags.ts';
import { texts } from './texts.ts';

/** More than that is no note, and no text that somebody wrote. */
const LONGEST_TEXT = 20_000_000;

export const saveInput = z.object({
  text: z.string().describe('In the person’s words; #tags file it.'),
  ...noteFields.inputs,
  title: noteFields.inputs.title.describe('Replaces the note of that title.'),
  scope: z
    .enum(['own', 'here'])
    .optional()
    .describe('here: everybody in this channel finds it too, and nowhere else. Default: the person alone.'),
});

/** Saves a note. A text that is too long comes back as a file, with its beginning as the note. */
export function saveTool(deps: Pick<SkillDeps<Settings>, 'storage' | 'config'>, onWrite: OnWrite) {
  const { config } = deps;
  return dataTool({
    name: 'note_save',
    group: 'always',
    dialogue: { thing: 'note', asks: { NO_TEXT: 'text' } },
    form: { shows: ['text'] },
    description: 'Saves a note: a text or list to look up.',
    effect: 'write',
    policy: { act: { act: 'create', among: ['remove'] } },
    flow: { impersonal: true },
    record: { redact: privately('text', 'title') },
    input: saveInput,

    async prepare({ text }): Promise<FileRef | undefined> {
      const words = clean(text);
      if (words.length <= config.longest || words.length > LONGEST_TEXT) return undefined;
      const { hash, size } = await deps.storage.artifacts.put(Buffer.from(words));
      return { name: 'note.txt', type: 'text/plain', size, hash };
    },

    async run(input, ctx) {
      const words = clean(input.text);
      const file = ctx.prepared as FileRef | undefined;
      if (words.length > config.longest && !file) return failed('TOO_LONG', texts.tooLong(config.longest));
      const text = file ? `${words.slice(0, config.longest - 1).trimEnd()}…` : words;
      if (text === '') return failed('NO_TEXT', texts.noText);
      const unnamed = askIfUnnamed(ctx, { text, yes: { tool: 'note_save', input } });
      if (unnamed) return unnamed;
      const said = await noteFields.read(input, undefined);
      if ('ok' in said) return said;
      const tags = [...new Set([...tagsIn(text), ...(said.tags ?? [])])];
      const { title } = said;
      const scope = scopeOf(input.scope, ctx);
      // Words meant for one circle of readers never take the place of words for another.
      const before = title ? await store.findByTitle(ctx.tx, readerOf(ctx), title, scope) : undefined;
      const note = before
        ? await rewrite(ctx, {
            ...before,
            ...said,
            title: before.title,
            text,
            tags: tags.length > 0 ? tags : before.tags,
          })
        : await insert(ctx, { ...noteFields.standard, ...said, text, tags, scope }, config);
      if (!note) return failed('TOO_MANY', texts.tooMany(config.most));
      await onWrite(ctx.tx, note);
      const undo = noteUndo.callFor(note, before);
      const isForAll = ctx.turn.chosen !== undefined && scope === 'here';
      const lines = [before ? texts.newVersion(note) : texts.saved(note), ...(file ? [texts.cut(config.longest)] : [])];
      if (await fillsUp(ctx, note, config)) lines.push(texts.overBudget(config.always_budget));
      return done(lines.join('\n'), {
        undo,
        subject: note.text,
        id: note.id,
        ...omitUndefined({
          files: file ? [file] : undefined,
          // A model's choice that shows it to others stands below the answer.
          notices: isForAll ? [texts.forAllHere] : undefined,
        }),
        choices: [undoChoice(undo)],
      });
    },
  });
}

async function saveNew(ctx: TxContext, text: string, config: Settings, onWrite: OnWrite): Promise<ToolResult> {
  const note = await insert(ctx, { ...noteFields.standard, text: clean(text), scope: 'own' }, config);
  if (!note) return failed('TOO_MANY', texts.tooMany(config.most));
  await onWrite(ctx.tx, note);
  const undo = noteUndo.callFor(note, undefined);
  return done(texts.saved(note), { undo, subject: note.text, id: note.id });
}

/** Without what no one can see; PostgreSQL takes no NUL. */
const clean = (text: string): string => visible(text.replace(/\r\n?/g, '\n')).trim();

const scopeOf = (scope: store.Scope | undefined, { place }: TxContext): store.Scope =>
  scope === 'here' && place.kind !== 'dm' ? 'here' : 'own';

async function rewrite(ctx: TxContext, note: Note): Promise<Note> {
  const after = { ...changedIn(note, ctx.conversationId), tainted: note.tainted || ctx.tainted };
  store.lists.leave(ctx.tx, ctx.person.id, ctx.conversationId);
  await store.saveNote(ctx.tx, after, ctx.clock.now(), true);
  return { ...after, version: note.version + 1 };
}

function insert(
  { tx, person, conversationId, clock, tainted }: TxContext,
  wish: typeof noteFields.standard & Pick<Note, 'text' | 'scope'>,
  { most }: Settings,
): Promise<Note | undefined> {
  store.lists.leave(tx, person.id, conversationId);
  const fields = { id: shortId(6), personId: person.id, conversationId, tainted, language: languageOf(person.locale) };
  return store.insertNote(tx, { ...fields, ...wish }, most, clock.now());
}

/**
 * True if it is this note with which those that stand before every turn do not fit any more: the person hears it once.
 */
async function fillsUp(ctx: TxContext, note: Note, { always_budget: budget }: Settings): Promise<boolean> {
  if (!note.tags.includes(ALWAYS)) return false;
  const all = await store.listTagged(ctx.tx, ctx.person.id, ALWAYS, MOST_ALWAYS);
  const total = all.reduce((sum, { text }) => sum + tokensIn(text), 0);
  return total > budget && total - tokensIn(note.text) <= budget;
}

export const itemTool = ({ config }: Pick<SkillDeps<Settings>, 'config'>, onWrite: OnWrite) =>
  dataTool({
    name: 'note_item',
    dialogue: { thing: 'note' },
    description: 'Puts an item on a list that is a note, or takes one off.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('which', 'add', 'remove', 'make') },
    input: z.object({
      which: z.string().max(200).describe('The name of the list.'),
      add: z.string().max(500).optional(),
      remove: z.string().max(200).optional(),
      /** A list that is not there is begun under this name. */
      make: z.string().max(100).optional(),
    }),

    async run({ which, add, remove, make }, ctx) {
      const wanted = { tool: 'note_item', input: { add, remove } };
      const note = await findListNamed(ctx, which, wanted);
      if ('ok' in note) {
        const isNew = note.code === 'NOT_FOUND' && make !== undefined && add !== undefined;
        return isNew ? saveNew(ctx, withItem(`${make}:`, add), config, onWrite) : note;
      }
      const rest = remove === undefined ? note.text : withoutItems(note.text, remove);
      const there = add === undefined || rest === undefined ? [] : itemsThere(rest, add);
      if (there.length > 0 && remove === undefined) {
        const tainted = isFromElsewhere(note, ctx.person.id);
        return done(texts.onListAlready(note, there), { subject: note.text, id: note.id, tainted });
      }
      const text = rest === undefined || add === undefined ? rest : withItem(rest, add);
      if (text === undefined) {
        const tainted = isFromElsewhere(note, ctx.person.id);
        return failed('NOT_FOUND', texts.notInList(note, remove ?? ''), { tainted });
      }
      if (text.length > config.longest) return failed('TOO_LONG', texts.tooLong(config.longest));
      return change(ctx, note, { ...note, text }, texts.edited, onWrite);
    },
  });
