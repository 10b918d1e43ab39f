/** Buttons that take something away, or consent to something, carry what their card showed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('web/'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** By tool: why its button needs no mark of what its card showed. */
const NEEDS_NONE: Readonly<Record<string, string>> = {
  call_confirmed: 'it carries the whole call',
  improvement_proposal_take_back:
    'a proposal with this id is never another one, and what is taken back is checked against its files',
  memory_delete: 'the words of a memory never change: another text is another memory, with another id',
  note_edit: 'it asks for the words that it writes, and Undo gives the former ones back',
  reminder_complete: 'a reminder that is done is told by what was said, and Undo opens it again',
};

interface Button {
  tool: string;
  input: string;
  at: string;
}

function nodesOf({ file, text }: { file: string; text: string }): ts.ObjectLiteralExpression[] {
  const found: ts.ObjectLiteralExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

const fieldOf = (node: ts.ObjectLiteralExpression, name: string): string | undefined => {
  const field = node.properties.find((each) => each.name?.getText() === name);
  return field && (ts.isPropertyAssignment(field) ? field.initializer.getText() : name);
};

/** Constants of one file stand before those that others export under the same name. */
const constantsOf = (text: string, which: RegExp): [string, string][] =>
  [...text.matchAll(which)].map(([, name = '', value = '']) => [name, value]);
const exported = new Map(sources.flatMap(({ text }) => constantsOf(text, /^export const ([A-Z_]+) = '(\w+)';$/gm)));
const nameIn = (file: string, said: string): string =>
  /^'(\w+)'$/.exec(said)?.[1] ??
  new Map(constantsOf(file, /^(?:export )?const ([A-Z_]+) = '(\w+)';$/gm)).get(said) ??
  exported.get(said) ??
  said;

const literals = sources.flatMap((source) => nodesOf(source).map((node) => ({ node, ...source })));

/** Tools that delete something, or that a person alone may call, for it is a consent. */
const grave = new Set(
  literals
    .filter(({ node }) => fieldOf(node, 'name') && fieldOf(node, 'effect') && fieldOf(node, 'run'))
    .filter(({ node }) => fieldOf(node, 'policy')?.includes('deletes:') || fieldOf(node, 'callers') === "'person'")
    .map(({ node, text }) => nameIn(text, fieldOf(node, 'name') ?? '')),
);

/** The declaration of a name that stands before `end`, where an input is put together first. */
const declarationOf = (text: string, name: string, end: number): string =>
  text.slice(0, end).split(`const ${name} =`).slice(1).at(-1)?.slice(0, 300) ?? '';

const buttons: Button[] = literals.flatMap(({ node, file, text }) => {
  const [tool, input] = [fieldOf(node, 'tool'), fieldOf(node, 'input')];
  if (tool === undefined || input === undefined || fieldOf(node, 'label') === undefined) return [];
  const whole = /^\w+$/.test(input) ? `${input} ${declarationOf(text, input, node.getStart())}` : input;
  const spread = [...whole.matchAll(/\.\.\.(\w+)/g)].map(([, name = '']) => declarationOf(text, name, node.getStart()));
  return [{ tool: nameIn(text, tool), input: [whole, ...spread].join(' '), at: file }];
});

test('a button that deletes or consents carries a mark of what its card showed', () => {
  const bound = /\b(?:seen|hash|version|items|pin|sure|code|at)\b/;
  // A button that carries nothing is about the person who presses.
  const isAsked = ({ tool, input }: Button) => grave.has(tool) && !(tool in NEEDS_NONE) && input !== '{}';
  const asked = buttons.filter(isAsked);
  expect(asked.filter(({ input }) => !bound.test(input))).toEqual([]);
  expect(new Set(asked.map(({ tool }) => tool)).size).toBeGreaterThan(10);
});
