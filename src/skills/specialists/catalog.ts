/** The specialists of this process: a snapshot that every rescan replaces, as a whole. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, systemCode } from '../../base/errors.ts';
import { expandHome } from '../../base/folders/home.ts';
import { type decidedOf, type Folder, type Pin, pinFolder } from '../../trust/index.ts';
import type { Override } from './config.ts';
import { MAX_TOOL_CALLS, readFolder, TOKEN_BUDGET, type Written } from './read.ts';
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
  /** Decisions on those that did not ship, by name; without it, none. */
  decided?: (folders: readonly PinnedFolder[]) => ReturnType<typeof decidedOf>;
}

export interface PinnedFolder {
  folder: Folder;
  pin: Pin;
}

/** A folder that is looked into on purpose when nobody has configured any; it may be missing. */
const DEFAULT_DIR = '~/.coda/agents';
const EMPTY: Snapshot = Object.freeze({
  specialists: new Map(),
  disabled: new Map(),
  decided: new Map(),
  diagnostics: [],
});

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
    const all = [...found].sort(byName);
    const decided = await this.decided(all.map(([, specialist]) => specialist));
    return this.swap(new Map(all.filter(([name]) => !disabled.has(name))), {
      disabled: new Map(all.filter(([name]) => disabled.has(name))),
      ...{ decided, diagnostics },
    });
  }

  /** Asked once for all of a scan, so that no turn asks. */
  private async decided(all: readonly Specialist[]): Promise<Snapshot['decided']> {
    const folders = all.flatMap((specialist) =>
      specialist.pin ? [{ folder: judged(specialist), pin: specialist.pin }] : [],
    );
    return (await this.options.decided?.(folders)) ?? new Map();
  }

  /** Keeps the value of unchanged specialists. */
  private swap(found: Map<string, Specialist>, more: Omit<Snapshot, 'specialists'>): SpecialistReport {
    const before = this.snapshot.specialists;
    const after = new Map(
      [...found].map(([name, now]) => {
        const was = before.get(name);
        return [name, was?.digest === now.digest ? was : now] as const;
      }),
    );
    this.snapshot = Object.freeze({ specialists: after, ...more });
    const names = [...after.keys()];
    return {
      added: names.filter((name) => !before.has(name)),
      changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
      removed: [...before.keys()].filter((name) => !after.has(name)),
      total: after.size,
      diagnostics: more.diagnostics,
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

  private look(directory: string, ships: boolean) {
    return readOne(directory, ships, this.options.overrides);
  }
}

/** One folder with what is wrong with it; `read` where it can be used. */
async function readOne(
  directory: string,
  ships: boolean,
  overrides: CatalogOptions['overrides'],
): Promise<{ read?: { specialist: Specialist; isOn: boolean }; wrong: Diagnostic[] }> {
  const name = basename(directory);
  const unusable = nameProblem(name);
  if (unusable) return { wrong: [{ level: 'error', where: directory, message: unusable }] };
  const { written, diagnostics: wrong } = await readFolder(directory);
  if (!written) return { wrong };
  const override = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  const made = makeSpecialist({ name, directory, ships }, written, override);
  const isOn = override?.enabled ?? written.settings.enabled;
  if (ships) return { read: { specialist: made, isOn }, wrong };
  const pinned = await withPin(made, written);
  return 'message' in pinned ? { wrong: [...wrong, pinned] } : { read: { specialist: pinned, isOn }, wrong };
}

function nameProblem(name: string): string | undefined {
  if (RESERVED.includes(name)) return `No specialist can be called ${name}.`;
  return NAME.test(name) ? undefined : 'Its name may hold a-z, 0-9 and -, and begins with a letter.';
}

/** With the pin of exactly what was read, or why it can have none. */
async function withPin(made: Specialist, written: Written): Promise<Specialist | Diagnostic> {
  const pin = await pinFolder(made.directory, judged(made).declared);
  if (!pin.ok) return { level: 'error', where: made.directory, message: pin.message };
  const other = [...written.hashes].find(([path, hash]) => pin.files[path] !== hash.slice(0, 16));
  if (other) {
    const message = 'It was changed while it was being read; /rescan-skills reads it again.';
    return { level: 'error', where: join(made.directory, other[0]), message };
  }
  return { ...made, pin, digest: `${made.digest} ${pin.hash}` };
}

/** A folder that was looked at alone, with all that is wrong with it. */
export interface Validated {
  name: string;
  path: string;
  usable: boolean;
  problems: readonly Diagnostic[];
}

/** The specialist in a folder, or those in the folders below it. Nothing of the configuration counts. */
export async function validateSpecialists(directory: string): Promise<Validated[]> {
  const diagnostics: Diagnostic[] = [];
  const isOne = ['soul.md', 'tools.md', 'config.yaml'].some((file) => existsSync(join(directory, file)));
  const folders = isOne ? [directory] : await foldersIn({ directory, ships: false, isExpected: true }, diagnostics);
  const all = await Promise.all(
    folders.map(async (path): Promise<Validated> => {
      const { read, wrong } = await readOne(path, false, {});
      return { name: basename(path), path, usable: read !== undefined, problems: wrong };
    }),
  );
  const beside = diagnostics.map((each) => ({
    name: basename(each.where),
    path: each.where,
    usable: false,
    problems: [each],
  }));
  return [...beside, ...all];
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

/** The configuration's number, else the folder's; null is the usual one. */
const numberOf = (override: number | null | undefined, own: number, usual: number): number =>
  override === null ? usual : (override ?? own);

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
    tokenBudget: numberOf(override.token_budget, settings.token_budget, TOKEN_BUDGET),
    maxToolCalls: numberOf(override.max_tool_calls, settings.max_tool_calls, MAX_TOOL_CALLS),
    sandboxTimeoutMs: chosen(override.sandbox_timeout, settings.sandbox_timeout),
    pin: undefined,
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([said, [...hashes]]))
    .digest('hex');
  return { ...said, digest };
}

/** The configuration's word, also where that is null: nothing in particular. */
function chosen<T>(override: T | null | undefined, written: T | null): T | undefined {
  return (override === undefined ? written : override) ?? undefined;
}
