import {
  bool,
  Columns,
  type ItemOf,
  instant,
  int,
  isSet,
  named,
  optional,
  text,
  textArray,
  uuid,
} from '../../storage/index.ts';

/** `here`: also those who speak in its conversation find it, there and nowhere else. */
export type Scope = 'own' | 'here';

export const notes = new Columns({
  id: text(),
  personId: uuid(),
  /** The conversation in which it was written or changed last; a shared note keeps the one where it was shared. */
  conversationId: uuid(),
  title: optional(text()),
  text: text(),
  tags: textArray(),
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

export const TAG =
  /#[\p{L}\p{N}\p{Extended_Pictographic}][\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]*/gu;
const HASHTAG =
  /(?:^|[\s(])#([\p{L}\p{N}\p{Extended_Pictographic}][\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]{0,49})/gu;
/** `Work` and `#work` are one tag; `Home Office` is `home-office`. */
export function tagName(word: string): string {
  return (
    word
      .trim()
      .replace(/^#/, '')
      .toLowerCase()
      .replace(/\s+/g, '-')
      .replace(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]/gu, '')
      // Two drawings of one emoji are one tag.
      .replaceAll('\ufe0f', '')
      .normalize('NFC')
  );
}

export const tagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(HASHTAG)].map((match) => tagName(match[1] ?? ''))),
];
