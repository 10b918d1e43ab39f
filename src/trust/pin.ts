import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { OpenFile } from '../base/folders/folder.ts';
import { type FileEntry, type Listing, listInside, type RefusedEntry } from '../base/folders/list.ts';
import { chunksOf, openInside } from '../base/folders/read.ts';
import { formOf, listOf, plural } from '../base/text.ts';

export interface Pin {
  ok: true;
  /** SHA-256 in hex over every file of the folder: path, run bit, content; of a link what it leads to. */
  hash: string;
  /** The first 16 hex digits of each file's own hash by path, so that a change can be named. */
  files: Record<string, string>;
  /** The small texts among them, so that a change can be shown: at most 128 kB of files of at most 32 kB. */
  texts: Record<string, string>;
  capabilities: Capabilities;
}

/** Why a folder cannot be pinned: what is in it could change without the hash. */
export interface Unpinnable {
  ok: false;
  message: string;
  /** The check took too long, which says nothing about what is in it: another try may go well. */
  isPassing?: true;
}

const FORM = 'coda skill 1\n';
const [MAX_TEXT_BYTES, MAX_TEXTS_BYTES] = [32_000, 128_000];
const UNSEEN = new Set(['world_writable', 'too_deep', 'unreadable', 'changed', 'not_found']);

/**
 * Pins the folder `root`. The same files give the same hash wherever they lie and in whichever order the
 * system lists them; times and owners are not in it. A repository's records (`.git`) are no files of the skill, which
 * is why they are neither listed nor read nor carried anywhere.
 */
export async function pinFolder(
  root: string,
  declared: DeclaredTools,
  signal?: AbortSignal,
): Promise<Pin | Unpinnable> {
  const list = () => listInside(root, signal === undefined ? {} : { signal });
  const first = await list();
  const listing = first.cut?.limit === 'ms' ? await list() : first;
  if (listing.cut?.limit === 'ms') return { ok: false, message: listing.cut.message, isPassing: true };
  const problem = unseen(listing);
  if (problem !== undefined) return { ok: false, message: problem };
  const files: Record<string, string> = Object.create(null);
  const texts: Record<string, string> = Object.create(null);
  let room = MAX_TEXTS_BYTES;
  const whole = createHash('sha256').update(FORM);
  const entries = [...listing.files, ...listing.refused].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const entry of entries) {
    signal?.throwIfAborted();
    const read = await hashOf(root, entry);
    if (read === undefined) return { ok: false, message: `${JSON.stringify(entry.path)} could not be read.` };
    const { hash, start } = read;
    if (start.length <= Math.min(MAX_TEXT_BYTES, room) && isText(start)) {
      texts[entry.path] = start.toString('utf8');
      room -= start.length;
    }
    files[entry.path] = hash.slice(0, 16);
    whole.update(`${JSON.stringify([entry.path, entry.kind, 'executable' in entry && entry.executable, hash])}\n`);
  }
  const capabilities = await capabilitiesOf(root, listing.files, declared);
  return { ok: true, hash: whole.digest('hex'), files, texts, capabilities };
}

export async function pinReport(
  root: string,
  declared: DeclaredTools,
): Promise<{ hash: string | null; may: string[] }> {
  const pin = await pinFolder(root, declared);
  return pin.ok ? { hash: pin.hash, may: describeChange(undefined, pin) } : { hash: null, may: [pin.message] };
}

function unseen({ cut, refused }: Listing): string | undefined {
  return cut?.message ?? refused.find(({ code, path }) => UNSEEN.has(code) || path.includes('\ufffd'))?.message;
}

/** The hash of a file or a link, and its beginning: all of it, unless it is larger than a text that is kept. */
async function hashOf(
  root: string,
  entry: FileEntry | RefusedEntry,
): Promise<{ hash: string; start: Buffer } | undefined> {
  const hash = createHash('sha256');
  if (entry.kind !== 'file') {
    const target = ('target' in entry && entry.target) || '';
    return { hash: hash.update(target).digest('hex'), start: Buffer.alloc(0) };
  }
  const opened = await openInside(root, entry.path);
  if (!opened.ok) return undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(opened)) {
      hash.update(chunk);
      if (bytes <= MAX_TEXT_BYTES) pieces.push(Buffer.from(chunk));
      bytes += chunk.length;
    }
  } finally {
    await opened.handle.close();
  }
  return { hash: hash.digest('hex'), start: Buffer.concat(pieces) };
}

/** PostgreSQL keeps no zero byte in a text. */
const isText = (bytes: Buffer): boolean => bytes.length > 0 && !bytes.includes(0) && isUtf8(bytes);

export interface DeclaredTools {
  tools?: readonly string[];
  forbiddenTools?: readonly string[];
  /** There is a list of tools that it gives up, and nobody can read it. */
  forbiddenToolsUnreadable?: boolean;
  secrets?: readonly string[];
  /** Packages that it wants to be there, `pip:` or `system:` before each. */
  packages?: readonly string[];
  image?: string | undefined;
  /** The model it runs on as an agent of its own; undefined where it is none. */
  agent?: string | undefined;
}

/** Capabilities of a folder, as stored with the pin: plain data, every list sorted. */
export interface Capabilities {
  scripts: string[];
  tools: string[];
  forbiddenTools: string[];
  secrets: string[];
  packages: string[];
  /** Hosts and network programs that its scripts name. Hints: what is put together at run time is not seen. */
  network: string[];
  image: string | undefined;
  agent: string | undefined;
}

const SCRIPT_NAME =
  /\.(?:sh|bash|zsh|fish|py|js|mjs|cjs|ts|mts|cts|rb|pl|php|lua|r|jl|ps1|psm1|bat|cmd|exe|jar|wasm|so|dylib|dll)$/i;
const IN_SCRIPTS = /^scripts\/[^/.]+$/;
/** Read for hints; a script has more only when it carries data. */
const MAX_SCRIPT_BYTES = 512 * 1024;

const HOST = /\b(?:https?|wss?|ftp):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+){0,8})/gi;
const PROGRAM = /\b(?:curl|wget|nc|ncat|netcat|socat|ssh|scp|sftp|rsync|telnet|dig|nslookup)\b(?=\s+\S)/g;
const LIBRARY =
  /\b(?:requests|urllib|urllib3|httpx|aiohttp|http\.client|socket|paramiko|smtplib|ftplib|websockets?|axios|node-fetch|undici|XMLHttpRequest|fetch(?=\()|Invoke-WebRequest|Invoke-RestMethod|Net::HTTP|LWP::UserAgent)\b/g;

export function isScript({ path, executable }: Pick<FileEntry, 'path' | 'executable'>): boolean {
  return executable || SCRIPT_NAME.test(path) || IN_SCRIPTS.test(path);
}

async function capabilitiesOf(
  root: string,
  files: readonly FileEntry[],
  declared: DeclaredTools,
): Promise<Capabilities> {
  const scripts = files.filter((file) => file.kind === 'file' && isScript(file));
  const network = new Set<string>();
  for (const { path } of scripts) for (const hint of await networkHints(root, path)) network.add(hint);
  return {
    scripts: scripts.map(({ path }) => path).sort(),
    tools: sortNames(declared.tools),
    forbiddenTools: sortNames(declared.forbiddenTools),
    secrets: sortNames(declared.secrets),
    packages: sortNames(declared.packages),
    network: [...network].sort(),
    image: declared.image,
    agent: declared.agent,
  };
}

const sortNames = (names: readonly string[] = []) => [...new Set(names)].sort();

async function networkHints(root: string, path: string): Promise<string[]> {
  const opened = await openInside(root, path);
  if (!opened.ok) return [];
  const text = await beginningOf(opened);
  const hosts = Array.from(text.matchAll(HOST), ([, host = '']) => host.toLowerCase());
  const programs = [...text.matchAll(PROGRAM), ...text.matchAll(LIBRARY)].map(([name]) => name);
  return [...hosts, ...programs];
}

async function beginningOf(opened: OpenFile): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(opened)) {
      pieces.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= MAX_SCRIPT_BYTES) break;
    }
  } finally {
    await opened.handle.close();
  }
  return Buffer.concat(pieces).toString('utf8');
}

export type PinnedFolder = Pick<Pin, 'hash' | 'files' | 'capabilities'>;

const NAMED = 5;

/**
 * Sentences without a full stop, what it may newly do first and the files last: `2 new scripts: scripts/a.py and
 * scripts/b.py`, `asks for the secret API_KEY now`. Without `before` all that it may do. Empty when the pins are alike.
 */
export function describeChange(before: PinnedFolder | undefined, now: PinnedFolder): string[] {
  if (before?.hash === now.hash) return [];
  const then = before?.capabilities;
  return [...gainsOf(then, now.capabilities), ...lossesOf(then, now.capabilities), ...changedFiles(before, now)];
}

type ListField = Exclude<keyof Capabilities, 'image' | 'agent' | 'forbiddenTools'>;

const TOLD: Readonly<Record<ListField, { gained(names: string[], is: string): string; noun?: string }>> = {
  scripts: {
    gained: (names, is) => `${plural(names.length, is === '' ? 'script' : 'new script')}: ${shortList(names)}`,
    noun: 'script',
  },
  network: { gained: (names, is) => `its scripts name ${shortList(names)}${is} (network)` },
  secrets: {
    gained: (names, is) => `asks for the ${nounFor(names, 'secret')} ${shortList(names)}${is}`,
    noun: 'secret',
  },
  tools: { gained: (names, is) => `asks for the ${nounFor(names, 'tool')} ${shortList(names)}${is}`, noun: 'tool' },
  packages: { gained: (names, is) => `needs ${shortList(names)}${is}`, noun: 'package' },
};
const FIELDS = Object.keys(TOLD) as ListField[];

function gainsOf(then: Capabilities | undefined, now: Capabilities): string[] {
  const is = then === undefined ? '' : ' now';
  const freed = then ? namesWithout(then.forbiddenTools, now.forbiddenTools) : [];
  return [
    ...FIELDS.flatMap((field) => {
      const names = namesWithout(now[field], then?.[field] ?? []);
      return names.length === 0 ? [] : [TOLD[field].gained(names, is)];
    }),
    ...(now.image !== then?.image && now.image !== undefined ? [`runs in the image ${now.image}${is}`] : []),
    ...(now.agent !== then?.agent && now.agent !== undefined ? [`runs as an agent of its own${is}`] : []),
    ...(freed.length > 0 ? [`no longer gives up ${shortList(freed)}`] : []),
  ];
}

function lossesOf(then: Capabilities | undefined, now: Capabilities): string[] {
  return FIELDS.flatMap((field) => {
    const { noun } = TOLD[field];
    const names = namesWithout(then?.[field] ?? [], now[field]);
    return noun === undefined || names.length === 0 ? [] : [`${plural(names.length, noun)} less: ${shortList(names)}`];
  });
}

function changedFiles(before: PinnedFolder | undefined, now: PinnedFolder): string[] {
  if (before === undefined) return [`${plural(Object.keys(now.files).length, 'file')} in all`];
  const [then, current] = [Object.keys(before.files), Object.keys(now.files)];
  const groups = {
    changed: current.filter((path) => before.files[path] && before.files[path] !== now.files[path]),
    added: namesWithout(current, then),
    removed: namesWithout(then, current),
  };
  const lines = Object.entries(groups).flatMap(([word, paths]) =>
    paths.length === 0 ? [] : [`${plural(paths.length, 'file')} ${word}: ${shortList(paths)}`],
  );
  return lines.length > 0 ? lines : ['a run bit changed'];
}

function namesWithout(names: readonly string[], others: readonly string[]): string[] {
  const otherNames = new Set(others);
  return names.filter((name) => !otherNames.has(name));
}

function shortList(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return listOf(rest > 0 ? [...names.slice(0, NAMED), `${rest} more`] : names);
}

const nounFor = (names: readonly unknown[], noun: string) => formOf(names.length, noun);
