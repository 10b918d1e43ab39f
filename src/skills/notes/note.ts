import type { Instant } from '../../base/clock.ts';

/** `here`: also those who speak in its conversation find it, there and nowhere else. */
export type Scope = 'own' | 'here';

export interface Note {
  id: string;
  personId: string;
  /** The conversation in which it was written or changed last; a shared note keeps the one where it was shared. */
  conversationId: string;
  title: string | undefined;
  text: string;
  tags: string[];
  scope: Scope;
  pinned: boolean;
  tainted: boolean;
  version: number;
  createdAt: Instant;
  deleted: boolean;
}

/** `note`, changed in this conversation: "that note" said there is this one. */
export function changedIn<T extends Note>(note: T, conversationId: string): T {
  return note.scope === 'own' ? { ...note, conversationId } : note;
}

export interface NoteRow {
  id: string;
  person_id: string;
  conversation_id: string;
  title: string | null;
  text: string;
  tags: string[];
  scope: Scope;
  pinned_at: Date | null;
  tainted: boolean;
  version: number;
  created_at: Date;
  deleted_at: Date | null;
}

/** True if the note is untrusted text to this reader: tainted, or written by somebody else. */
export function isFromElsewhere({ tainted, personId }: Pick<Note, 'tainted' | 'personId'>, reader: string): boolean {
  return tainted || personId !== reader;
}

export function toNote(row: NoteRow): Note {
  return {
    id: row.id,
    personId: row.person_id,
    conversationId: row.conversation_id,
    title: row.title ?? undefined,
    text: row.text,
    tags: row.tags,
    scope: row.scope,
    pinned: row.pinned_at !== null,
    tainted: row.tainted,
    version: row.version,
    createdAt: row.created_at,
    deleted: row.deleted_at !== null,
  };
}

export const TAG = /#[\p{L}\p{N}][\p{L}\p{N}_/:-]*/gu;
const HASHTAG = /(?:^|[\s(])#([\p{L}\p{N}][\p{L}\p{N}_/:-]{0,49})/gu;
/** `Work` and `#work` are one tag; `Home Office` is `home-office`. */
export function tagName(word: string): string {
  return word
    .trim()
    .replace(/^#/, '')
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^\p{L}\p{N}_/:-]/gu, '');
}

export const tagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(HASHTAG)].map((match) => tagName(match[1] ?? ''))),
];
