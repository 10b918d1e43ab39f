/** The specialists of this process: a snapshot that every rescan replaces, as a whole. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '../../base/errors.ts';
import { expandHome } from '../../base/folders/home.ts';
import type { FolderTrust } from '../../chat/index.ts';
import type { Override } from './config.ts';
import { readFolder, type Written } from './read.ts';
import {
  type Diagnostic,
  judged,
  LIMITS,
  NAME,
  RESERVED,
  type Snapshot,
  type Specialist,
  type SpecialistReport,
} from './specialist.ts';

export interface CatalogOptions {
  /** The folder that ships with coda. */
  shipped: string;
  /** From the configuration, in rising priority. `~` is `home`; what is relative starts from `cwd`. */
  dirs: readonly string[];
  home: string;
  cwd: string;
  overrides: Readonly<Record<string, Override>>;
  trust: FolderTrust;
}

/** A folder that is looked into on purpose when nobody has configured any; it may be missing. */
const DEFAULT_DIR = '~/.coda/agents';
const EMPTY: Snapshot = Object.freeze({ specialists: new Map(), diagnostics: [] });

export class SpecialistCatalog {
  private readonly options: CatalogOptions;
  private snapshot = EMPTY;
  private running: Promise<SpecialistReport> | undefined;

  constructor(options: CatalogOptions) {
    this.options = options;
  }

  /** Empty until the first rescan has ended. */
  current(): Snapshot {
    return this.snapshot;
  }

  /** Reads all folders. One that begins while another runs sees what changed behind it. */
  async rescan(): Promise<SpecialistReport> {
    const before = this.running?.catch(() => {});
    const next = (async () => {
      await before;
      return this.scan();
    })();
    this.running = next;
    return next;
  }

  private async scan(): Promise<SpecialistReport> {
    const found = new Map<string, Specialist>();
    const diagnostics: Diagnostic[] = [];
    const disabled = new Set<string>();
    for (const source of this.sources()) {
      const folders = await foldersIn(source, diagnostics);
      const all = await Promise.all(folders.map((directory) => this.look(directory, source.ships)));
      for (const { read, wrong } of all) {
        diagnostics.push(...wrong);
        if (read === undefined) continue;
        if (read.isOn) disabled.delete(read.specialist.name);
        else disabled.add(read.specialist.name);
        found.set(read.specialist.name, read.specialist);
      }
    }
    const { overrides } = this.options;
    for (const name of Object.keys(overrides)) {
      if (found.has(name)) continue;
      diagnostics.push({ level: 'warning', where: `specialists.${name}`, message: 'There is no such specialist.' });
    }
    return this.swap(new Map([...found].filter(([name]) => !disabled.has(name)).sort(byName)), diagnostics);
  }

  /** What did not change stays the same value. */
  private swap(found: Map<string, Specialist>, diagnostics: readonly Diagnostic[]): SpecialistReport {
    const before = this.snapshot.specialists;
    const after = new Map(
      [...found].map(([name, now]) => {
        const was = before.get(name);
        return [name, was?.digest === now.digest ? was : now] as const;
      }),
    );
    this.snapshot = Object.freeze({ specialists: after, diagnostics });
    const names = [...after.keys()];
    return {
      added: names.filter((name) => !before.has(name)),
      changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
      removed: [...before.keys()].filter((name) => !after.has(name)),
      total: after.size,
      diagnostics,
    };
  }

  private sources(): Source[] {
    const { shipped, dirs, home, cwd } = this.options;
    return [
      { directory: shipped, ships: true, isExpected: true },
      ...dirs.map((named) => ({
        directory: expandHome(named, home, cwd),
        ships: false,
        isExpected: named !== DEFAULT_DIR,
      })),
    ];
  }

  private async look(directory: string, ships: boolean) {
    const wrong: Diagnostic[] = [];
    return { read: await this.read(directory, ships, wrong), wrong };
  }

  private async read(directory: string, ships: boolean, diagnostics: Diagnostic[]) {
    const name = directory.split(/[\\/]/).at(-1) ?? '';
    if (!NAME.test(name) || RESERVED.includes(name)) {
      const message = RESERVED.includes(name)
        ? `No specialist can be called ${name}.`
        : 'Its name may hold a-z, 0-9 and -, and begins with a letter.';
      diagnostics.push({ level: 'error', where: directory, message });
      return undefined;
    }
    const { written, diagnostics: wrong } = await readFolder(directory);
    diagnostics.push(...wrong);
    if (!written) return undefined;
    const override = Object.hasOwn(this.options.overrides, name) ? this.options.overrides[name] : undefined;
    const made = makeSpecialist({ name, directory, ships }, written, override);
    const pinned = ships ? made : await this.pinned(made, written, diagnostics);
    return pinned && { specialist: pinned, isOn: override?.enabled ?? written.settings.enabled };
  }

  /** With the pin of exactly what was read; undefined where it can have none. */
  private async pinned(made: Specialist, written: Written, diagnostics: Diagnostic[]): Promise<Specialist | undefined> {
    const pin = await this.options.trust.pin(judged(made));
    if (typeof pin === 'string') {
      diagnostics.push({ level: 'error', where: made.directory, message: pin });
      return undefined;
    }
    const other = [...written.hashes].find(([path, hash]) => pin.files[path] !== hash.slice(0, 16));
    if (other) {
      const message = 'It was changed while it was being read; /rescan-skills reads it again.';
      diagnostics.push({ level: 'error', where: join(made.directory, other[0]), message });
      return undefined;
    }
    return { ...made, pin, digest: `${made.digest} ${pin.hash}` };
  }
}

interface Source {
  directory: string;
  ships: boolean;
  /** Somebody named it, so that it is missed where it is not there. */
  isExpected: boolean;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The folders that may be specialists, in order of name. Neither hidden ones nor links are followed. */
async function foldersIn({ directory, isExpected }: Source, diagnostics: Diagnostic[]): Promise<string[]> {
  const warn = (where: string, message: string) => diagnostics.push({ level: 'warning', where, message });
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const shown = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of shown) {
      if (entry.isSymbolicLink()) warn(join(directory, entry.name), 'It is a symbolic link, which is not followed.');
    }
    const folders = shown.filter((entry) => entry.isDirectory());
    if (folders.length > LIMITS.folders)
      warn(directory, `It holds more than ${LIMITS.folders} folders; the others are not read.`);
    return folders.slice(0, LIMITS.folders).map(({ name }) => join(directory, name));
  } catch (error) {
    const isMissing = systemCode(error) === 'ENOENT';
    if (isMissing && !isExpected) return [];
    warn(directory, isMissing ? 'There is no such folder.' : `It cannot be read (${messageOf(error)}).`);
    return [];
  }
}

function makeSpecialist(
  { name, directory, ships }: Pick<Specialist, 'name' | 'directory' | 'ships'>,
  { soul, tools, references, settings, hashes }: Written,
  override: Override = {},
): Specialist {
  const { allowed_tools: allowed = tools, blocked_tools: blocked = [] } = override;
  const said = {
    ...{ name, directory, ships },
    description: settings.description,
    soul: override.system_prompt ?? soul,
    references,
    tools: allowed.filter((each) => !blocked.includes(each)),
    model: chosen(override.default_model, settings.default_model),
    provider: chosen(override.default_provider, settings.default_provider),
    tokenBudget: override.token_budget ?? settings.token_budget,
    maxToolCalls: override.max_tool_calls ?? settings.max_tool_calls,
    pin: undefined,
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([said, [...hashes]]))
    .digest('hex');
  return { ...said, digest };
}

/** The configuration's word, also where that is null: nothing in particular. */
function chosen(override: string | null | undefined, written: string | null): string | undefined {
  return (override === undefined ? written : override) ?? undefined;
}
