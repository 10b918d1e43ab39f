/** What is said to people, before any platform has rendered it. */

/** A stored file: its bytes are an artifact, found by `hash`. */
export interface FileRef {
  name: string;
  /** MIME type. */
  type: string;
  /** Bytes. */
  size: number;
  /** SHA-256, hex. */
  hash: string;
}

/** A button as a platform shows it. The id is a token whose meaning lies in the database. */
export interface Button {
  id: string;
  label: string;
  style?: 'primary' | 'danger';
}

export type ContentKind = 'answer' | 'reminder' | 'approval' | 'notice' | 'error';

export interface Content {
  kind: ContentKind;
  /** Markdown (CommonMark with tables). */
  text: string;
  buttons?: Button[];
  files?: FileRef[];
}

/** What pressing a button does: a tool is called with this input, as the person who pressed. */
export interface Choice {
  label: string;
  tool: string;
  input: Record<string, unknown>;
  style?: 'primary' | 'danger';
}

/** Something to say whose buttons have no ids yet. */
export interface Card {
  kind: ContentKind;
  text: string;
  choices?: Choice[];
  files?: FileRef[];
}
