import type { Instant } from '../base/clock.ts';
import type { Transaction } from '../storage/index.ts';

export interface FileRef {
  name: string;
  type: string;
  size: number;
  /** SHA-256, hex. */
  hash: string;
  /** Spoken by coda, as Ogg Opus: shown as a voice message where the platform has these. `waveform`: bytes in base64. */
  spoken?: { seconds: number; waveform: string };
}

/** A line of words that a button asks for; they are added to the input of its call. */
export interface Form {
  field: string;
  /** At most 45 characters. */
  label: string;
  /** An example; at most 100 characters. */
  placeholder?: string;
  /** Characters of the answer, at most 3,000; left out: 200, one line. */
  longest?: number;
}

/**
 * A button as a platform shows it. The id is a token whose meaning lies in the database. A platform without buttons prints
 * them numbered from 1 in this order; the router understands number and label.
 */
export interface Button {
  id: string;
  label: string;
  style?: 'primary' | 'danger';
  /** Asks for words first (`Inbox.form`); where that cannot be done, it is better left out. */
  asks?: true;
}

export interface InlineFile {
  name: string;
  type: string;
  text: string;
}

export type ContentKind = 'answer' | 'reminder' | 'approval' | 'notice' | 'error';

export interface Content {
  kind: ContentKind;
  /** Markdown (CommonMark with tables). */
  text: string;
  buttons?: Button[];
  spent?: Button[];
  files?: FileRef[];
  inline?: InlineFile[];
  /** Instants (ISO) that the text speaks of, for platforms that show each reader their own clock. */
  times?: string[];
  mention?: string;
  /** Untrusted text went into it: platforms show no previews of addresses. */
  inert?: true;
}

/** A button: pressing it calls the tool with this input, as the person who pressed. */
export interface Choice {
  label: string;
  tool: string;
  input: Record<string, unknown>;
  style?: 'primary' | 'danger';
  form?: Form;
  /** Buttons of one group of a card are used up together, the others stay; without one, all of the card. */
  group?: string;
  owners?: true;
  /** In a shared place whoever reads it may press it, not its person alone. */
  anyone?: true;
  /** Says all of the card's details, for places that show their beginning; such a button is not used up. */
  shows?: true;
}

export interface Card {
  kind: ContentKind;
  text: string;
  /** Exact lines below the text, as they are: without a fence of three backticks. */
  details?: string;
  choices?: Choice[];
  files?: FileRef[];
  inline?: InlineFile[];
  times?: string[];
  mention?: string;
}

export interface Outgoing {
  /** Unique for what is said: adding it a second time adds nothing. */
  key: string;
  conversationId: string;
  /** The recipient: may press the buttons; their DM is the fallback when the place is gone. */
  personId: string;
  card: Card;
  notBefore?: Instant;
  tainted?: boolean;
}

export interface Outbox {
  /**
   * Adds in `tx`, as a set and in one or two statements however many; delivery begins after its commit. A key that is
   * already there is left as it is; with other content that is a bug and is logged.
   */
  addAll(tx: Transaction, messages: readonly Outgoing[]): Promise<void>;
}
