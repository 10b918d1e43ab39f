/** The specialists of this process: a snapshot that every rescan replaces, as a whole. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { messageOf, systemCode } from '../../base/errors.ts';
import { expandHome } from '../../base/folders/home.ts';
import { listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import { inputWords } from '../../base/input.ts';
import { homeFolder, packageRoot } from '../../base/root.ts';
import { plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { readYaml } from '../../base/yaml.ts';
import { type Config, durationWithin } from '../../config/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { decidedOf, type Folder, type Pin, pinFolder } from '../../trust/index.ts';
import { config as block, type Override, overridesIn } from './config.ts';
import {
  type Diagnostic,
  folderToJudge,
  LIMITS,
  NAME,
  RESERVED,
  type Reference,
  type Snapshot,
  type Specialist,
  type SpecialistReport,
} from './specialist.ts';

export interface CatalogOptions {
  shipped: string;
  /** From the configuration, in rising priority. `~` is `home`; what is relative starts from `cwd`. */
  dirs: readonly string[];
  home: string;
  cwd: string;
  overrides: Readonly<Record<string, Override>>;
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

interface Surroundings {
  config: Config;
  env: World['env'];
  database: Pick<Database, 'read'>;
}

/** The specialists that `config` names; nothing is read before the first rescan. */
export function openSpecialists({ config, env, database }: Surroundings): SpecialistCatalog {
  const settings = config.block(block);
  return new SpecialistCatalog({
    shipped: join(packageRoot(), 'agents'),
    dirs: settings.dirs,
    home: homeFolder(env),
    cwd: process.cwd(),
    overrides: overridesIn(settings),
    decided: (folders) => decidedOf(readerOf(database), folders),
  });
}

export class SpecialistCatalog {
  private readonly options: CatalogOptions;
  private snapshot = EMPTY;
  private running: Promise<SpecialistReport> | undefined;

  constructor(options: CatalogOptions) {
    this.options = options;
  }

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
    const specialistsByName = new Map<string, Specialist>();
    const diagnostics: Diagnostic[] = [];
    const disabled = new Set<string>();
    for (const source of this.sources()) {
      const folders = await foldersIn(source, diagnostics);
      const all = await Promise.all(folders.map((directory) => this.readFolder(directory, source.ships)));
      for (const { read, wrong } of all) {
        diagnostics.push(...wrong);
        if (read === undefined) continue;
        if (read.isOn) disabled.delete(read.specialist.name);
        else disabled.add(read.specialist.name);
        specialistsByName.set(read.specialist.name, read.specialist);
      }
    }
    const { overrides } = this.options;
    for (const name of Object.keys(overrides)) {
      if (specialistsByName.has(name)) continue;
      diagnostics.push({ level: 'warning', where: `specialists.${name}`, message: 'There is no such specialist.' });
    }
    const all = [...specialistsByName].sort(byName);
    const decided = await this.readDecisions(all.map(([, specialist]) => specialist));
    return this.swap(new Map(all.filter(([name]) => !disabled.has(name))), {
      disabled: new Map(all.filter(([name]) => disabled.has(name))),
      decided,
      diagnostics,
    });
  }

  /** Asked once for all of a scan, so that no turn asks. */
  private async readDecisions(all: readonly Specialist[]): Promise<Snapshot['decided']> {
    const folders = all.flatMap((specialist) =>
      specialist.pin ? [{ folder: folderToJudge(specialist), pin: specialist.pin }] : [],
    );
    return (await this.options.decided?.(folders)) ?? new Map();
  }

  private swap(specialists: Map<string, Specialist>, more: Omit<Snapshot, 'specialists'>): SpecialistReport {
    const before = this.snapshot.specialists;
    const after = new Map(
      [...specialists].map(([name, now]) => {
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

  private readFolder(directory: string, ships: boolean) {
    return readOne(directory, ships, this.options.overrides);
  }
}

async function readOne(
  directory: string,
  ships: boolean,
  overrides: CatalogOptions['overrides'],
): Promise<{ read?: { specialist: Specialist; isOn: boolean }; wrong: Diagnostic[] }> {
  const name = basename(directory);
  const unusable = nameProblem(name);
  if (unusable) return { wrong: [{ level: 'error', where: directory, message: unusable }] };
  const { content, diagnostics: wrong } = await readFolder(directory);
  if (!content) return { wrong };
  const override = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  const specialist = makeSpecialist({ name, directory, ships }, content, override);
  const isOn = override?.enabled ?? content.settings.enabled;
  if (ships) return { read: { specialist, isOn }, wrong };
  const pinned = await withPin(specialist, content);
  return 'message' in pinned ? { wrong: [...wrong, pinned] } : { read: { specialist: pinned, isOn }, wrong };
}

function nameProblem(name: string): string | undefined {
  if (RESERVED.includes(name)) return `No specialist can be called ${name}.`;
  return NAME.test(name) ? undefined : 'Its name may hold a-z, 0-9 and -, and begins with a letter.';
}

async function withPin(specialist: Specialist, content: WrittenSpecialist): Promise<Specialist | Diagnostic> {
  const pin = await pinFolder(specialist.directory, folderToJudge(specialist).declared);
  if (!pin.ok) return { level: 'error', where: specialist.directory, message: pin.message };
  const other = [...content.hashes].find(([path, hash]) => pin.files[path] !== hash.slice(0, 16));
  if (other) {
    const message = 'It was changed while it was being read; /rescan-skills reads it again.';
    return { level: 'error', where: join(specialist.directory, other[0]), message };
  }
  return { ...specialist, pin, digest: `${specialist.digest} ${pin.hash}` };
}

export interface ValidatedSpecialist {
  name: string;
  path: string;
  usable: boolean;
  problems: readonly Diagnostic[];
}

export async function validateSpecialists(directory: string): Promise<ValidatedSpecialist[]> {
  const diagnostics: Diagnostic[] = [];
  const isOne = ['soul.md', 'tools.md', 'config.yaml'].some((file) => existsSync(join(directory, file)));
  const folders = isOne ? [directory] : await foldersIn({ directory, ships: false, isExpected: true }, diagnostics);
  const all = await Promise.all(
    folders.map(async (path): Promise<ValidatedSpecialist> => {
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
  /** Named by a person or the configuration, so that it is missed where it is not there. */
  isExpected: boolean;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The folders that may be specialists, in order of name. Neither hidden ones nor links are followed. */
async function foldersIn({ directory, isExpected }: Source, diagnostics: Diagnostic[]): Promise<string[]> {
  const warn = (where: string, message: string) => diagnostics.push({ level: 'warning', where, message });
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const visibleEntries = entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of visibleEntries) {
      if (entry.isSymbolicLink()) warn(join(directory, entry.name), 'It is a symbolic link, which is not followed.');
    }
    const folders = visibleEntries.filter((entry) => entry.isDirectory());
    if (folders.length > LIMITS.folders)
      warn(directory, `It holds more than ${plural(LIMITS.folders, 'folder')}; the others are not read.`);
    return folders.slice(0, LIMITS.folders).map(({ name }) => join(directory, name));
  } catch (error) {
    const isMissing = systemCode(error) === 'ENOENT';
    if (isMissing && !isExpected) return [];
    warn(directory, isMissing ? 'There is no such folder.' : `It cannot be read (${messageOf(error)}).`);
    return [];
  }
}

const numberOf = (override: number | null | undefined, own: number, usual: number): number =>
  override === null ? usual : (override ?? own);

function makeSpecialist(
  { name, directory, ships }: Pick<Specialist, 'name' | 'directory' | 'ships'>,
  { soul, tools, references, settings, schedules, hashes }: WrittenSpecialist,
  override: Override = {},
): Specialist {
  const { allowed_tools: allowed = tools, blocked_tools: blocked = [] } = override;
  const content = {
    name,
    directory,
    ships,
    description: settings.description,
    soul: override.system_prompt ?? soul,
    references,
    schedules,
    tools: allowed.filter((each) => !blocked.includes(each)),
    model: chooseValue(override.default_model, settings.default_model),
    provider: chooseValue(override.default_provider, settings.default_provider),
    tokenBudget: numberOf(override.token_budget, settings.token_budget, TOKEN_BUDGET),
    maxToolCalls: numberOf(override.max_tool_calls, settings.max_tool_calls, MAX_TOOL_CALLS),
    sandboxTimeoutMs: chooseValue(override.sandbox_timeout, settings.sandbox_timeout),
    pin: undefined,
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([content, [...hashes]]))
    .digest('hex');
  return { ...content, digest };
}

/** The configuration's word, also where that is null: nothing in particular. */
function chooseValue<T>(override: T | null | undefined, own: T | null): T | undefined {
  return (override === undefined ? own : override) ?? undefined;
}

// Reads the folder of one specialist. Whatever is in it, it becomes a value or a list of what is wrong.

interface WrittenSpecialist {
  soul: string;
  tools: string[];
  references: Reference[];
  settings: Settings;
  schedules: Record<string, string>;
  /** SHA-256 in hex of the files that were read, by path. */
  hashes: ReadonlyMap<string, string>;
}

const TOKEN_BUDGET = 50_000;
const MAX_TOOL_CALLS = 25;

function orDefault(number: z.ZodInt, usual: number) {
  return number
    .nullable()
    .default(null)
    .transform((value) => value ?? usual);
}

const settings = z.strictObject({
  description: z.string().trim().min(1).max(LIMITS.description),
  enabled: z.boolean().default(true),
  default_model: z.string().trim().min(1).max(200).nullable().default(null),
  default_provider: z.string().trim().min(1).max(100).nullable().default(null),
  token_budget: orDefault(z.int().min(1_000).max(10_000_000), TOKEN_BUDGET),
  max_tool_calls: orDefault(z.int().min(1).max(1_000), MAX_TOOL_CALLS),
  sandbox_timeout: durationWithin('1s', '1h').nullable().default(null),
});

type Settings = z.output<typeof settings>;

const SCHEDULES = 'schedules.yaml';
const SCHEDULE = /^[a-z][a-z0-9-]{0,39}$/;
const REFERENCE = /^references\/[^/]+\.(?:md|txt|json)$/i;
const TOOL = /^[a-z][a-z0-9_]{0,63}$/;

async function readFolder(directory: string): Promise<{ content?: WrittenSpecialist; diagnostics: Diagnostic[] }> {
  const reading = new SpecialistReader(directory);
  const content = await reading.run();
  const isBroken = reading.diagnostics.some(({ level }) => level === 'error');
  return { diagnostics: reading.diagnostics, ...(content && !isBroken && { content }) };
}

class SpecialistReader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly directory: string;
  private readonly hashes = new Map<string, string>();
  private readonly links = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  async run(): Promise<WrittenSpecialist | undefined> {
    const { files, refused, cut } = await listInside(this.directory);
    if (cut) this.error('.', cut.message);
    for (const { path, message } of refused) this.warn(path, message);
    for (const { path, kind } of files) if (kind === 'link') this.links.add(path);
    const soul = (await this.text('soul.md', LIMITS.soul))?.trim();
    if (soul === '') this.error('soul.md', 'It is empty.');
    const tools = toolsIn(await this.text('tools.md', LIMITS.toolsFile), (message) => this.error('tools.md', message));
    const config = this.settingsIn(await this.text('config.yaml', LIMITS.config));
    const references = await this.references(files.map(({ path }) => path).filter((path) => REFERENCE.test(path)));
    const schedules = files.some(({ path }) => path === SCHEDULES) ? await this.schedules() : {};
    if (!soul || !tools || !config) return undefined;
    return { soul, tools, references, settings: config, schedules, hashes: this.hashes };
  }

  private async text(path: string, most: number): Promise<string | undefined> {
    if (this.links.has(path)) {
      this.error(path, 'It is a symbolic link.');
      return undefined;
    }
    const read = await readInside(this.directory, path, { maxBytes: most });
    if (!read.ok) {
      this.error(path, read.message);
      return undefined;
    }
    if (read.truncated) {
      this.error(path, `It has ${plural(read.bytes, 'byte')}; at most ${plural(most, 'is', 'are')} read.`);
      return undefined;
    }
    this.hashes.set(path, createHash('sha256').update(read.content).digest('hex'));
    const text = read.content.toString('utf8').replace(/^\ufeff/, '');
    if (text.includes('\0') || text.includes('\ufffd')) {
      this.error(path, 'It is no text in UTF-8.');
      return undefined;
    }
    return text;
  }

  private async references(wanted: readonly string[]): Promise<Reference[]> {
    if (wanted.length > LIMITS.references) {
      this.error('references', `There are ${wanted.length}; at most ${plural(LIMITS.references, 'is', 'are')} read.`);
      return [];
    }
    const list: Reference[] = [];
    // Alphabetical: `listInside` sorts by path.
    for (const path of wanted) {
      const text = await this.text(path, LIMITS.reference);
      if (text !== undefined) list.push({ name: path.slice('references/'.length), text: text.trim() });
    }
    const bytes = list.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    if (bytes > LIMITS.allReferences) {
      this.error(
        'references',
        `Together they have ${plural(bytes, 'byte')}; at most ${plural(LIMITS.allReferences, 'is', 'are')} read.`,
      );
    }
    return list;
  }

  /** `name: line`; a file that cannot be read plans nothing, and the specialist is there all the same. */
  private async schedules(): Promise<Record<string, string>> {
    const text = await this.text(SCHEDULES, LIMITS.schedules);
    if (text === undefined) return {};
    const { entries, problems } = readYaml(text, { depth: 8, nodes: 200, lexemes: 1_000 });
    const lines = entries.flatMap(({ key, value }) => {
      const line = scalarOf(value);
      return key !== undefined && SCHEDULE.test(key) && typeof line === 'string' ? [[key, line] as const] : [];
    });
    const [problem] = problems;
    const isWrong = problem !== undefined || lines.length !== entries.length || lines.length > LIMITS.scheduleLines;
    if (!isWrong) return Object.fromEntries(lines);
    this.warn(
      problem ? `${SCHEDULES}:${problem.line}` : SCHEDULES,
      `It plans nothing: expected at most ${plural(LIMITS.scheduleLines, 'line')} such as “disk: every hour run house/disk-check”.`,
    );
    return {};
  }

  private settingsIn(text: string | undefined): Settings | undefined {
    if (text === undefined) return undefined;
    const { entries, problems } = readYaml(text, { depth: 8, nodes: 200, lexemes: 1_000 });
    const [problem] = problems;
    if (problem) {
      const message = problem.kind === 'syntax' ? problem.message.replace(/\s+/g, ' ') : YAML_PROBLEMS[problem.kind];
      this.error(`config.yaml:${problem.line}`, `It is not valid: ${message}`);
      return undefined;
    }
    const values = Object.fromEntries(
      entries.flatMap(({ key, value }) => (key === undefined ? [] : [[key, scalarOf(value)] as const])),
    );
    const checked = settings.safeParse(values, { error: inputWords });
    if (checked.success) return checked.data;
    for (const issue of checked.error.issues.slice(0, 5)) {
      const line = entries.find(({ key }) => key === String(issue.path[0]))?.line;
      const path = issue.path.join('.');
      this.error(`config.yaml${line === undefined ? '' : `:${line}`}`, `${path}${path && ': '}${issue.message}.`);
    }
    return undefined;
  }

  private error(path: string, message: string): void {
    this.diagnostics.push({ level: 'error', where: join(this.directory, path), message });
  }

  private warn(path: string, message: string): void {
    this.diagnostics.push({ level: 'warning', where: join(this.directory, path), message });
  }
}

const YAML_PROBLEMS = {
  second_document: 'a second document begins here.',
  too_deep: 'it is nested too deeply.',
  too_long: 'it is too long.',
  too_many: 'it holds too many values.',
  bad_key: 'a key is no text.',
  not_a_map: 'it has no keys.',
  twice: 'a key is there twice.',
  alias: 'an alias refers to nothing, or to itself.',
} as const;

function scalarOf(node: ReturnType<typeof readYaml>['entries'][number]['value']): unknown {
  if (!node || node.kind === 'null') return null;
  return node.kind === 'list' || node.kind === 'map' ? [] : node.scalar;
}

function toolsIn(text: string | undefined, wrong: (message: string) => void): string[] | undefined {
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const names = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^[-*]\s+/, ''));
  const bad = names.find((name) => !TOOL.test(name));
  if (bad !== undefined) {
    wrong(
      `Line ${lines.findIndex((line) => line.includes(bad)) + 1} is no tool's name: ${JSON.stringify(bad.slice(0, 60))}.`,
    );
    return undefined;
  }
  const tools = [...new Set(names)];
  if (tools.length > LIMITS.tools) {
    wrong(`It names ${plural(tools.length, 'tool')}; at most ${plural(LIMITS.tools, 'is', 'are')} read.`);
    return undefined;
  }
  return tools;
}
