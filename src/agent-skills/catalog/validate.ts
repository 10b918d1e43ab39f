import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Pace } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import { splitTools } from '../read/fields.ts';
import { bodyIn, type Head, readHead } from '../read/file.ts';
import { normalName } from '../read/to-skill.ts';
import type { Field } from '../read/yaml.ts';
import { type AgentSkill, Diagnoses, type Diagnostic, type SkillSource } from '../skill.ts';
import { walk } from './walk.ts';

type Profile = 'upsonic';

export interface ValidateOptions {
  /** `upsonic`: the form that Upsonic's own validator asks for, instead of the standard's. */
  profile?: Profile | undefined;
  checkEntrypoints?: boolean | undefined;
}

export interface Verdict {
  readonly path: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly usable: boolean;
  readonly strict: boolean;
  readonly problems: readonly Diagnostic[];
}

/**
 * Looks at every skill below `paths`: folders, or a `SKILL.md`. Throws `INPUT_INVALID` for a path that is not there.
 * In order of the folders; a folder that is reached twice comes once.
 */
export async function validateSkills(paths: readonly string[], options: ValidateOptions = {}): Promise<Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  const pace = new Pace();
  for (const path of paths) {
    const source: SkillSource = { kind: 'configured', directory: folderOf(path) };
    const { skills, linked } = await walk([source], new Map(), pace);
    for (const skill of skills) {
      if (pace.isUp) await pace.rest();
      const verdict = verdictOn(skill, linked.get(skill.directory ?? ''), options);
      if (!verdicts.has(verdict.path)) verdicts.set(verdict.path, verdict);
    }
  }
  return [...verdicts.values()];
}

function folderOf(path: string): string {
  const absolute = resolve(path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return absolute;
  if (stats !== undefined && /^skill\.md$/i.test(basename(absolute))) return dirname(absolute);
  throw new CodaError('INPUT_INVALID', {
    message: stats === undefined ? `There is no ${path}.` : `${path} is neither a folder nor a SKILL.md.`,
    remedy: 'Name the folder of a skill, or one that holds skills.',
  });
}

function verdictOn(skill: AgentSkill, linkedAs: string | undefined, options: ValidateOptions): Verdict {
  const { file = '', directory: path = '', group } = skill;
  const folderName = linkedAs ?? basename(path);
  const name = skill.name || skill.declaredName || folderName;
  const head = readHead(file);
  if (!('bytes' in head)) return { path, name, group, usable: false, strict: false, problems: skill.diagnostics };
  const fileName = basename(file);
  const { profile } = options;
  const judged = judge({ file, fileName, folderName, head, profile });
  if (profile === 'upsonic' && /[<>]/.test(skill.description)) {
    const line = head.document.fields.find(({ key }) => key === 'description')?.line;
    judged.warn('angle_brackets', 'The profile "upsonic" allows no < or > in a description.', line);
  }
  // The standard asks for no instructions; a skill without any is of no use all the same.
  const isRefused = skill.diagnostics.some(
    ({ level, code }) => code === 'encoding' || (level === 'error' && code !== 'no_content'),
  );
  const strict = !isRefused && judged.list.every(({ level }) => level === 'note');
  const judgedCodes = new Set(judged.list.map(({ code }) => code));
  const problems = [...skill.diagnostics.filter(({ code }) => !judgedCodes.has(code)), ...judged.list];
  if (options.checkEntrypoints) problems.push(...missingScripts(file, path, head.parts.bodyLine));
  return { path, name, group, usable: skill.usable, strict, problems: problems.sort(byPlace) };
}

const byPlace = (a: Diagnostic, b: Diagnostic): number => (a.line ?? 0) - (b.line ?? 0);

function missingScripts(file: string, directory: string, bodyLine: number): Diagnostic[] {
  const body = bodyIn(readFileSync(file));
  return namedScripts(body)
    .filter(({ path }) => !existsSync(join(directory, path)))
    .map(({ path, line }) => ({
      code: 'entrypoint_missing',
      level: 'error',
      message: `The instructions name ${path}, which is not there.`,
      file,
      line: bodyLine + line - 1,
    }));
}

/** `scripts/rotate.py`, also behind `./` and `{baseDir}/`; not what stands in another folder or at an address. */
const NAMED =
  /(^|[\s`"'(=<[]|\{baseDir\}\/|\$\{?[A-Z_]+\}?\/|\.\/)(scripts\/[\w./-]*\w\.(?:py|sh|bash|js|mjs|cjs|ts|rb|pl))\b/gm;

function namedScripts(body: string): { path: string; line: number }[] {
  const scripts = new Map<string, number>();
  for (const [index, line] of body.split('\n').entries()) {
    for (const [, , path] of line.matchAll(NAMED)) {
      if (path !== undefined && !path.split('/').includes('..') && !scripts.has(path)) scripts.set(path, index + 1);
    }
  }
  return [...scripts].map(([path, line]) => ({ path, line }));
}

// The form of the Agent Skills standard (agentskills.io/specification), by its text. A violation is a warning here, because
// the skill may be usable all the same. Where the reference validator refuses what the text allows, there is a note.

const TEXTS = ['name', 'description', 'license', 'compatibility'];
const KEYS = [...TEXTS, 'metadata', 'allowed-tools'];
/** Upsonic's own, beside the standard's. */
const UPSONIC_KEYS = [...KEYS, 'version', 'dependencies'];
const REQUIRED = ['name', 'description'];
const LONGEST_NAME = 64;
const BOUNDED = [
  { key: 'description', longest: 1_024, called: 'The description' },
  { key: 'compatibility', longest: 500, called: '"compatibility"' },
];

/** Number of characters that people see: a pair of surrogates is one. */
const lengthOf = (text: string): number => [...text].length;

interface JudgedFile {
  readonly file: string;
  readonly fileName: string;
  readonly folderName: string;
  readonly head: Head;
  readonly profile: Profile | undefined;
}

function judge({ file, fileName, folderName, head, profile }: JudgedFile): Diagnoses {
  const diagnoses = new Diagnoses(file);
  const { parts, document } = head;
  judgeFile(head, fileName, diagnoses);
  for (const { code, message, line } of document.problems) diagnoses.warn(code, message, line);
  const fields = new Map(document.fields.map((field) => [field.key, field]));
  const [keys, whose] = profile === 'upsonic' ? [UPSONIC_KEYS, 'the profile "upsonic"'] : [KEYS, 'the standard'];
  for (const { key, line } of document.fields) {
    if (keys.includes(key)) continue;
    diagnoses.warn('extra_key', `"${key}" is no key of ${whose}; other keys belong under metadata.`, line);
  }
  const line = parts.frontmatter === undefined ? undefined : parts.line;
  const texts = new Map(TEXTS.map((key) => [key, judgeText(key, fields.get(key), line, diagnoses)]));
  judgeName(texts.get('name'), folderName, fields.get('name')?.line, diagnoses);
  for (const { key, longest, called } of BOUNDED) {
    const length = lengthOf(texts.get(key) ?? '');
    if (length <= longest) continue;
    const message = `${called} has ${plural(length, 'character')}; at most ${plural(longest, 'is', 'are')} allowed.`;
    diagnoses.warn(`${key}_long`, message, fields.get(key)?.line);
  }
  if (profile === 'upsonic') judgeLists(fields, diagnoses);
  else {
    judgeMetadata(fields.get('metadata'), diagnoses);
    judgeTools(fields.get('allowed-tools'), diagnoses);
    if (parts.frontmatter !== undefined && !parts.unclosed) noteNarrower(head, diagnoses);
  }
  diagnoses.list.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return diagnoses;
}

function judgeFile({ parts }: Head, fileName: string, diagnoses: Diagnoses): void {
  if (parts.frontmatter === undefined) diagnoses.warn('frontmatter_missing', 'There is no frontmatter.', 1);
  if (parts.unclosed) {
    const message = 'The frontmatter has no closing "---" on a line of its own.';
    diagnoses.warn('frontmatter_unclosed', message, parts.bodyLine);
  }
  if (parts.codeFence !== undefined) diagnoses.warn('code_fence', 'It stands in a code block.', 1);
  if (parts.late) diagnoses.warn('frontmatter_late', 'Empty lines stand before the frontmatter.', 1);
  if (parts.hasBom) diagnoses.note('bom', 'The reference validator refuses the byte order mark.', 1);
  if (fileName === 'SKILL.md') return;
  const reading = fileName === 'skill.md' ? 'reads it, too' : 'does not find it';
  diagnoses.note('file_name', `The file should be called "SKILL.md"; the reference validator ${reading}.`);
}

function judgeName(text: string | undefined, folderName: string, line: number | undefined, diagnoses: Diagnoses): void {
  if (text === undefined) return;
  const name = normalName(text);
  const bad = (message: string) => diagnoses.warn('name_form', `The name "${name}" ${message}.`, line);
  if (lengthOf(name) > LONGEST_NAME)
    bad(`has ${plural(lengthOf(name), 'character')}; at most ${LONGEST_NAME} are allowed`);
  if (name !== name.toLowerCase()) bad('has capital letters');
  if (/[^\p{L}\p{N}-]/u.test(name)) bad('may hold letters, digits and hyphens only');
  if (/^-|-$/.test(name)) bad('begins or ends with a hyphen');
  if (name.includes('--')) bad('has two hyphens in a row');
  const own = folderName.normalize('NFKC');
  if (name !== own) diagnoses.warn('name_mismatch', `The name "${name}" is not the folder's, "${own}".`, line);
}

/** The text of a scalar; a list or keys are no text. What YAML takes for a number is text to the reference validator. */
function judgeText(
  key: string,
  field: Field | undefined,
  line: number | undefined,
  diagnoses: Diagnoses,
): string | undefined {
  if (field?.kind === 'list' || field?.kind === 'map') {
    diagnoses.warn('field_type', `"${key}" must be a text.`, field.line);
    return undefined;
  }
  if (field?.kind === 'number' || field?.kind === 'boolean') {
    diagnoses.note('field_type', `"${key}" is a ${field.kind} to YAML; it should stand in quotes.`, field.line);
  }
  const text = field === undefined || field.kind === 'null' ? '' : field.source;
  if (text.trim() !== '') return text;
  if (REQUIRED.includes(key)) diagnoses.warn(`${key}_missing`, `There is no ${key}.`, field?.line ?? line);
  else if (field && key === 'compatibility')
    diagnoses.warn('field_empty', '"compatibility" should be left out where it says nothing.', field.line);
  return undefined;
}

function judgeMetadata(field: Field | undefined, diagnoses: Diagnoses): void {
  if (field === undefined) return;
  if (field.kind !== 'map') diagnoses.warn('metadata_form', '"metadata" must be keys with texts.', field.line);
  for (const { key, kind, line } of field.children) {
    if (kind === 'string') continue;
    const what = {
      list: 'a list',
      map: 'a group of keys',
      null: 'nothing',
      number: 'a number',
      boolean: 'true or false',
    };
    diagnoses.warn(
      'metadata_form',
      `The value of "${key}" under "metadata" must be a text; it is ${what[kind]}.`,
      line,
    );
  }
}

/** Upsonic's validator wants lists of texts, and puts no limits on the values of `metadata`. */
function judgeLists(fields: ReadonlyMap<string, Field>, diagnoses: Diagnoses): void {
  const metadata = fields.get('metadata');
  if (metadata !== undefined && metadata.kind !== 'map')
    diagnoses.warn('metadata_form', '"metadata" must be keys with values.', metadata.line);
  for (const key of ['allowed-tools', 'dependencies']) {
    const field = fields.get(key);
    if (field === undefined) continue;
    const isTexts = Array.isArray(field.value) && field.value.every((each) => typeof each === 'string');
    const code = key === 'dependencies' ? 'dependencies_form' : 'allowed_tools_form';
    if (!isTexts) diagnoses.warn(code, `"${key}" must be a list of texts.`, field.line);
  }
}

function judgeTools(field: Field | undefined, diagnoses: Diagnoses): void {
  if (field === undefined) return;
  const bad = (message: string) =>
    diagnoses.warn('allowed_tools_form', `"allowed-tools" must be one text with spaces: ${message}.`, field.line);
  if (field.kind !== 'string') bad(field.kind === 'list' ? 'it is a list' : 'it is none');
  else if (hasCommas(field.source)) bad('there are commas between the tools');
}

/** `Bash(git add, git commit)` has its commas inside of a tool. */
function hasCommas(text: string): boolean {
  const withoutArguments = text.replace(/\([^()]*\)/g, '()');
  return withoutArguments.includes(',') && splitTools(withoutArguments).tools.length > 0;
}

function noteNarrower({ parts, document }: Head, diagnoses: Diagnoses): void {
  const { features } = document;
  const note = (code: string, what: string) =>
    diagnoses.note(code, `The reference validator refuses ${what}.`, parts.line);
  if (features.includes('flow')) note('reference_flow', 'values in brackets or braces (flow style)');
  if (features.includes('anchor')) note('reference_anchor', 'anchors and aliases');
  if (features.includes('tag')) note('reference_tag', 'tags such as !!str');
  if (parts.frontmatter?.includes('---'))
    note('reference_dashes', '"---" inside the frontmatter, where it sees its end');
}
