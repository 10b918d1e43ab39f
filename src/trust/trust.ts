/**
 * Decides if a folder with instructions that strangers may have written may be used as its files are. One is pinned at its
 * first use; one that has changed since, or looks dangerous, waits for an owner.
 */

import type { Instant } from '../base/clock.ts';
import type { Queryable, Transaction } from '../storage/index.ts';
import { auditFolder } from './audit/audit.ts';
import type { Finding } from './audit/finding.ts';
import type { differenceOf } from './difference.ts';
import { type DeclaredTools, describeChange, type Pin, pinFolder } from './pin.ts';
import { addPin, approvePin, type FolderId, type KnownPin, pinnedTexts, pinOf, pinsOf } from './store.ts';

export interface Folder extends FolderId {
  directory: string;
  declared: DeclaredTools;
}

/** The decision about a folder as its files are. Reasons are sentences without a full stop. */
export type Verdict =
  | { kind: 'known'; pin: Pin; isApproved: boolean }
  /** Never used; `suspicions`: why it must not be, without an owner. */
  | { kind: 'first'; pin: Pin; suspicions: readonly string[] }
  | { kind: 'changed' | 'blocked'; reasons: readonly string[] };

/** Compares the files of a folder with what was decided about it. Awaits files: not for the inside of a transaction. */
export async function judge(db: Queryable, folder: Folder, pin: Pin, signal?: AbortSignal): Promise<Verdict> {
  const storedPin = await pinOf(db, folder);
  if (!storedPin) return { kind: 'first', pin, suspicions: await suspicionsAbout(folder, signal) };
  if (storedPin.pinned.hash !== pin.hash) return { kind: 'changed', reasons: describeChange(storedPin.pinned, pin) };
  if (storedPin.state === 'blocked') return { kind: 'blocked', reasons: [] };
  return { kind: 'known', pin, isApproved: storedPin.state === 'approved' };
}

async function suspicionsAbout({ directory, declared }: Folder, signal?: AbortSignal): Promise<string[]> {
  const { findings } = await auditFolder(directory, signal);
  return [
    ...findings.filter(({ level }) => level === 'block').map(sentenceOf),
    ...(declared.forbiddenToolsUnreadable ? ['it gives up tools in a form that nobody can read'] : []),
  ];
}

function sentenceOf({ file, line, why }: Finding): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${why.replace(/\.$/, '')}`;
}

/** The decision about folders with such files; `pinned`: used as they are, approved by nobody. */
export type FolderDecision = 'approved' | 'pinned' | 'waits';

/** By name, of those about which there is a decision. The folders are of one source. */
export async function decidedOf(
  db: Queryable,
  folders: readonly { folder: Folder; pin: Pin }[],
): Promise<Map<string, FolderDecision>> {
  const names = folders.map(({ folder }) => folder.name);
  const pinsByName = names.length === 0 ? new Map() : await pinsOf(db, folders[0]?.folder.source ?? '', names);
  return new Map(
    folders.flatMap(({ folder: { name }, pin }) => {
      const storedPin: KnownPin | undefined = pinsByName.get(name);
      return storedPin ? [[name, decidedSo(storedPin, pin)] as const] : [];
    }),
  );
}

function decidedSo(storedPin: KnownPin, pin: Pin): FolderDecision {
  if (usability(storedPin, pin) !== 'usable') return 'waits';
  return storedPin.state === 'approved' ? 'approved' : 'pinned';
}

function usability({ state, pinned }: KnownPin, { hash }: Pin): 'usable' | 'changed' | 'blocked' {
  if (pinned.hash !== hash) return 'changed';
  return state === 'blocked' ? 'blocked' : 'usable';
}

/**
 * Keeps the first use, blocked where there are suspicions. `blocked`: an owner has to look first; `changed`: somebody else
 * was first with other files.
 */
export async function keepFirst(
  tx: Transaction,
  id: FolderId,
  { pin, suspicions }: Extract<Verdict, { kind: 'first' }>,
  now: Instant,
): Promise<'usable' | 'changed' | 'blocked'> {
  await addPin(tx, id, pin, suspicions.length > 0 ? 'blocked' : 'pinned', now);
  const storedPin = await pinOf(tx, id);
  return storedPin ? usability(storedPin, pin) : 'changed';
}

export interface Inquest {
  id: FolderId;
  pin: Pin;
  isApproved: boolean;
  before: KnownPin | undefined;
  /** Its capabilities, or the new ones. Sentences without a full stop. */
  changes: string[];
  /** Line by line, of texts that were kept with the decision before; undefined: there is none to show. */
  difference: string | undefined;
  findings: Finding[];
  forbiddenToolsUnreadable: boolean;
}

/** All that there is to know of a folder before it is approved. Awaits files. */
export async function inquire(
  db: Queryable,
  { name, source, directory, declared }: Folder,
  pin: Pin,
  signal?: AbortSignal,
): Promise<Inquest> {
  const id = { name, source };
  const before = await pinOf(db, id);
  const { findings } = await auditFolder(directory, signal);
  return {
    id,
    pin,
    before,
    findings,
    isApproved: before?.pinned.hash === pin.hash && before.state === 'approved',
    changes: describeChange(before?.state === 'blocked' ? undefined : before?.pinned, pin),
    difference:
      before &&
      (await changesOfTexts(await pinnedTexts(db, id), pin.texts, { before: before.pinned.files, now: pin.files })),
    forbiddenToolsUnreadable: declared.forbiddenToolsUnreadable === true,
  };
}

/** Loads what compares texts with the first folder that was known before: no start needs it. */
const changesOfTexts: (...args: Parameters<typeof differenceOf>) => Promise<string | undefined> = async (...args) =>
  (await import('./difference.ts')).differenceOf(...args);

export interface InspectedFolder {
  pin: Pin;
  before: KnownPin | undefined;
}

/**
 * Hashes the files of `folder`: undefined when they are not those with `hash`. Not for the inside of a transaction, which
 * would hold the database for as long as the folder is large.
 */
export async function lookForApproval(
  db: Queryable,
  folder: Folder,
  hash: string,
): Promise<InspectedFolder | undefined> {
  const pin = await pinFolder(folder.directory, folder.declared);
  return pin.ok && pin.hash === hash ? { pin, before: await pinOf(db, folder) } : undefined;
}

/** Approves the files that were looked at; false when others were decided about since. */
export async function approveLooked(
  tx: Transaction,
  id: FolderId,
  { pin, before }: InspectedFolder,
  by: { personId: string | undefined; now: Instant },
): Promise<boolean> {
  const hash = (await pinOf(tx, id))?.pinned.hash;
  if (hash !== before?.pinned.hash && hash !== pin.hash) return false;
  await approvePin(tx, id, pin, by);
  return true;
}
