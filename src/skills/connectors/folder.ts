/** The connectors in `connectors/` of some folders, as their files are now. */
import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCode } from '../../base/errors.ts';
import { isWorldWritable } from '../../base/folders/folder.ts';
import { decodeText } from '../../base/text.ts';
import { CONNECTOR_NAME, type Connector, hashOf, parseConnector } from './definition.ts';
import { texts } from './texts.ts';

const FOLDER = 'connectors';
const ENDING = /\.ya?ml$/;
const MOST_BYTES = 65_536;
const MOST_FILES = 200;

export interface BrokenFile {
  file: string;
  why: string;
}

export interface FoundConnectors {
  /** By name; of two with one name the one in the later folder. */
  connectors: ReadonlyMap<string, Connector>;
  broken: readonly BrokenFile[];
}

export const fileOf = (root: string, name: string): string => join(root, FOLDER, `${name}.yaml`);

/** Reads files again when their size or time of change is another one. */
export class ConnectorFolders {
  private readonly roots: () => readonly string[];
  private last: { stamp: string; found: FoundConnectors } | undefined;
  private isFresh = false;

  /** `roots`: absolute, in rising priority; none of them has to be there. */
  constructor(roots: () => readonly string[]) {
    this.roots = roots;
  }

  /**
   * The same value as long as no file has changed. A message asks several times at once: the files are looked at once a
   * turn of the event loop.
   */
  read(): FoundConnectors {
    if (this.last && this.isFresh) return this.last.found;
    this.isFresh = true;
    setImmediate(() => {
      this.isFresh = false;
    });
    const files = this.roots().flatMap((root) => filesIn(root));
    const stamp = files.map(({ file, stats }) => `${file} ${stats?.mtimeMs} ${stats?.size} ${stats?.mode}`).join('\n');
    if (this.last?.stamp !== stamp) this.last = { stamp, found: readAll(files) };
    return this.last.found;
  }
}

interface ListedFile {
  root: string;
  file: string;
  name: string;
  stats: Stats | undefined;
}

function filesIn(root: string): ListedFile[] {
  const folder = join(root, FOLDER);
  return namesIn(folder)
    .filter((each) => ENDING.test(each))
    .sort()
    .slice(0, MOST_FILES)
    .map((each) => {
      const file = join(folder, each);
      return { root, file, name: each.replace(ENDING, ''), stats: statSync(file, { throwIfNoEntry: false }) };
    });
}

function namesIn(folder: string): string[] {
  // Most are not there, and an error takes ten times as long.
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

function readAll(files: readonly ListedFile[]): FoundConnectors {
  const connectors = new Map<string, Connector>();
  const brokenFiles: BrokenFile[] = [];
  for (const listed of files) {
    const read = readOne(listed);
    if (typeof read === 'string') brokenFiles.push({ file: listed.file, why: read });
    else connectors.set(listed.name, read);
  }
  return { connectors, broken: brokenFiles };
}

function readOne({ root, file, name, stats }: ListedFile): Connector | string {
  if (!CONNECTOR_NAME.test(name)) return texts.badName;
  if (!stats?.isFile()) return texts.noFile;
  if (stats.size > MOST_BYTES) return texts.tooLarge(MOST_BYTES);
  // Whoever may write it could have the secrets sent elsewhere.
  if (isWorldWritable(stats)) return texts.worldWritable;
  try {
    const text = decodeText(readFileSync(file));
    const definition = parseConnector(text);
    return typeof definition === 'string' ? definition : { ...definition, name, root, hash: hashOf(text) };
  } catch (error) {
    return messageOf(error);
  }
}
