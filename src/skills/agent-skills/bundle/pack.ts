import { rename, rm, writeFile } from 'node:fs/promises';
import { CodaError, messageOf } from '../../../base/errors.ts';
import { shortId } from '../../../base/ids.ts';
import type { SkillContent } from './content.ts';
import { type PackedFile, writeZip } from './write-zip.ts';

/**
 * Writes the skill as a bundle to `file`, in one step, and returns its size in bytes. The same files give the same
 * bundle. Everything lies in one folder of the skill's `name`, as the standard's own packager lays it out.
 */
export async function packSkill(content: SkillContent, name: string, file: string): Promise<number> {
  const files: PackedFile[] = [];
  for (const { path, executable, chunks } of content.files) {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks()) pieces.push(Uint8Array.from(chunk));
    files.push({ path: `${name}/${path}`, executable, content: Buffer.concat(pieces) });
  }
  const archive = await writeZip(files);
  const stage = `${file}.${shortId(8)}`;
  try {
    await writeFile(stage, archive, { flag: 'wx' });
    await rename(stage, file);
  } catch (error) {
    await rm(stage, { force: true }).catch(() => {}); // what matters is why it could not be written
    throw new CodaError('DATA_UNWRITABLE', {
      message: `${file} could not be written: ${messageOf(error)}`,
      remedy: 'Name another place with --out.',
      cause: error,
    });
  }
  return archive.length;
}
