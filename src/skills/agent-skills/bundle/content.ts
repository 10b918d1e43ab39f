/** What is to be installed, from a bundle or from a folder. */

import { basename, extname } from 'node:path';
import { CodaError } from '../../../base/errors.ts';
import { chunksOf, type FileEntry, type Listing, listInside, openInside } from '../files/index.ts';
import { BUNDLE_LIMITS, type BundleLimits, checkEntries } from './check.ts';
import { refuseBundle } from './refusal.ts';
import { readZip } from './zip.ts';

export interface SkillContent {
  /** The folder's name: it is the skill's when its SKILL.md has none. */
  folder: string;
  files: ContentFile[];
}

export interface ContentFile {
  path: string;
  executable: boolean;
  chunks(): AsyncIterable<Uint8Array>;
}

/** The skill in a bundle that was read from `file`. Throws `SKILL_BUNDLE_REFUSED`; nothing is written. */
export function bundleContent(archive: Buffer, file: string, limits: BundleLimits = BUNDLE_LIMITS): SkillContent {
  if (archive.length > limits.archiveBytes) throw refuseBundle(`is larger than ${limits.archiveBytes} bytes`);
  const { files, folder } = checkEntries(readZip(archive), limits);
  return {
    folder: folder ?? basename(file, extname(file)),
    files: files.map(({ path, executable, content }) => ({
      path,
      executable,
      async *chunks() {
        yield await content();
      },
    })),
  };
}

/**
 * The skill in a folder, without what its `.gitignore` names; links become what they lead to. Throws `SKILL_REFUSED`
 * when it holds anything that cannot be carried elsewhere, such as a link out of it.
 */
export async function folderContent(folder: string): Promise<SkillContent> {
  const listing = await listInside(folder, { gitignore: true });
  const problem = listing.refused[0]?.message ?? listing.cut?.message;
  if (problem !== undefined) throw refuseFolder(folder, problem);
  if (!listing.files.some(({ path }) => path.toLowerCase() === 'skill.md')) {
    throw refuseFolder(folder, 'there is no SKILL.md in it.');
  }
  return { folder: basename(folder), files: withoutFolderLinks(listing).map((entry) => fileOf(folder, entry)) };
}

/** A link to a folder is left out: what it leads to is carried where it stands. */
function withoutFolderLinks({ files }: Listing): FileEntry[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.filter(({ target }) => target === undefined || paths.has(target));
}

function fileOf(folder: string, { path, executable }: FileEntry): ContentFile {
  return {
    path,
    executable,
    async *chunks() {
      const opened = await openInside(folder, path);
      if (!opened.ok) throw refuseFolder(folder, opened.message);
      try {
        yield* chunksOf(opened);
      } finally {
        await opened.handle.close();
      }
    },
  };
}

function refuseFolder(folder: string, problem: string): CodaError {
  return new CodaError('SKILL_REFUSED', {
    message: `The skill in ${folder} cannot be carried elsewhere: ${problem}`,
    remedy: 'Mend or remove that, then try again. Nothing was written.',
  });
}
