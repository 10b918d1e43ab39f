/** Reads the folder of one specialist. Whatever is in it, it becomes a value or a list of what is wrong. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import { plural } from '../../base/text.ts';
import { readYaml } from '../../base/yaml.ts';
import { durationWithin } from '../../config/index.ts';
import { type Diagnostic, LIMITS, type Reference } from './specialist.ts';

/** The folder's own fields. */
export interface Written {
  soul: string;
  tools: string[];
  references: Reference[];
  settings: Settings;
  /** SHA-256 in hex of the files that were read, by path. */
  hashes: ReadonlyMap<string, string>;
}

export const TOKEN_BUDGET = 50_000;
export const MAX_TOOL_CALLS = 25;

/** A number; left out or null, the usual one. */
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

export type Settings = z.output<typeof settings>;

const REFERENCE = /^references\/[^/]+\.(?:md|txt|json)$/i;
const TOOL = /^[a-z][a-z0-9_]{0,63}$/;

/** Reads the folder; `undefined` with at least one `error` where it cannot be used. */
export async function readFolder(directory: string): Promise<{ written?: Written; diagnostics: Diagnostic[] }> {
  const reading = new Reading(directory);
  const written = await reading.run();
  const isBroken = reading.diagnostics.some(({ level }) => level === 'error');
  return { diagnostics: reading.diagnostics, ...(written && !isBroken && { written }) };
}

class Reading {
  readonly diagnostics: Diagnostic[] = [];
  private readonly directory: string;
  private readonly hashes = new Map<string, string>();
  private readonly links = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  async run(): Promise<Written | undefined> {
    const { files, refused, cut } = await listInside(this.directory);
    if (cut) this.error('.', cut.message);
    for (const { path, message } of refused) this.warn(path, message);
    for (const { path, kind } of files) if (kind === 'link') this.links.add(path);
    const soul = (await this.text('soul.md', LIMITS.soul))?.trim();
    if (soul === '') this.error('soul.md', 'It is empty.');
    const tools = toolsIn(await this.text('tools.md', LIMITS.toolsFile), (message) => this.error('tools.md', message));
    const config = this.settingsIn(await this.text('config.yaml', LIMITS.config));
    const references = await this.references(files.map(({ path }) => path).filter((path) => REFERENCE.test(path)));
    if (!soul || !tools || !config) return undefined;
    return { soul, tools, references, settings: config, hashes: this.hashes };
  }

  /** A file's text; what is wrong with it is noted. */
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
      this.error(path, `It has ${read.bytes} bytes; at most ${most} are read.`);
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
      this.error('references', `There are ${wanted.length}; at most ${LIMITS.references} are read.`);
      return [];
    }
    const found: Reference[] = [];
    // Alphabetical: `listInside` sorts by path.
    for (const path of wanted) {
      const text = await this.text(path, LIMITS.reference);
      if (text !== undefined) found.push({ name: path.slice('references/'.length), text: text.trim() });
    }
    const bytes = found.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    if (bytes > LIMITS.allReferences) {
      this.error('references', `Together they have ${bytes} bytes; at most ${LIMITS.allReferences} are read.`);
    }
    return found;
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
    const checked = settings.safeParse(values);
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

/** A list or a map is none of the values that there are. */
function scalarOf(node: ReturnType<typeof readYaml>['entries'][number]['value']): unknown {
  if (!node || node.kind === 'null') return null;
  return node.kind === 'list' || node.kind === 'map' ? [] : node.scalar;
}

/** One tool a line; blank lines and those that begin with `#` do not count. Pure. */
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
    wrong(`It names ${plural(tools.length, 'tool')}; at most ${LIMITS.tools} are read.`);
    return undefined;
  }
  return tools;
}
