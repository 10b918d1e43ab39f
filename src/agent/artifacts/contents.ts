import type { FileRef } from '../../delivery/index.ts';
import type { PutFile } from '../../sandbox/index.ts';
import type { Artifacts } from '../../storage/index.ts';

/** Bytes of all files together. */
const MOST_IN = 48 * 1024 * 1024;

/** Contents of stored files for a sandbox; files that do not fit together are left out. */
export async function contentsOf(artifacts: Artifacts, files: readonly FileRef[]): Promise<PutFile[]> {
  const put: PutFile[] = [];
  const names = new Set<string>();
  let room = MOST_IN;
  for (const { name, hash, size } of files) {
    room -= size;
    if (room < 0) break;
    const chunks: Buffer[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Buffer);
    put.push({ path: freeName(name, names), content: Buffer.concat(chunks) });
  }
  return put;
}

/** A plain file name that none of `taken` is. */
function freeName(name: string, taken: Set<string>): string {
  const plain =
    name
      .replace(/[\p{Cc}/\\]/gu, '_')
      .slice(-120)
      .replace(/^\.+$/, '_') || 'file';
  let free = plain;
  for (let more = 2; taken.has(free); more++) free = `${more}-${plain}`;
  taken.add(free);
  return free;
}
