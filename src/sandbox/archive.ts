/** Files into and out of a container, as tar streams that never stand in memory as a whole. */

import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { youngCollector } from '../base/heap.ts';
import { readTar } from '../base/tar.ts';
import { plural } from '../base/text.ts';
import { failure, type SandboxFailure } from './failure.ts';
import type { CollectedFiles, CollectLimits, OutputFile, PutFile } from './port.ts';

const MOST = { files: 2_000, bytes: 64 * 1024 * 1024 };
const LONGEST_PATH = 1_024;
const LONGEST_NAME = 200;
const LEFT_OUT_SHOWN = 20;
/** Entries that are looked at, whatever they are: a folder of nothing but links ends too. */
const MOST_ENTRIES = 20_000;
const RELIEVED_BYTES = 4 * 1024 * 1024;

/**
 * An archive of `files` that belong to user `owner`. Each folder on the way is an entry of its own: so a link that code
 * has put in its place is replaced, and not followed.
 */
export function pack(files: readonly PutFile[], owner: number, most = MOST): Readable | SandboxFailure {
  const problem = problemOf(files, most);
  if (problem) return failure('SANDBOX_INPUT', problem);
  const archive = tar.pack();
  const ids = { uid: owner, gid: owner };
  const madeFolders = new Set<string>();
  for (const { path, content, executable = false } of files) {
    const names = path.split('/');
    for (let depth = 1; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join('/');
      if (madeFolders.has(folder)) continue;
      madeFolders.add(folder);
      archive.entry({ name: `${folder}/`, type: 'directory', mode: 0o755, ...ids });
    }
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, ...ids }, Buffer.from(content));
  }
  archive.finalize();
  return archive;
}

function problemOf(files: readonly PutFile[], most: typeof MOST): string | undefined {
  if (files.length > most.files) return `There are ${plural(files.length, 'file')}; ${most.files} at once are taken.`;
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > most.bytes) return `The files have ${plural(bytes, 'byte')}; ${most.bytes} at once are taken.`;
  const wrong = files.find(({ path }) => !isPlain(path));
  if (wrong) return `A file cannot be called ${JSON.stringify(wrong.path.slice(0, 100))}.`;
  const paths = new Set(files.map(({ path }) => path));
  const under = files.find(({ path }) =>
    path.split('/').some((_, depth, names) => depth > 0 && paths.has(names.slice(0, depth).join('/'))),
  );
  return under && `${JSON.stringify(under.path.slice(0, 100))} stands below another file.`;
}

const isPlain = (path: string) =>
  path.length <= LONGEST_PATH &&
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255) &&
  !/[\p{Cc}\\]/u.test(path);

export async function unpack(
  archive: Readable,
  take: (file: OutputFile) => Promise<void>,
  limits: CollectLimits,
): Promise<CollectedFiles> {
  const result: CollectedFiles = { ok: true, files: 0, bytes: 0, leftOut: [], leftOutCount: 0 };
  const names = new Names();
  let entries = 0;
  let passedOver = 0;
  const leaveOut = (name: string, why: CollectedFiles['leftOut'][number]['why']) => {
    result.leftOutCount++;
    if (result.leftOut.length < LEFT_OUT_SHOWN) result.leftOut.push({ name: cleanPath(name), path: name, why });
  };
  for await (const { name: path, type, size, content } of readTar(relieveBuffers(archive))) {
    // The archive of a folder has that folder's name before all others.
    const name = path.slice(path.indexOf('/') + 1);
    if (++entries > MOST_ENTRIES || (type === 'file' && result.files >= limits.files)) {
      leaveOut(name, 'too_many');
      break;
    }
    if (type === 'directory') continue;
    if (type !== 'file') {
      leaveOut(name, 'not_a_file');
    } else if (result.bytes + size > limits.bytes) {
      leaveOut(name, 'too_large');
      // A skipped entry is read all the same: sparse files come in full.
      passedOver += size;
      if (passedOver > limits.bytes) break;
    } else {
      result.files++;
      result.bytes += size;
      await take({ name: names.take(name), path: name, size, content });
    }
  }
  return result;
}

/** Its bytes; buffers that have passed are collected now and then, so that a large file costs no more than a few of them. */
async function* relieveBuffers(archive: Readable): AsyncGenerator<Uint8Array> {
  let collect: (() => void) | undefined;
  let passed = 0;
  for await (const chunk of archive) {
    yield chunk;
    passed += chunk.length;
    if (passed < RELIEVED_BYTES) continue;
    passed = 0;
    collect ??= youngCollector();
    collect();
  }
}

class Names {
  private readonly taken = new Set<string>();

  take(path: string): string {
    const cleaned = cleanPath(path);
    const dot = cleaned.lastIndexOf('.');
    const [stem, ending] =
      dot > cleaned.lastIndexOf('/') + 1 ? [cleaned.slice(0, dot), cleaned.slice(dot)] : [cleaned, ''];
    let name = cleaned;
    for (let count = 2; this.taken.has(name.toLowerCase()); count++) name = `${stem} (${count})${ending}`;
    this.taken.add(name.toLowerCase());
    return name;
  }
}

/** A path of harmless names: nothing that leads elsewhere, that a screen hides or turns round, or that a shell reads. */
export function cleanPath(path: string): string {
  const names = path
    .normalize('NFC')
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map(cleanName);
  return names.slice(-8).join('/') || 'file';
}

function cleanName(name: string): string {
  const cleaned = name
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFD<>:"|?*\\`$;&]/gu, '_')
    .replace(/^[\s.~-]+|(?<![\s.])[\s.]+$/g, (edge) => '_'.repeat(edge.length));
  return [...cleaned].reduce(
    (prefix, char) => (Buffer.byteLength(prefix + char) <= LONGEST_NAME ? prefix + char : prefix),
    '',
  );
}
