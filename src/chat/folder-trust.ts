/** Decisions about folders with instructions that others may have written: a port between the skills that use such folders. */
import type { Instant } from '../base/clock.ts';
import type { Queryable, Transaction } from '../storage/index.ts';

/** A folder as it is decided about. */
export interface JudgedFolder {
  /** With `kind`, its identity. */
  name: string;
  /** What it is, in words: "specialist". */
  kind: string;
  directory: string;
  /** Tools that it asks for. */
  tools: readonly string[];
  /** The model that it asks for; undefined: any. */
  model: string | undefined;
}

/** Its files at one moment. */
export interface FolderPin {
  /** Of all files: the same files give the same hash wherever they lie. */
  hash: string;
  /** The first 16 hex digits of the SHA-256 of each file, by path. */
  files: Readonly<Record<string, string>>;
}

/** Whether a folder may be used as its files are. Reasons are sentences without a full stop. */
export type FolderVerdict =
  | { kind: 'usable' }
  /** It was never used; `suspicions`: why an owner has to look at it first. */
  | { kind: 'first'; suspicions: readonly string[] }
  | { kind: 'waits'; reasons: readonly string[] };

/** What was decided about a folder as its files are: it may be used, or an owner has to look first. */
export type FolderDecision = 'usable' | 'waits';

/** What an owner is shown before approving a folder. */
export interface FolderInquest {
  text: string;
  hash: string;
  /** It is approved as it is. */
  isApproved: boolean;
}

/** A folder is pinned at its first use. One that has changed since, or looks dangerous, waits for an owner. */
export interface FolderTrust<Pin extends FolderPin = FolderPin> {
  /** Hashes the folder; a sentence where it can have no pin because its files could change unseen. */
  pin(folder: JudgedFolder, signal?: AbortSignal): Promise<Pin | string>;
  /** Looks at the folder and at what was decided about it. Awaits files: not for the inside of a transaction. */
  look(db: Pick<Queryable, 'query'>, folder: JudgedFolder, pin: Pin, signal?: AbortSignal): Promise<FolderVerdict>;
  /** What was decided about folders of one kind, by name; none for one that was never used. Reads no files. */
  decided(
    db: Pick<Queryable, 'query'>,
    folders: readonly { folder: JudgedFolder; pin: FolderPin }[],
  ): Promise<ReadonlyMap<string, FolderDecision>>;
  /**
   * Keeps the first use, blocked where there are suspicions. False where it may not be used: because of them, or because
   * somebody else was first with other files.
   */
  keepFirst(
    tx: Transaction,
    folder: JudgedFolder,
    first: { pin: Pin; suspicions: readonly string[] },
    now: Instant,
  ): Promise<boolean>;
  /** All that there is to know of it before it is approved. Awaits files. */
  inquire(db: Pick<Queryable, 'query'>, folder: JudgedFolder, pin: Pin, signal?: AbortSignal): Promise<FolderInquest>;
  /** Keeps that an owner approved exactly these files; `personId` is undefined on the command line. */
  approve(
    tx: Transaction,
    folder: JudgedFolder,
    pin: Pin,
    by: { personId: string | undefined; now: Instant },
  ): Promise<void>;
}
