import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * A regular expression backtracks more than linearly when a repetition stands within a repetition, or when two
 * repetitions beside each other can take the same characters. Neither form is used.
 */
export interface Atom {
  source: string;
  /** Repeated without an upper bound. */
  unbounded: boolean;
  optional: boolean;
  /** The least number of times. */
  least: number;
  /** Repeated more than a few times. */
  repeats: boolean;
}

const A_FEW = 8;
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;

/** What is wrong with a pattern, in words; empty when nothing is. */
export function problems(source: string): string[] {
  const found: string[] = [];
  const check = (atoms: Atom[]) => {
    for (const [index, atom] of atoms.entries()) {
      if (!atom.unbounded) continue;
      if (hasUnbounded(atom.source)) found.push(`a repetition within a repetition: ${atom.source}`);
      for (const next of atoms.slice(index + 1)) {
        if (next.unbounded && overlap(atom.source, next.source)) found.push(`${atom.source} beside ${next.source}`);
        if (!next.optional) break;
      }
    }
  };
  for (const alternative of alternativesOf(source)) {
    const atoms = atomsOf(alternative);
    check(atoms);
    for (const { source: inner } of atoms) if (inner.startsWith('(')) found.push(...problems(bodyOf(inner)));
  }
  return found;
}

function hasUnbounded(source: string): boolean {
  if (!source.startsWith('(')) return false;
  return alternativesOf(bodyOf(source)).some((one) =>
    atomsOf(one).some((atom) => atom.unbounded || hasUnbounded(atom.source)),
  );
}

export function bodyOf(group: string): string {
  return group.slice(1, -1).replace(/^\?(?:[:=!]|<[=!]|<\w+>)/, '');
}

/** The end of the group, class or character that begins at `at`. */
function atomEnd(source: string, at: number): number {
  const first = source[at];
  if (first === '\\') return /^\\[pP]\{/.test(source.slice(at)) ? source.indexOf('}', at) + 1 : at + 2;
  if (first !== '(' && first !== '[') return at + 1;
  let depth = 0;
  let inClass = false;
  for (let index = at; index < source.length; index++) {
    const sign = source[index];
    if (sign === '\\') index++;
    else if (inClass) inClass = sign !== ']';
    else if (sign === '[') inClass = true;
    else if (sign === '(') depth++;
    else if (sign === ')') depth--;
    if (depth === 0 && !inClass) return index + 1;
  }
  return source.length;
}

export function alternativesOf(source: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < source.length; at = source[at] === '|' ? at + 1 : atomEnd(source, at)) {
    if (source[at] !== '|') continue;
    parts.push(source.slice(start, at));
    start = at + 1;
  }
  return [...parts, source.slice(start)];
}

export function atomsOf(source: string): Atom[] {
  const atoms: Atom[] = [];
  for (let at = 0; at < source.length; ) {
    const end = atomEnd(source, at);
    const quantifier = QUANTIFIER.exec(source.slice(end))?.[0] ?? '';
    const unbounded = /^[*+]|,\}/.test(quantifier);
    const optional = /^[*?]|^\{0/.test(quantifier) || /^\(\?[=!<]|^[\^$]$|^\\b$/.test(source.slice(at, end));
    const [, least = '1', most] = /^\{(\d+)(?:,(\d+))?\}/.exec(quantifier) ?? [];
    const repeats = unbounded || Number(most ?? least) > A_FEW;
    atoms.push({ source: source.slice(at, end), unbounded, optional, least: optional ? 0 : Number(least), repeats });
    at = end + quantifier.length;
  }
  return atoms;
}

const SAMPLE = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code));

function overlap(a: string, b: string): boolean {
  const [one, other] = [a, b].map((atom) => new RegExp(`^(?:${atom})$`, 'iu'));
  return SAMPLE.some((sign) => one?.test(sign) && other?.test(sign));
}

export interface FoundPattern {
  source: string;
  flags: string;
  /** Name of the constant that holds it; '' where none does. */
  name: string;
}

/** The regular expressions of a source file. */
export function patternsOf(file: string): FoundPattern[] {
  const found: FoundPattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const name = ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '';
      found.push({ source: node.text.slice(1, end), flags: node.text.slice(end + 1), name });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}

/** For each pattern that a source file builds (`new RegExp`, `pattern.i`…): the outermost function or constant around it. */
export function buildersOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, around: string): void => {
    const isNamed = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isVariableDeclaration(node);
    const name = around === '' && isNamed ? (node.name?.getText() ?? '') : around;
    const isBuilt =
      (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') ||
      (ts.isTaggedTemplateExpression(node) && node.tag.getText().startsWith('pattern.'));
    if (isBuilt) found.push(name);
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true), '');
  return found;
}
