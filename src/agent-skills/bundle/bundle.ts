import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { CodaError, messageOf } from '../../base/errors.ts';
import { pathProblem } from '../../base/folders/folder.ts';
import { type FileEntry, type Listing, listInside } from '../../base/folders/list.ts';
import { chunksOf, openInside } from '../../base/folders/read.ts';
import { shortId } from '../../base/ids.ts';
import { plural } from '../../base/text.ts';
import { readZip, refuseBundle, type ZipEntry } from './zip.ts';

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
  if (archive.length > limits.archiveBytes) throw refuseBundle(`is larger than ${plural(limits.archiveBytes, 'byte')}`);
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

/** Leaves out links to folders: their targets are packed where they are. */
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

export interface BundleLimits {
  archiveBytes: number;
  bytes: number;
  entries: number;
  depth: number;
  /** Unpacked to packed, where more than a megabyte is unpacked. */
  ratio: number;
}

const MIB = 1024 * 1024;

/** Text compresses to a tenth, a table of zeros to a thousandth. */
export const BUNDLE_LIMITS: BundleLimits = {
  archiveBytes: 32 * MIB,
  bytes: 64 * MIB,
  entries: 2_000,
  depth: 12,
  ratio: 200,
};

const RATIO_FROM_BYTES = MIB;

const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

const MAC_EXTRAS = /^__MACOSX\/|(?:^|\/)\.DS_Store$|(?:^|\/)\._[^/]*$/;

/**
 * The files to be written, their paths from the skill's folder on, and that folder's name if the archive has one.
 * Throws `SKILL_BUNDLE_REFUSED`: a name that leads out or means another file on another system, names that fall
 * together where case does not count, a file that is a folder too, or more than `limits` allows by the headers (what
 * really comes out is counted when it is unpacked).
 */
function checkEntries(rawEntries: ZipEntry[], limits: BundleLimits): { files: ZipEntry[]; folder: string | undefined } {
  const entries = withPlainNames(rawEntries);
  if (entries.length > limits.entries)
    throw refuseBundle(`has more than ${plural(limits.entries, 'entry', 'entries')}`);
  checkSizes(entries, limits);
  const tree = new Tree();
  for (const { path, isFolder } of entries) {
    const name = isFolder ? path.slice(0, -1) : path;
    const problem = pathProblem(name);
    if (problem !== undefined) throw refuseBundle(`has a name that is not safe (${problem})`, path);
    const parts = name.split('/');
    if (parts.length - 1 > limits.depth) throw refuseBundle(`has folders more than ${limits.depth} deep`, path);
    if (parts.some((part) => WINDOWS_DEVICE.test(part)))
      throw refuseBundle('has a name that is a device on Windows', path);
    tree.add(parts, isFolder);
  }
  const files = entries.filter(({ path, isFolder }) => !isFolder && !MAC_EXTRAS.test(path));
  const folder = folderOf(files);
  if (folder === undefined) return { files, folder };
  const inside = files.filter(({ path }) => path.startsWith(`${folder}/`));
  return { files: inside.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) })), folder };
}

/**
 * Names without `./` in front, and with the slashes that the format asks for where an archive has backslashes throughout,
 * as some programs of Windows write them. Beside slashes a backslash is a character, and refused.
 */
function withPlainNames(entries: readonly ZipEntry[]): ZipEntry[] {
  const isBackslashed = !entries.some(({ path }) => path.includes('/'));
  return entries.flatMap((entry) => {
    const slashed = isBackslashed ? entry.path.replaceAll('\\', '/') : entry.path;
    const path = slashed.replace(/^(?:\.\/)+/, '');
    const isFolder = entry.isFolder || (path.endsWith('/') && entry.bytes === 0);
    return path === '' && isFolder ? [] : [{ ...entry, path, isFolder: path !== '' && isFolder }];
  });
}

function checkSizes(entries: readonly ZipEntry[], limits: BundleLimits): void {
  let bytes = 0;
  let packedBytes = 0;
  for (const entry of entries) {
    bytes += entry.bytes;
    packedBytes += entry.packedBytes;
  }
  if (bytes > limits.bytes) throw refuseBundle(`unpacks to more than ${plural(limits.bytes, 'byte')}`);
  if (bytes > RATIO_FROM_BYTES && bytes > packedBytes * limits.ratio) {
    throw refuseBundle(`unpacks to more than ${plural(limits.ratio, 'time')} its size`);
  }
}

class Tree {
  private readonly seen = new Map<string, { exact: string; isFolder: boolean; listed: boolean }>();

  add(parts: readonly string[], isFolder: boolean): void {
    for (let depth = 1; depth < parts.length; depth++) this.note(parts.slice(0, depth).join('/'), true, false);
    this.note(parts.join('/'), isFolder, true);
  }

  private note(exact: string, isFolder: boolean, listed: boolean): void {
    const key = exact.normalize('NFKC').toLowerCase();
    const other = this.seen.get(key);
    if (!other) {
      this.seen.set(key, { exact, isFolder, listed });
      return;
    }
    if (other.exact !== exact) throw refuseBundle('has two names that differ only in case', exact);
    if (other.isFolder !== isFolder) throw refuseBundle('has a file and a folder of one name', exact);
    if (listed && other.listed) throw refuseBundle('has one name twice', exact);
    other.listed ||= listed;
  }
}

/** The one folder that the skill lies in, beside which files may lie (a README); undefined when SKILL.md lies at the top. */
function folderOf(files: readonly ZipEntry[]): string | undefined {
  const isSkill = (path: string) => path.toLowerCase() === 'skill.md';
  if (files.some(({ path }) => isSkill(path))) return undefined;
  const folders = new Set(files.flatMap(({ path }) => (path.includes('/') ? [path.slice(0, path.indexOf('/'))] : [])));
  const [folder = ''] = folders;
  const inFolder = files.some(({ path }) => isSkill(path.slice(folder.length + 1)));
  if (folders.size === 1 && folder !== '' && inFolder) return folder;
  throw refuseBundle('has no SKILL.md, neither at its top nor in its only folder');
}

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

type PackedFile = Pick<ContentFile, 'path' | 'executable'> & { content: Buffer };

/** Date of all entries: the first moment that the format knows. */
const FIRST_OF_JANUARY_1980 = 0x0021_0000;
const VERSION = 20;
const MADE_ON_UNIX = 3 << 8;
const UTF8_NAMES = 0x0800;
const deflate = promisify<Buffer, { level: number }, Buffer>(deflateRaw);

/** Paths as they are given, in the order of their characters' codes. Throws when it would need ZIP64. */
async function writeZip(files: readonly PackedFile[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const deflated = await deflate(file.content, { level: constants.Z_BEST_COMPRESSION });
    const isSmaller = deflated.length < file.content.length;
    const data = isSmaller ? deflated : file.content;
    const name = Buffer.from(file.path);
    const common = commonFields(file.content, data, name, isSmaller);
    const local = Buffer.concat([uint32(0x04034b50), common, name, data]);
    const mode = file.executable ? 0o100755 : 0o100644;
    const central = [uint32(0x02014b50), uint16(MADE_ON_UNIX | VERSION), common];
    // Comment, disk and internal attributes are zero; the mode is the upper half of the external ones.
    directory.push(Buffer.concat([...central, Buffer.alloc(6), uint32(mode * 0x1_0000), uint32(offset), name]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const counts = [uint16(directory.length), uint16(directory.length)];
  const end = [uint32(0x06054b50), uint32(0), ...counts, uint32(listed.length), uint32(offset), uint16(0)];
  return Buffer.concat([...parts, listed, ...end]);
}

function commonFields(content: Buffer, data: Buffer, name: Buffer, isDeflated: boolean): Buffer {
  const sizes = [uint32(crc32(content)), uint32(data.length), uint32(content.length)];
  const head = [uint16(VERSION), uint16(UTF8_NAMES), uint16(isDeflated ? 8 : 0), uint32(FIRST_OF_JANUARY_1980)];
  return Buffer.concat([...head, ...sizes, uint16(name.length), uint16(0)]);
}

const uint16 = (value: number) => little(2, value);
const uint32 = (value: number) => little(4, value);

function little(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
