import { bool, Columns, type ItemOf, instant, int, isSet, named, text, uuid } from '../../storage/index.ts';
import { noteFields } from './fields.ts';

/** `here`: also those who speak in its conversation find it, there and nowhere else. */
export type Scope = 'own' | 'here';

export const notes = new Columns({
  ...noteFields.columns,
  id: text(),
  personId: uuid(),
  /** The conversation in which it was written or changed last; a shared note keeps the one where it was shared. */
  conversationId: uuid(),
  text: text(),
  scope: text<Scope>(),
  pinned: named('pinned_at', isSet('timestamptz')),
  tainted: bool(),
  version: int(),
  createdAt: instant(),
  deleted: named('deleted_at', isSet('timestamptz')),
});

export type Note = ItemOf<typeof notes>;

/** `note`, changed in this conversation: "that note" said there is this one. */
export function changedIn<T extends Note>(note: T, conversationId: string): T {
  return note.scope === 'own' ? { ...note, conversationId } : note;
}

/** True if the note is untrusted text to this reader: tainted, or written by somebody else. */
export function isFromElsewhere({ tainted, personId }: Pick<Note, 'tainted' | 'personId'>, reader: string): boolean {
  return tainted || personId !== reader;
}
