/** Counts what stands at the door of a room: a name behind `export *` is as public as one that is exported by its name. */

import { posix } from 'node:path';
import ts from 'typescript';

/**
 * Names behind `export *` and `export * as` at the door of a room: rooms that are not named have none, and no number may rise.
 * `all` are all names of a door, where they are bounded as well.
 */
export const DOORS = {
  behindStars: {
    agent: 57,
    chat: 67,
    delivery: 121,
    people: 51,
    'skills/specialists': 24,
    time: 11,
    trust: 1,
  },
  all: { 'agent-skills': 40 },
};

const DOOR = /^src\/((?:(?:skills|adapters)\/)?[a-z-]+)\/index\.ts$/;

/**
 * Errors where a door shows more names than `bounds` says.
 *
 * @param {(readonly [file: string, text: string])[]} files
 * @param {{ behindStars: Readonly<Record<string, number>>, all: Readonly<Record<string, number>> }} bounds
 */
export function countDoors(files, bounds = DOORS) {
  const texts = new Map(files);
  return files.flatMap(([file]) => {
    const room = DOOR.exec(file)?.[1];
    if (room === undefined) return [];
    const { named, behindStars } = namesAt(file, texts);
    const [most, mostOfAll] = [bounds.behindStars[room] ?? 0, bounds.all[room] ?? Number.POSITIVE_INFINITY];
    const all = named.length + behindStars.length;
    return [
      ...(behindStars.length > most
        ? [`${file} has ${behindStars.length} names behind "export *" (${most}): export by name what others use`]
        : []),
      ...(all > mostOfAll ? [`${file} has ${all} names (${mostOfAll}): take one away before another one comes`] : []),
    ];
  });
}

/** @type {(file: string, texts: ReadonlyMap<string, string>) => { named: string[], behindStars: string[] }} */
function namesAt(file, texts) {
  /** @type {{ named: string[], behindStars: string[] }} */
  const found = { named: [], behindStars: [] };
  for (const statement of ts.createSourceFile(file, texts.get(file) ?? '', ts.ScriptTarget.Latest).statements) {
    if (!ts.isExportDeclaration(statement)) found.named.push(...declaredIn(statement));
    else if (statement.exportClause && ts.isNamedExports(statement.exportClause))
      found.named.push(...statement.exportClause.elements.map(({ name }) => name.text));
    else if (statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier)) {
      const inside = namesAt(posix.join(posix.dirname(file), statement.moduleSpecifier.text), texts);
      found.behindStars.push(...inside.named, ...inside.behindStars);
    }
  }
  return found;
}

/** @type {(statement: ts.Statement) => string[]} */
function declaredIn(statement) {
  const isExported =
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}
