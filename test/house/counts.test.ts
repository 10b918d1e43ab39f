import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

/** Words behind a number that say what it is of, a part or a measure: nothing in them changes with the number. */
const ENDS = new Set('a at below by for from in is of on the to with without'.split(' '));
const UNITS = new Set(['ms', 's', 'min', 'kB', 'MB', 'less']);
const VERBS = 'are|were|have|do|wait|waits|need|needs|stand|stands|pass|passes|keep|keeps';
const VERB = new RegExp(`^(?:${VERBS})$`);
const VERB_OF_NOUN = new RegExp(`^ (?:is|was|has|${VERBS})\\b`);

/** Numbers that are names ("Batch 3 has …"), by the words in front of them. */
const NAMES = /(?:\b(?:batch|version|job|step|page) |\binterval ')$/i;

/**
 * Templates that set a number before a noun or verb of their own, or a verb behind a counted noun: `plural` and `formOf` know
 * the form for one. A constant in capitals is no count, and SQL no sentence.
 */
function findCounts(files: readonly string[], options: ts.CompilerOptions, host?: ts.CompilerHost): string[] {
  const program = ts.createProgram([...files], options, host);
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const name of files) {
    const source = program.getSourceFile(name);
    if (!source) throw new Error(`no source ${name}`);
    const report = (node: ts.Node) => {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${relative(packageRoot(), name)}:${line} ${node.getText()}`);
    };
    const look = (node: ts.Node): void => {
      if (ts.isTaggedTemplateExpression(node)) return;
      if (ts.isConditionalExpression(node) && choosesForm(node)) report(node);
      if (ts.isTemplateExpression(node)) {
        for (const [index, { expression, literal }] of node.templateSpans.entries()) {
          const before = index === 0 ? node.head.text : (node.templateSpans[index - 1]?.literal.text ?? '');
          if (NAMES.test(before)) continue;
          const isWrong = isPlural(expression)
            ? VERB_OF_NOUN.test(literal.text)
            : changesWithCount(literal.text) && isNumber(expression, checker);
          if (isWrong) report(node);
        }
      }
      ts.forEachChild(node, look);
    };
    look(source);
  }
  return found;
}

const isPlural = (node: ts.Expression) => ts.isCallExpression(node) && node.expression.getText() === 'plural';

/** `count === 1 ? 'is' : 'are'`. */
function choosesForm({ condition, whenTrue, whenFalse }: ts.ConditionalExpression): boolean {
  const isOne = /(?:length|size|count|total|missing|[a-z]s) (?:===|!==) 1$/.test(condition.getText());
  return isOne && ts.isStringLiteral(whenTrue) && ts.isStringLiteral(whenFalse) && whenTrue.text !== '';
}

function isNumber(node: ts.Expression, checker: ts.TypeChecker): boolean {
  if (/^[A-Z_\d]+$/.test(node.getText())) return false;
  if (ts.isCallExpression(node) && /(?:toLocaleString|toFixed|thousands|number)$/.test(node.expression.getText())) {
    return true;
  }
  const type = checker.getTypeAtLocation(node);
  const flags = ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike;
  return (type.isUnion() ? type.types : [type]).some((one) => (one.flags & flags) !== 0);
}

function changesWithCount(text: string): boolean {
  const words = /^ ([a-zA-Z ]+)/.exec(text)?.[1]?.trim().split(/ +/) ?? [];
  for (const word of words.slice(0, 3)) {
    if (ENDS.has(word) || UNITS.has(word)) return false;
    if (VERB.test(word) || /[^s]s$/.test(word)) return true;
  }
  return false;
}

function findIn(text: string): string[] {
  const name = join(packageRoot(), 'sample.ts');
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, noLib: true, types: [] };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (file, target) =>
    file === name ? ts.createSourceFile(file, text, target, true) : read(file, target);
  return findCounts([name], options, host);
}

test.each([
  ['a noun', '`${n} files gone`'],
  ['a noun behind an adjective', '`${n} more files`'],
  ['a verb', '`at most ${n} are read`'],
  ['a number in digits of its own', "`${n.toLocaleString('en')} notes`"],
  ['a verb behind a counted noun', "`${plural(n, 'message')} waits`"],
  ['a form chosen by hand', "n.length === 1 ? 'is' : 'are'"],
])('%s that does not follow its number is found', (_, expression) => {
  const declared = 'declare const n: any; declare function plural(n: number, one: string): string;';
  const typed = expression.includes('length') ? declared : declared.replace('any', 'number');
  expect(findIn(`${typed} export const said = ${expression};`)).toHaveLength(1);
});

test.each([
  ['a unit', '`${n} ms passed`'],
  ['a part', '`${n} of the files`'],
  ['a name', '`Batch ${n} has it`'],
  ['the form of the helper', "`${plural(n, 'message waits', 'messages wait')} here`"],
])('%s is none', (_, expression) => {
  const declared = 'declare const n: number; declare function plural(n: number, one: string, many?: string): string;';
  expect(findIn(`${declared} export const said = ${expression};`)).toEqual([]);
});

test('no sentence of coda counts one thing as several', { timeout: 120_000 }, () => {
  const file = join(packageRoot(), 'tsconfig.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, packageRoot());
  const own = fileNames.filter((name) => relative(packageRoot(), name).startsWith('src/'));
  expect(findCounts(own, options)).toEqual([]);
});
