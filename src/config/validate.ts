/** From what was written to what is meant: every problem at once, each where it stands. */

import { z } from 'zod';
import { expectation, inputWords } from '../base/input.ts';
import { didYouMean, listOf, shorten } from '../base/text.ts';
import type { EnvOverride } from './block.ts';
import { fieldOf, keysOf, type Path, pathText, schemaAt } from './schema.ts';
import { isBranch, type Problem, replaceIn, type Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

export function validate(
  schema: z.ZodObject,
  tree: Tree,
  problems: Problem[],
  overrides: readonly EnvOverride[],
): Record<string, unknown> | undefined {
  let result = schema.safeParse(tree.root, { error: inputWords });
  if (!result.success && fitTexts(tree, result.error.issues))
    result = schema.safeParse(tree.root, { error: inputWords });
  if (result.success) return result.data;
  const reportedPaths = new Set(problems.map(({ path }) => pathText(path)));
  const newProblems = result.error.issues.flatMap((issue) => problemsOf(issue, schema, tree, overrides));
  // A value that could not be read is missing now, which is not its problem.
  problems.push(...newProblems.filter(({ path }) => !reportedPaths.has(pathText(path))));
  return undefined;
}

/**
 * The environment knows only text, and YAML takes an unquoted id for a number: where the type is wrong and the text
 * behind the value can be read as the right one, it is. True when anything changed.
 */
function fitTexts(tree: Tree, issues: readonly Issue[]): boolean {
  let changed = false;
  for (const issue of issues) {
    const path = issue.path.map(String);
    const text = tree.text(path);
    const fitted = text === undefined ? undefined : readAs(text, expectedTypes(issue));
    if (fitted === undefined) continue;
    replaceIn(tree, path, fitted);
    changed = true;
  }
  return changed;
}

function expectedTypes(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  return issue.code === 'invalid_union' ? issue.errors.flatMap((errors) => errors.flatMap(expectedTypes)) : [];
}

function readAs(text: string, types: readonly string[]): unknown {
  if (types.includes('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if ((types.includes('number') || types.includes('int')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return types.includes('string') ? text : undefined;
}

function problemsOf(issue: Issue, schema: z.ZodType, tree: Tree, overrides: readonly EnvOverride[]): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], schema, tree));
  }
  if (issue.code === 'invalid_key') {
    return [{ origin: tree.key(path), path, message: issue.issues[0]?.message ?? issue.message }];
  }
  const value = tree.get(path);
  if (value === undefined)
    return [{ origin: tree.originNear(path), path, message: wordMissing(path, schema, overrides) }];
  const suffix = schemaSecret(schema, path) ? '' : `, got ${show(value)}`;
  return [
    {
      origin: tree.originNear(path),
      path,
      message: `${wordExpected(issue, schemaAt(schema, path))}${suffix}${suggestValue(issue, value)}`,
    },
  ];
}

function unknownKey(path: Path, schema: z.ZodType, tree: Tree): Problem {
  const parent = schemaAt(schema, path.slice(0, -1));
  return unknownName(path, Object.keys((parent && keysOf(parent)) ?? {}), tree);
}

export function unknownNames(tree: Tree, path: Path, allowedNames: readonly string[]): Problem[] {
  const there = tree.get(path);
  const unknown = isBranch(there) ? Object.keys(there).filter((name) => !allowedNames.includes(name)) : [];
  return unknown.map((name) => unknownName([...path, name], allowedNames, tree));
}

export interface ChannelForm {
  pattern: RegExp;
  example: string;
}

/** Problems of a value that names a channel: its platform must be there and switched on, and its id one of that platform. */
export function channelProblems(tree: Tree, path: Path, forms: Readonly<Record<string, ChannelForm>>): Problem[] {
  const value = tree.get(path);
  const [, platform = '', id] = (typeof value === 'string' && /^([a-z][a-z0-9_-]*)(?::(\S+))?$/.exec(value)) || [];
  if (platform === '') return [];
  const problem = (message: string): Problem[] => [{ origin: tree.originNear(path), path, message }];
  const form = Object.hasOwn(forms, platform) ? forms[platform] : undefined;
  if (!form) {
    const near = didYouMean(platform, Object.keys(forms));
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return problem(`expected a channel of ${listOf(Object.keys(forms), 'or')}, got ${show(value)}${hint}`);
  }
  if (id !== undefined && !form.pattern.test(id))
    return problem(`expected the id of a channel, such as ${platform}:${form.example}, got ${show(value)}`);
  return tree.get([platform]) === undefined
    ? problem(`${platform} is not switched on: it needs its own block, ${platform}`)
    : [];
}

function unknownName(path: Path, allowedNames: readonly string[], tree: Tree): Problem {
  const near = didYouMean(path.at(-1) ?? '', allowedNames);
  const hint = near === undefined ? `; known here: ${listOf(allowedNames)}` : `; did you mean ${near}?`;
  return { origin: tree.key(path), path, message: `unknown key${hint}` };
}

function wordMissing(path: Path, schema: z.ZodType, overrides: readonly EnvOverride[]): string {
  if (!schemaSecret(schema, path)) return 'is missing';
  const key = path.at(-1);
  const env = overrides.find((override) => pathText(override.path) === pathText(path))?.env;
  const ways = [key, `${key}_file`, ...(env === undefined ? [] : [`or set ${env}`])];
  return `is missing: give ${env === undefined ? ways.join(' or ') : ways.join(', ')}`;
}

function schemaSecret(schema: z.ZodType, path: Path): boolean {
  const field = schemaAt(schema, path);
  return field !== undefined && fieldOf(field).meta.secret !== undefined;
}

function wordExpected(issue: Issue, field: z.ZodType | undefined): string {
  const isWhole = field !== undefined && fieldOf(field).schema instanceof z.ZodNumberFormat;
  if (issue.code === 'invalid_type')
    return expectation(isWhole ? { ...issue, expected: 'int' } : issue) ?? issue.message;
  const isOwn = issue.code === 'invalid_value' || issue.code === 'too_small' || issue.code === 'too_big';
  return (isOwn ? expectation(issue) : undefined) ?? issue.message;
}

function suggestValue(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const near = didYouMean(value, issue.values.map(String));
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isBranch(value)) return 'keys';
  return value === '' ? 'nothing' : shorten(typeof value === 'string' ? JSON.stringify(value) : String(value), 60);
}
