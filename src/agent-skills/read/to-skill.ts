/** From a frontmatter to a skill: whatever is wrong becomes a warning, and a skill where one can be had. */

import type { Json } from '../../base/json.ts';
import {
  type AgentSkill,
  type AssistantBlock,
  type BodyPlace,
  DISPLAYS,
  type Diagnoses,
  type SkillDependencies,
  type SkillSecret,
  type SkillSource,
} from '../skill.ts';
import { commaSeparated, Fields, isRecord, NOTHING, parsedJson, readTools, words } from './fields.ts';
import type { Document } from './yaml.ts';

export interface Place {
  readonly source: SkillSource;
  readonly directory: string | undefined;
  readonly file: string | undefined;
  /** The name that serves when the frontmatter has none that can. */
  readonly folderName: string;
  readonly group?: string | undefined;
}

export interface Material {
  readonly place: Place;
  readonly document: Document;
  readonly body: BodyPlace;
  readonly hasBody: boolean;
  firstParagraph(): string | undefined;
}

/** Makes the skill. What the reading of the file found is in `diagnoses` already. */
export function toSkill(
  { place, document, body, hasBody, firstParagraph }: Material,
  diagnoses: Diagnoses,
): AgentSkill {
  const fields = new Fields(document.fields, diagnoses);
  const nameField = fields.take('name');
  const declared = fields.text('name');
  const { group } = place;
  // `travel/search` in a folder `travel/search/` says both.
  const isWhole = group !== undefined && declared?.startsWith(`${group}/`) === true;
  const text = isWhole ? declared.slice(group.length + 1) : declared;
  const name = chooseName(
    nameField && text !== undefined ? { text, line: nameField.line } : undefined,
    place.folderName,
    diagnoses,
  );
  const described = fields.text('description');
  const description = described ?? firstParagraph() ?? '';
  if (!hasBody) diagnoses.error('no_content', 'There are no instructions in it.');
  else if (described === undefined) {
    const serves = description === '' ? '' : '; the first paragraph serves';
    diagnoses.warn('description_missing', `There is no description${serves}.`, fields.take('description')?.line);
  }
  const { source, directory, file } = place;
  const about = readAbout(fields, group);
  // An installed one is known by the id of its catalog, whatever it says of itself.
  const isOfGroup = group !== undefined && (place.source.kind === 'installed' || about.metadata.group === group);
  const isGrouped = name !== '' && (isWhole || isOfGroup);
  const use = readUse(fields, diagnoses);
  const wants = { dependencies: readDependencies(fields), secrets: readSecrets(fields, diagnoses) };
  const languages = readLanguages(fields);
  const other = Object.assign(Object.create(null), ...fields.rest().map(({ key, value }) => ({ [key]: value })));
  return {
    name: isGrouped ? `${group}/${name}` : name,
    group,
    declaredName: declared === undefined || text === name ? undefined : declared,
    description,
    ...languages,
    source,
    directory,
    file,
    body,
    usable: !diagnoses.list.some(({ level }) => level === 'error'),
    diagnostics: diagnoses.list.length === 0 ? NOTHING : diagnoses.list,
    ...about,
    ...wants,
    ...use,
    other: Object.keys(other).length === 0 ? EMPTY : other,
  };
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

function readAbout(fields: Fields, group: string | undefined) {
  const metadata = readMetadata(fields);
  const more = (key: string) => words(metadata[key]).join(', ') || undefined;
  const author = fields.take('author');
  const named = isRecord(author?.value) ? words(author.value.name)[0] : fields.text('author');
  const listed = fields.list('tags');
  const tags = listed.length > 0 || metadata.tags === undefined ? listed : commaSeparated(metadata.tags);
  const assistants = readAssistants(metadata);
  return {
    license: fields.text('license'),
    compatibility: fields.text('compatibility'),
    metadata,
    version: fields.text('version') ?? more('version'),
    author: named ?? more('author'),
    homepage: fields.text('homepage') ?? more('homepage'),
    tags: group === undefined || tags.includes(group) ? tags : [...tags, group],
    triggers: fields.list('triggers'),
    assistants: assistants.length === 0 ? NOTHING : assistants,
  };
}

function readMetadata(fields: Fields): Readonly<Record<string, Json>> {
  const field = fields.take('metadata');
  if (field === undefined || field.kind === 'null') return EMPTY;
  const value = parsedJson(field.value);
  if (isRecord(value)) return value;
  fields.wrongType(field, 'keys with values');
  return EMPTY;
}

function readUse(fields: Fields, diagnoses: Diagnoses) {
  const context = fields.text('context');
  const forbidden = readForbidden(fields, diagnoses);
  return {
    allowedTools: readAllowed(fields),
    ...forbidden,
    dockerImage: fields.text('docker-image'),
    modelInvocable: !fields.flag('disable-model-invocation', false),
    userInvocable: fields.flag('user-invocable', true),
    argumentHint: readHint(fields),
    agents: readAgents(fields),
    context,
    forkAgent: fields.flag('fork-agent', context === 'fork'),
    model: fields.text('model'),
    autoSummarize: fields.flag('auto-summarize', true),
    hooks: fields.json('hooks'),
    display: fields.oneOf('display', DISPLAYS, 'description'),
  };
}

/** `argument-hint: [file] [page]` is meant as text, and is a list to YAML. */
function readHint(fields: Fields): string | undefined {
  const field = fields.take('argument-hint');
  if (Array.isArray(field?.value))
    return (
      words(field.value)
        .map((word) => `[${word}]`)
        .join(' ') || undefined
    );
  return fields.text('argument-hint');
}

function readAgents(fields: Fields): 'all' | readonly string[] {
  const agents = fields.list('agent');
  return agents.length === 0 || agents.includes('all') ? 'all' : agents;
}

function readAllowed(fields: Fields): readonly string[] | undefined {
  const field = fields.take('allowed-tools');
  if (field === undefined) return undefined;
  if (field.kind === 'null') return NOTHING;
  const list = readTools(field.value);
  if (list === undefined || list.isUnclear) fields.wrongType(field, 'names of tools with spaces between them');
  return list?.tools;
}

/** An unreadable list is not an empty one: the author wanted to forbid something. */
function readForbidden(fields: Fields, diagnoses: Diagnoses) {
  const field = fields.take('forbidden-tools');
  if (field === undefined) return { forbiddenTools: NOTHING, forbiddenToolsUnreadable: false };
  const list = readTools(field.value);
  const isUnreadable = list === undefined || list.isUnclear;
  if (isUnreadable) {
    const message = `"${field.key}" cannot be read as a list of tools; an owner must approve the skill.`;
    diagnoses.warn('forbidden_tools_unreadable', message, field.line);
  }
  return { forbiddenTools: list?.tools ?? NOTHING, forbiddenToolsUnreadable: isUnreadable };
}

const LANGUAGE_FIELD = /^(name|description)[-_]([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)$/i;

function readLanguages(fields: Fields) {
  const names: Record<string, string> = {};
  const descriptions: Record<string, string> = {};
  for (const { key } of fields.rest()) {
    const [, what, tag] = LANGUAGE_FIELD.exec(key) ?? [];
    if (what === undefined || tag === undefined) continue;
    const text = fields.text(`${what}-${tag}`.toLowerCase().replaceAll('_', '-'));
    if (text !== undefined) (what.toLowerCase() === 'name' ? names : descriptions)[languageTag(tag)] = text;
  }
  return { names: orEmpty(names), descriptions: orEmpty(descriptions) };
}

const languageTag = (tag: string): string => tag.toLowerCase().replaceAll('_', '-');

const orEmpty = (texts: Record<string, string>) => (Object.keys(texts).length === 0 ? EMPTY : texts);

const SECRET = /^[A-Z_][A-Z0-9_]*$/;

const NO_DEPENDENCIES: SkillDependencies = Object.freeze({ pip: NOTHING, system: NOTHING, skills: NOTHING });

/** A list of packages, a text with commas, or `{ pip, system, skills }`. */
function readDependencies(fields: Fields): SkillDependencies {
  const field = fields.take('dependencies');
  if (field === undefined || field.kind === 'null') return NO_DEPENDENCIES;
  const { value } = field;
  if (isRecord(value)) {
    const [pip, system, skills] = ['pip', 'system', 'skills'].map((key) => listOf(value[key]));
    const isKnown = Object.keys(value).every((key) => ['pip', 'system', 'skills'].includes(key));
    if (!isKnown) fields.wrongType(field, 'a list of packages, or lists under pip, system and skills');
    return { pip: pip ?? [], system: system ?? [], skills: skills ?? [], isExact: true };
  }
  if (typeof value === 'boolean') fields.wrongType(field, 'a list of packages');
  return { pip: listOf(value), system: NOTHING, skills: NOTHING };
}

const listOf = (value: Json | undefined): string[] =>
  typeof value === 'string' ? words(value.split(/,|\s+/)) : words(value);

/** `{ name, description, required }`, or just a name. */
function readSecrets(fields: Fields, diagnoses: Diagnoses): readonly SkillSecret[] {
  const field = fields.take('secrets');
  if (field === undefined || field.kind === 'null') return NOTHING;
  if (!Array.isArray(field.value)) {
    fields.wrongType(field, 'a list');
    return NOTHING;
  }
  return field.value.flatMap((item) => {
    const secret = isRecord(item) ? item : { name: item };
    const { name, description, required } = secret as Record<string, Json | undefined>;
    if (typeof name !== 'string' || !SECRET.test(name)) {
      diagnoses.warn(
        'secret_name',
        `A secret needs a name of capitals, digits and underscores: ${show(name)}.`,
        field.line,
      );
      return [];
    }
    const text = typeof description === 'string' ? description : undefined;
    return [{ name, description: text, required: required !== false }];
  });
}

const show = (value: unknown): string => (value === undefined ? 'there is none' : JSON.stringify(value).slice(0, 60));

const ASSISTANTS = ['openclaw', 'clawdbot', 'moltbot', 'clawdis', 'hermes'];

function readAssistants(metadata: Readonly<Record<string, Json>>): AssistantBlock[] {
  return ASSISTANTS.flatMap((assistant) => {
    const block = parsedJson(metadata[assistant]);
    return isRecord(block) ? [toBlock(assistant, block)] : [];
  });
}

function toBlock(assistant: string, block: Record<string, Json>): AssistantBlock {
  const requires = isRecord(block.requires) ? block.requires : {};
  return {
    assistant,
    bins: words(requires.bins),
    anyBins: words(requires.anyBins),
    env: words(requires.env),
    config: words(requires.config),
    primaryEnv: typeof block.primaryEnv === 'string' ? block.primaryEnv : undefined,
    os: words(block.os ?? requires.os),
    always: block.always === true,
    install: block.install,
  };
}

const LONGEST = 64;
/** Longer than the standard allows, and yet no reason not to use it. */
const LONGEST_SERVABLE = 128;
/** The standard's form: lower-case letters and digits of any script, and single hyphens between them. */
const STANDARD = /^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u;
/** Names that can be typed after a slash and stand as a folder's name on every system. */
const SERVABLE = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}_])?$/u;

export function normalName(name: string): string {
  return name.trim().normalize('NFKC');
}

const lengthOf = (text: string): number => [...text].length;

/** True if `name`, normalised, has the form that the standard asks for. */
export function isStandardName(name: string): boolean {
  return lengthOf(name) <= LONGEST && name === name.toLowerCase() && STANDARD.test(name);
}

/** `Weather Digest` → `weather-digest`: what people type for a name with spaces. */
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');

/** True if a skill can be called by `name`, as the standard wants it or not. */
function isServable(name: string): boolean {
  return lengthOf(name) <= LONGEST_SERVABLE && SERVABLE.test(name);
}

/**
 * The frontmatter's name where it has the standard's form; else the folder's; else whichever of the two can be called at
 * all. Empty when neither can.
 */
function chooseName(
  declared: { text: string; line: number } | undefined,
  folder: string,
  diagnoses: Diagnoses,
): string {
  const own = normalName(folder);
  const declaredName = declared && normalName(declared.text);
  const candidates = declaredName === undefined ? [own] : [declaredName, own];
  const slug = candidates
    .filter((one) => /^[\p{L}\p{N}]/u.test(one))
    .map(slugOf)
    .find(isStandardName);
  const name = candidates.find(isStandardName) ?? [...candidates].reverse().find(isServable) ?? slug;
  if (declared === undefined)
    diagnoses.warn('name_missing', `There is no name; the folder's, "${name ?? own}", serves.`);
  else if (declaredName !== own && name === own && declaredName !== '') {
    diagnoses.warn(
      'name_form',
      `"${declaredName}" cannot serve as a name; the folder's, "${own}", does.`,
      declared.line,
    );
  } else if (name !== undefined && !candidates.includes(name)) {
    diagnoses.warn('name_form', `"${declaredName ?? own}" cannot serve as a name; "${name}" does.`, declared.line);
  } else if (declaredName !== own && name === declaredName) {
    diagnoses.warn('name_mismatch', `The name "${declaredName}" is not the folder's, "${own}".`, declared.line);
  }
  if (name === undefined) {
    diagnoses.error('no_name', `Neither the frontmatter nor the folder "${own}" has a name that it can be called by.`);
  } else if (!isStandardName(name)) {
    diagnoses.warn(
      'name_form',
      `"${name}" is not in the standard's form (at most 64 lower-case letters, digits, hyphens).`,
    );
  }
  return name ?? '';
}
