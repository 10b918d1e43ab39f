/** A skill's files as one hash: what an owner approved, and nothing else. */

import { createHash } from 'node:crypto';
import { chunksOf, type FileEntry, type Listing, listInside, openInside, type RefusedEntry } from '../files/index.ts';
import { type Capabilities, capabilitiesOf, type Declared } from './capabilities.ts';

export interface Pin {
  ok: true;
  /** SHA-256 in hex over every file of the folder: path, run bit, content; of a link what it leads to. */
  hash: string;
  /** The first 16 hex digits of each file's own hash by path, so that a change can be named. */
  files: Record<string, string>;
  capabilities: Capabilities;
}

/** Why a folder cannot be pinned: what is in it could change without the hash. */
export interface Unpinnable {
  ok: false;
  message: string;
}

const FORM = 'coda skill 1\n';
/** Names that differ from what is on the disk, and content that was not seen, can be in no hash. */
const UNSEEN = new Set(['world_writable', 'too_deep', 'unreadable', 'changed', 'not_found']);

/**
 * Pins the skill in the folder `root`. The same files give the same hash wherever they lie and in whichever order the
 * system lists them; times and owners are not in it. A repository's records (`.git`) are no files of the skill, which
 * is why they are neither listed nor read nor carried anywhere.
 */
export async function pinSkill(root: string, declared: Declared, signal?: AbortSignal): Promise<Pin | Unpinnable> {
  const listing = await listInside(root, signal === undefined ? {} : { signal });
  const problem = unseen(listing);
  if (problem !== undefined) return { ok: false, message: problem };
  const files: Record<string, string> = Object.create(null);
  const whole = createHash('sha256').update(FORM);
  const entries = [...listing.files, ...listing.refused].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const entry of entries) {
    signal?.throwIfAborted();
    const hash = await hashOf(root, entry);
    if (hash === undefined) return { ok: false, message: `${JSON.stringify(entry.path)} could not be read.` };
    files[entry.path] = hash.slice(0, 16);
    whole.update(`${JSON.stringify([entry.path, entry.kind, 'executable' in entry && entry.executable, hash])}\n`);
  }
  const capabilities = await capabilitiesOf(root, listing.files, declared);
  return { ok: true, hash: whole.digest('hex'), files, capabilities };
}

function unseen({ cut, refused }: Listing): string | undefined {
  return cut?.message ?? refused.find(({ code, path }) => UNSEEN.has(code) || path.includes('\ufffd'))?.message;
}

/** Of a file's content; of anything else, what it is and what it leads to. Undefined when it cannot be read. */
async function hashOf(root: string, entry: FileEntry | RefusedEntry): Promise<string | undefined> {
  const hash = createHash('sha256');
  if (entry.kind !== 'file') return hash.update(('target' in entry && entry.target) || '').digest('hex');
  const opened = await openInside(root, entry.path);
  if (!opened.ok) return undefined;
  try {
    for await (const chunk of chunksOf(opened)) hash.update(chunk);
  } finally {
    await opened.handle.close();
  }
  return hash.digest('hex');
}
