/** Notes out of one coda and into another. */
import { z } from 'zod';
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { visible } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { conversations } from '../../delivery/index.ts';
import { lockPerson, onlyPerson } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Settings } from './config.ts';
import { type FiledNote, fileName, fromMarkdown, toMarkdown } from './markdown.ts';
import { tagName } from './note.ts';
import type { Parts } from './parts.ts';
import { languageOf } from './search.ts';
import * as store from './store.ts';

export type TransferDeps = Pick<SkillDeps<Settings>, 'database' | 'world' | 'config'> & Pick<Parts, 'meaning'>;

/** A note as a program sends it. */
const filed = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9]{4,20}$/)
    .optional(),
  title: z.string().max(200).optional(),
  text: z.string().min(1).max(200_000),
  tags: z.array(z.string().max(50)).max(20).default([]),
  scope: z.enum(['own', 'here']).default('own'),
  pinned: z.boolean().default(false),
  tainted: z.boolean().default(false),
  created: z.iso.datetime(),
});

/** A file of a note, as commands of the terminal write and read it. */
export const filesSent = z
  .array(z.object({ path: z.string().max(4_000), changed: z.iso.datetime(), content: z.string().max(2_000_000) }))
  .max(1_000);

const invalid = (message: string, remedy: string) => new CodaError('INPUT_INVALID', { message, remedy });

/** Imports files. Returns the number of new notes, and the files that could not be read. */
export async function importFiles(deps: TransferDeps, who: string | undefined, files: z.output<typeof filesSent>) {
  const problems: { path: string; problem: string }[] = [];
  const notes: FiledNote[] = [];
  for (const { content, ...facts } of files) {
    const note = fromMarkdown(content, facts);
    if ('problem' in note) problems.push({ path: facts.path, problem: note.problem });
    else if (note.text.trim() === '') problems.push({ path: facts.path, problem: 'it has no text' });
    else notes.push(note);
  }
  return { added: notes.length === 0 ? 0 : await importNotes(deps, who, notes), problems };
}

/** A page of at most 200 of the person's own notes, in the order of their ids behind `after`; not those in the trash. */
export async function exportNotes(
  { database }: Pick<TransferDeps, 'database'>,
  who: string | undefined,
  after: string,
): Promise<{ id: string; name: string; content: string }[]> {
  const { id: personId } = await onlyPerson(database, who);
  const notes = await store.pageOf(database, personId, after, 200);
  return notes.map(({ id, title, text, tags, scope, pinned, tainted, createdAt }) => {
    const note = {
      ...{ id, text, tags, scope, pinned, tainted, created: createdAt.toISOString() },
      ...(title !== undefined && { title }),
    };
    return { id, name: fileName(note), content: toMarkdown(note) };
  });
}

/**
 * Adds notes that the person has not got: one of the same title and text is there already, whatever its id. An id that
 * is taken is given anew. What was shared in a channel comes back as the person's own.
 *
 * @returns how many were added. Throws `INPUT_INVALID` for what is no note, where there are too many, and where the
 *   person has no direct conversation that they could stand in.
 */
async function importNotes(deps: TransferDeps, who: string | undefined, notes: readonly FiledNote[]) {
  const { database } = deps;
  const { id: personId, locale } = await onlyPerson(database, who);
  const read = notes.flatMap((note) => parts(note, deps.config.longest)).map(checked);
  return database.tx('notes.import', async (tx) => {
    if (!(await lockPerson(tx, personId)))
      throw invalid('This person has been forgotten meanwhile.', 'Say with --person whose notes they are.');
    const conversationId = await conversations.direct(tx, personId);
    if (conversationId === undefined)
      throw invalid(
        'This person has not spoken with coda alone yet.',
        'Have them send one direct message, then import again.',
      );
    const said = read.map(({ text }) => text);
    const known = new Set((await store.withTexts(tx, personId, said)).map(identityOf));
    const fresh = read.filter((note) => !known.has(identityOf(note)) && known.add(identityOf(note)));
    for (const note of fresh) await add(tx, deps, { ...note, personId, conversationId, language: languageOf(locale) });
    await deps.meaning.embedSoon(tx, personId);
    appendAct(tx, deps.world, 'notes import', { person: personId, added: fresh.length });
    return fresh.length;
  });
}

/** By which a note is known again. */
const identityOf = ({ title, text }: { title?: string | undefined; text: string }): string =>
  JSON.stringify([title ?? '', text]);

type Read = z.output<typeof filed> & { personId: string; conversationId: string; language: string };

function checked(note: unknown) {
  const { data, error } = filed.safeParse(note);
  const text = visible(data?.text ?? '').trim();
  const title =
    visible(data?.title ?? '')
      .replace(/\s+/g, ' ')
      .trim() || undefined;
  if (data && text !== '') return { ...data, text, title };
  const [issue] = error?.issues ?? [];
  throw invalid(
    `It is no note: ${issue ? `${issue.path.join('.')} ${issue.message}` : 'it has no text'}.`,
    'Give files as "coda notes export" writes them, or Markdown and plain text.',
  );
}

async function add(tx: Transaction, { world, config }: TransferDeps, note: Read): Promise<void> {
  const now = world.clock.now();
  const id = note.id === undefined || (await store.isTaken(tx, note.id)) ? shortId(6) : note.id;
  const tags = [...new Set(note.tags.map(tagName))].filter((tag) => tag !== '');
  const fresh = { ...note, id, title: note.title, tags, scope: 'own' as const, createdAt: new Date(note.created) };
  const stored = await store.insert(tx, fresh, config.most, now);
  if (!stored)
    throw invalid(`With these there would be more than ${config.most} notes.`, 'Delete some, or raise notes.most.');
  if (note.pinned) await store.save(tx, { ...stored, pinned: true }, now);
}

/** One that is too long becomes several, cut between paragraphs where that can be. */
function parts(note: FiledNote, longest: number): FiledNote[] {
  if (note.text.length <= longest || note.id !== undefined) return [note];
  const pieces: string[] = [];
  for (let rest = note.text; rest !== ''; ) {
    const cut = rest.length <= longest ? rest.length : borderIn(rest, longest);
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  const title = (at: number) => `${(note.title ?? 'Note').slice(0, 180)} (${at + 1} of ${pieces.length})`;
  return pieces.map((text, at) => ({ ...note, title: title(at), text }));
}

function borderIn(text: string, longest: number): number {
  for (const border of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(border, longest);
    if (at > longest / 2) return at;
  }
  return longest;
}
