/**
 * What the type checker and the linter do not see: sizes that call for a name (warnings), and which words belong to
 * which rooms (errors). Run alone, it prints both.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { countDoors } from './doors.mjs';
import { listFiles, root } from './files.mjs';

const MAX_FILE_LINES = 600;
const MAX_FUNCTION_LINES = 60;

/** Files without a longer function, for good: the pages, and what puts coda together. */
const SHORT_FUNCTIONS = /^src\/(?:web\/|app\/build\.ts$)/;

/** `process.env` belongs to who builds coda; an entry point may hand it on. */
const MAY_READ_ENV = /^src\/(config|app)\/|^src\/main\.ts$/;
/** SQL belongs to the storage and to each room's store. */
const MAY_HOLD_SQL = /^src\/storage\/|\/store\.ts$|\/store\//;

const SQL =
  /^\s*(select\s[\s\S]*\bfrom\b|select\s+\w+\(|insert\s+into\s|update\s+\S+\s+(\w+\s+)?set\s|delete\s+from\s|with\s+\S+\s+as\s*\(|create\s+(table|index|unique)\s|alter\s+table\s|vacuum\b|lock\s+table\s)/i;

/** One clock decides: instants come into statements as parameters. `clock_timestamp()` only tells how far apart two are. */
const OWN_CLOCK = /\b(now|statement_timestamp)\(\)|\bcurrent_timestamp\b/i;
const MAY_ASK_THE_TIME = /^src\/storage\//;
const ASKS_THE_TIME = 'asks the database for the time; take the instant from World.clock, as a parameter';

/**
 * A comment that begins so leaves its reader looking for the subject: "Whether …" instead of "True if …", "What …" instead
 * of the noun, "Of the …" instead of the thing. A few sentences about code need it.
 */
const HEADLESS =
  /^\s*(?:\/\*\*|\/\/|\/\*\*\n\s*\*) (?:what|whom?|whose|whether|where|which|how|of|so many|so much|so often|(?:by|for|in) (?:what|which|whom))\b/gim;
/** The same with a pronoun, which names nothing that was said before it. */
const PRONOUN = /^\s*(?:\/\*\*|\/\/|\/\*\*\n\s*\*) (?:It|They|Those|Nobody|Somebody|One|Another)\b/gm;
const BEGINNINGS = [
  { pattern: HEADLESS, most: 10, words: 'what, who, whether, where, which, how, of or so many' },
  { pattern: PRONOUN, most: 40, words: 'it, they, those, nobody, somebody, one or another' },
];

/**
 * Bounds of the shape of `src`. Lines a file, on average, may only rise: a capability brings files of its own, and none of them is
 * a fragment. The others may only fall.
 */
export const SHAPE = { linesPerFile: 153, filesInFolder: 24, smallWithOneImporter: 44 };
/** Lines; a file below that which only one other file imports is usually a part of that one. */
const SMALL_FILE_LINES = 60;

/**
 * Imports that lead up inside a room: from a folder to a file above it that itself stands on folders. Rooms that are not named have
 * none, and no number may rise.
 */
export const ARROWS_UP = { app: 1, storage: 1, time: 2 };

/**
 * Words that say nothing alone: whoever reads a call of `shown`, `over` or `look` learns neither the act nor its object. A
 * function is a verb with its noun, a type is a noun. Words on -ed and -ing are found by their endings.
 */
const IRREGULAR_PARTICIPLES =
  'become began begun bent bound bought bred broken brought built came caught chosen dealt done drawn driven drove dug ' +
  'fallen fed fell felt fled forgotten found gave given gone got grew grown heard held hidden hung hurt kept knew known laid ' +
  'led left lent lain lost made meant met overdue overridden overrun paid risen ridden rose rung said saw seen sent shaken ' +
  'shaped shown shut slept slid sold spent spoke spoken sprung spun stolen stood struck stuck sunk swept sworn swum swung ' +
  'taken taught thought thrown told took torn understood went withheld woken won worn wound written wrote';
const PREPOSITIONS_AND_ADVERBS =
  'about above across after again against ago all along already also always among and any apart around as away back ' +
  'before behind below beside besides between beyond both by each either else enough ever far few from here hers his how ' +
  'in inside into its just later many mine more most much near neither never none now of off often on once one ones only ' +
  'onto other others our ours out outside over own perhaps quite rather same several since some soon still such that ' +
  'their theirs then there these this those through thus to together too toward towards twice under until up upon very well ' +
  'what when where whether which who whom whose why with within without yet your yours';
const VAGUE_VERBS = 'end handle look settle';
const BARE_TYPES = new Set([...IRREGULAR_PARTICIPLES.split(' '), ...PREPOSITIONS_AND_ADVERBS.split(' '), 'reading']);
const BARE_FUNCTIONS = new Set([...BARE_TYPES, ...VAGUE_VERBS.split(' ')]);
/** Nouns and verbs that only look like participles. */
const NO_PARTICIPLES = new Set(
  (
    'bed bleed breed embed exceed feed hundred indeed kindred led need proceed red sacred seed shed shred sled speed succeed ' +
    'wed anything bring cling everything king nothing ping ring sing sling something spring string swing thing wing'
  ).split(' '),
);
/** Names that everybody knows: of a result, of a clock, of a factory, of a promise. */
const STANDARD_NAMES = new Set(['deferred', 'done', 'failed', 'now', 'of']);

/** Names of one such word in `src`, and those among them that other files may use; both may only fall. */
export const BARE_NAMES = { all: 4, exported: 0 };

/**
 * What `src` carries and is to lose: functions of more lines than one reads at once, members that are spread on a condition
 * (`omitUndefined` says them in one literal), and locals whose whole name is a participle such as `found`. No number may rise.
 */
export const LEFTOVERS = { longFunctions: 11, conditionalSpreads: 400, participleLocals: 141 };

/** The files in the root of the project: a reader meets each of them before the first folder. */
const ROOT_FILES = new Set(
  (
    '.dependency-cruiser.cjs .dockerignore .editorconfig .gitignore .npmrc CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE ' +
    'README.md SECURITY.md biome.json docker-compose.yml knip.json package-lock.json package.json tsconfig.json ' +
    'tsconfig.scripts.json vitest.config.ts'
  ).split(' '),
);

/** @typedef {{ warnings: string[], errors: string[] }} Found */

/**
 * The room that a file stands in, as one says it: `skills/notes`, `agent`, `test/config`.
 *
 * @param {string} file
 */
export function roomOf(file) {
  const parts = file.split('/').slice(file.startsWith('src/') ? 1 : 0, -1);
  return parts.slice(0, /^(skills|adapters|test)$/.test(parts[0] ?? '') ? 2 : 1).join('/') || 'src';
}

/**
 * The warnings and errors of one file; `file` is relative to the package's root.
 *
 * @param {string} file
 * @param {string} text
 * @returns {Found}
 */
export function inspect(file, text) {
  return file.endsWith('.sql') ? inspectMigration(file, text) : inspectSource(file, text);
}

/** @type {typeof inspect} */
function inspectMigration(file, text) {
  const lines = text.split('\n').map((line) => line.replace(/--.*/, ''));
  const errors = lines.flatMap((line, index) =>
    OWN_CLOCK.test(line) ? [`${file}:${index + 1} ${ASKS_THE_TIME}`] : [],
  );
  return { warnings: [], errors };
}

/** @type {typeof inspect} */
function inspectSource(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Found} */
  const found = { warnings: [], errors: [] };
  const lineOf = (/** @type {number} */ position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const lines = text.split('\n').length - 1;
  if (lines > MAX_FILE_LINES) found.warnings.push(`${roomOf(file)}: ${file} has ${lines} lines (${MAX_FILE_LINES})`);

  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) checkLength(node, file, lineOf, found);
    if (file.startsWith('src/')) checkWords(node, file, lineOf, found);
    if (/^src\/.*\.js$/.test(file)) checkPlain(node, file, lineOf, found);
    if (file.startsWith('src/app/') && ts.isBlock(node)) checkOrder(node, file, lineOf, found);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * @param {ts.SignatureDeclaration} node
 * @param {string} file
 * @param {(position: number) => number} lineOf
 * @param {Found} found
 */
function checkLength(node, file, lineOf, found) {
  const first = lineOf(node.getStart());
  const lines = lineOf(node.end) - first + 1;
  // A suite is a list of tests, not a function that says one thing.
  const isSuite = file.startsWith('test/') && /\b(describe|test)(\.\w+)*\(/.test(node.getText());
  if (lines <= MAX_FUNCTION_LINES || isSuite) return;
  const list = SHORT_FUNCTIONS.test(file) ? found.errors : found.warnings;
  list.push(`${roomOf(file)}: ${nameOf(node)} in ${file}:${first} has ${lines} lines (${MAX_FUNCTION_LINES})`);
}

/** @param {ts.SignatureDeclaration} node */
function nameOf(node) {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named ? `${named.getText()}()` : 'a function';
}

/**
 * @param {ts.Node} node
 * @param {string} file
 * @param {(position: number) => number} lineOf
 * @param {Found} found
 */
function checkWords(node, file, lineOf, found) {
  const at = () => `${file}:${lineOf(node.getStart())}`;
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env' && !MAY_READ_ENV.test(file)) {
    found.errors.push(`${at()} reads process.env; take the value from World or Config`);
  }
  if (isSpreadLiteral(node))
    found.errors.push(`${at()} spreads a literal into a literal; its members stand in the outer one`);
  const text = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) ? node.text : undefined;
  if (text === undefined || !SQL.test(text)) return;
  if (!MAY_HOLD_SQL.test(file)) found.errors.push(`${at()} holds SQL; it belongs into the room's store.ts`);
  const whole = ts.isTemplateHead(node) ? node.parent.getText() : text;
  if (OWN_CLOCK.test(whole) && !MAY_ASK_THE_TIME.test(file)) found.errors.push(`${at()} ${ASKS_THE_TIME}`);
}

/**
 * JavaScript in `src` runs on threads and in processes of its own, which load no TypeScript.
 *
 * @param {ts.Node} node
 * @param {string} file
 * @param {(position: number) => number} lineOf
 * @param {Found} found
 */
function checkPlain(node, file, lineOf, found) {
  if (!ts.isStringLiteral(node) || !/^\..*\.tsx?$/.test(node.text)) return;
  const { parent } = node;
  if (
    ts.isImportDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  )
    found.errors.push(`${file}:${lineOf(node.getStart())} imports TypeScript, which a thread does not load`);
}

/**
 * True for `...{ a, b }` and `...[a, b]`: a field that was renamed elsewhere would pass the compiler there.
 *
 * @param {ts.Node} node
 */
const isSpreadLiteral = (node) =>
  (ts.isSpreadAssignment(node) && ts.isObjectLiteralExpression(node.expression)) ||
  (ts.isSpreadElement(node) &&
    ts.isArrayLiteralExpression(node.expression) &&
    ts.isArrayLiteralExpression(node.parent));

/**
 * Errors where a closure names a constant that is made further down, or is being made: what is put together is made of parts
 * that are there, and what comes later is handed over at the start or at the call.
 *
 * @param {ts.Block} block
 * @param {string} file
 * @param {(position: number) => number} lineOf
 * @param {Found} found
 */
function checkOrder(block, file, lineOf, found) {
  const declarations = block.statements.flatMap((each) =>
    ts.isVariableStatement(each) ? [...each.declarationList.declarations] : [],
  );
  for (const { name: bound, initializer, end } of declarations) {
    // A function may call itself.
    if (!initializer || ts.isFunctionLike(initializer)) continue;
    for (const name of namesIn(bound)) {
      const visit = (/** @type {ts.Node} */ node, /** @type {boolean} */ isLater) => {
        if (node.pos >= end) return;
        if (isLater && ts.isIdentifier(node) && node.text === name && isRead(node)) {
          found.errors.push(`${file}:${lineOf(node.getStart())} names ${name}, which is made further down`);
        }
        if (ts.isFunctionLike(node) && node.parameters.some((each) => namesIn(each.name).includes(name))) return;
        ts.forEachChild(node, (child) => visit(child, isLater || ts.isFunctionLike(node)));
      };
      visit(block, false);
    }
  }
}

/** @type {(name: ts.BindingName) => string[]} */
const namesIn = (name) =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((each) => (ts.isOmittedExpression(each) ? [] : namesIn(each.name)));

/** @type {(node: ts.Identifier) => boolean} */
const isRead = ({ parent, pos }) =>
  !(
    'name' in parent &&
    /** @type {ts.Node} */ (parent.name)?.pos === pos &&
    !ts.isShorthandPropertyAssignment(parent)
  ) && !(ts.isBindingElement(parent) && parent.propertyName?.pos === pos);

/** All warnings and errors of the sources, the tests, the benches and the migrations. */
export function inspectHouse(files = sources()) {
  /** @type {(readonly [string, string])[]} */
  const read = files.map((file) => [file, readFileSync(join(root, file), 'utf8')]);
  const all = read.map(([file, text]) => inspect(file, text));
  const errors = [
    ...all.flatMap((one) => one.errors),
    ...strayFiles(filesInRoot()),
    ...sharedNumbers(files),
    ...countHeadless(read),
    ...checkShape(read),
    ...checkArrows(read),
    ...countBareNames(read),
    ...countLeftovers(read),
    ...countDoors(read),
  ];
  return { warnings: all.flatMap((one) => one.warnings), errors, files: all.length };
}

/**
 * An error if comments of `src` begin without a noun or verb more often than that may be.
 *
 * @param {(readonly [file: string, text: string])[]} files
 */
export function countHeadless(files) {
  return BEGINNINGS.flatMap(({ pattern, most, words }) => {
    const counts = files.flatMap(([file, text]) => {
      const count = file.startsWith('src/') ? (text.match(pattern)?.length ?? 0) : 0;
      return count === 0 ? [] : [{ file, count }];
    });
    const sum = counts.reduce((total, { count }) => total + count, 0);
    if (sum <= most) return [];
    const worst = counts.sort((a, b) => b.count - a.count).slice(0, 3);
    return [
      `${sum} comments begin with ${words} (${most}), most in ${worst.map(({ file, count }) => `${file} (${count})`).join(', ')}`,
    ];
  });
}

/**
 * Errors where the files of `src` are too short on average, a folder has too many of its own, or too many small files have one importer
 * and no test that imports them.
 *
 * @param {(readonly [file: string, text: string])[]} files
 */
export function checkShape(files, bounds = SHAPE) {
  const source = files.filter(([file]) => file.startsWith('src/'));
  const importers = importersOf(files);
  const small = source.filter(([file, text]) => {
    // Programs of workers, and their parts, are no parts of the file that starts them.
    if (!file.endsWith('.ts')) return false;
    const by = [...(importers.get(file) ?? [])];
    return by.length === 1 && by[0]?.startsWith('src/') && text.split('\n').length - 1 < SMALL_FILE_LINES;
  });
  const folders = new Map();
  for (const [file] of source) folders.set(posix.dirname(file), (folders.get(posix.dirname(file)) ?? 0) + 1);
  const full = [...folders].filter(([, count]) => count > bounds.filesInFolder);
  const lines = source.reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0) / Math.max(1, source.length);
  return [
    ...(lines < bounds.linesPerFile
      ? [`the files of src have ${lines.toFixed(1)} lines on average (${bounds.linesPerFile})`]
      : []),
    ...full.map(([folder, count]) => `${folder} has ${count} files of its own (${bounds.filesInFolder})`),
    ...(small.length > bounds.smallWithOneImporter
      ? [
          `${small.length} files under ${SMALL_FILE_LINES} lines have one importer and no test (${bounds.smallWithOneImporter}), such as ${small[0]?.[0]}`,
        ]
      : []),
  ];
}

/**
 * The files that import each file, tests among them.
 *
 * @param {(readonly [file: string, text: string])[]} files
 */
function importersOf(files) {
  /** @type {Map<string, Set<string>>} */
  const importers = new Map();
  for (const [file, text] of files) {
    for (const [, specifier = ''] of text.matchAll(/(?:from |import\(|import |new URL\()'(\.{1,2}\/[^']+)'/g)) {
      const target = posix.join(posix.dirname(file), specifier);
      importers.set(target, (importers.get(target) ?? new Set()).add(file));
    }
  }
  return importers;
}

/**
 * Errors where more imports lead up inside a room than `bounds` says: folders stand on files that stand on no folder.
 *
 * @param {(readonly [file: string, text: string])[]} files
 * @param {Readonly<Record<string, number>>} bounds
 */
export function checkArrows(files, bounds = ARROWS_UP) {
  const importers = importersOf(files.filter(([file]) => file.startsWith('src/')));
  /** @param {string} file @param {string} folder */
  const isBelow = (file, folder) => file.startsWith(`${folder}/`) && posix.dirname(file) !== folder;
  const standsOnFolders = new Set();
  for (const [file, by] of importers)
    for (const above of by) if (isBelow(file, posix.dirname(above))) standsOnFolders.add(above);
  /** @type {Map<string, string[]>} */
  const arrows = new Map();
  for (const file of standsOnFolders)
    for (const from of importers.get(file) ?? []) {
      const room = roomOf(file);
      if (!isBelow(from, posix.dirname(file)) || roomOf(from) !== room) continue;
      arrows.set(room, [...(arrows.get(room) ?? []), `${from} → ${file}`]);
    }
  return [...arrows].flatMap(([room, found]) => {
    const most = bounds[room] ?? 0;
    return found.length > most ? [`${room}: ${found.length} imports lead up (${most}), such as ${found[0]}`] : [];
  });
}

/**
 * Errors where more functions, methods and types of `src` have one bare word as their whole name than `bounds` says.
 *
 * @param {(readonly [file: string, text: string])[]} files
 */
export function countBareNames(files, bounds = BARE_NAMES) {
  const found = files.flatMap(([file, text]) => (/^src\/.*\.ts$/.test(file) ? bareNamesIn(file, text) : []));
  return [
    ...tooManyBare(found, bounds.all, 'functions, methods and types'),
    ...tooManyBare(
      found.filter(({ isExported }) => isExported),
      bounds.exported,
      'exported functions, methods and types',
    ),
  ];
}

/**
 * Errors where `src` has more of what it is to lose than `bounds` says, with the files that have most of it.
 *
 * @param {(readonly [file: string, text: string])[]} files
 */
export function countLeftovers(files, bounds = LEFTOVERS) {
  const counts = files.flatMap(([file, text]) => (/^src\/.*\.tsx?$/.test(file) ? [leftoversIn(file, text)] : []));
  return /** @type {(keyof typeof LEFTOVERS)[]} */ (Object.keys(LEFTOVERS)).flatMap((kind) => {
    const sum = counts.reduce((total, each) => total + each[kind], 0);
    if (sum <= bounds[kind]) return [];
    const worst = counts.sort((a, b) => b[kind] - a[kind]).slice(0, 3);
    const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return [
      `${sum} ${words} (${bounds[kind]}), most in ${worst.map((each) => `${each.file} (${each[kind]})`).join(', ')}`,
    ];
  });
}

const PARTICIPLES = new Set(IRREGULAR_PARTICIPLES.split(' '));

/** @type {(file: string, text: string) => { file: string } & typeof LEFTOVERS} */
function leftoversIn(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (/** @type {number} */ position) => source.getLineAndCharacterOfPosition(position).line;
  const found = { file, longFunctions: 0, conditionalSpreads: 0, participleLocals: 0 };
  /** @type {(node: ts.Node, isInside: boolean) => void} */
  const visit = (node, isInside) => {
    const isFunction = ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
    if (isFunction && lineOf(node.end) - lineOf(node.getStart()) >= MAX_FUNCTION_LINES) found.longFunctions++;
    if (ts.isSpreadAssignment(node) && isConditional(node.expression)) found.conditionalSpreads++;
    if (isInside && isLocal(node) && PARTICIPLES.has(node.name.getText()) && !STANDARD_NAMES.has(node.name.getText()))
      found.participleLocals++;
    // Parameters of a type name what a caller gives, and are no locals.
    if (!ts.isFunctionTypeNode(node)) ts.forEachChild(node, (child) => visit(child, isInside || isFunction));
  };
  visit(source, false);
  return found;
}

/** @type {(node: ts.Node) => node is ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement} */
const isLocal = (node) => ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);

/** @type {(node: ts.Expression) => boolean} */
const isConditional = (node) =>
  ts.isParenthesizedExpression(node)
    ? isConditional(node.expression)
    : ts.isConditionalExpression(node) ||
      (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken);

/** @typedef {{ file: string, name: string, isExported: boolean }} BareName */

/** @type {(found: BareName[], most: number, things: string) => string[]} */
function tooManyBare(found, most, things) {
  if (found.length <= most) return [];
  /** @type {Map<string, string[]>} */
  const byFile = new Map();
  for (const { file, name } of found) byFile.set(file, [...(byFile.get(file) ?? []), name]);
  const worst = [...byFile].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  return [
    `${found.length} ${things} are named by a participle, preposition or vague verb alone (${most}), most in ${worst
      .map(([file, names]) => `${file} (${names.join(', ')})`)
      .join(', ')}`,
  ];
}

/** @type {(file: string, text: string) => BareName[]} */
function bareNamesIn(file, text) {
  /** @type {BareName[]} */
  const found = [];
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    const isExported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    for (const { name, isType } of namedIn(statement)) if (isBare(name, isType)) found.push({ file, name, isExported });
  }
  return found;
}

/** @type {(statement: ts.Statement) => { name: string, isType: boolean }[]} */
function namedIn(statement) {
  /** @type {(name: ts.Node | undefined, isType: boolean) => { name: string, isType: boolean }[]} */
  const named = (name, isType) => (name && ts.isIdentifier(name) ? [{ name: name.text, isType }] : []);
  if (ts.isFunctionDeclaration(statement)) return named(statement.name, false);
  if (ts.isTypeAliasDeclaration(statement)) return named(statement.name, true);
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        ? named(name, false)
        : [],
    );
  if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return [];
  const methods = [...statement.members].filter(
    (each) => ts.isMethodDeclaration(each) || ts.isMethodSignature(each) || ts.isGetAccessorDeclaration(each),
  );
  return [...named(statement.name, true), ...methods.flatMap(({ name }) => named(name, false))];
}

/** @type {(name: string, isType: boolean) => boolean} */
function isBare(name, isType) {
  const word = name.toLowerCase();
  if (!/^[A-Za-z][a-z]*$/.test(name) || NO_PARTICIPLES.has(word) || STANDARD_NAMES.has(word)) return false;
  return (isType ? BARE_TYPES : BARE_FUNCTIONS).has(word) || /ed$/.test(word) || (!isType && /ing$/.test(word));
}

/**
 * Errors for files in the root of the project that no list names.
 *
 * @param {readonly string[]} names
 */
export function strayFiles(names) {
  return names
    .filter((name) => !ROOT_FILES.has(name))
    .map((name) => `${name} stands in the root and ROOT_FILES in scripts/house.mjs does not name it`);
}

/** What compilers leave there, git does not keep; in a worktree `.git` is a file. */
const filesInRoot = () =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.git' && !entry.name.endsWith('.tsbuildinfo'))
    .map(({ name }) => name);

/**
 * Migrations that have the number of another one, as two branches may choose the same.
 *
 * @param {string[]} files
 */
export function sharedNumbers(files) {
  const numbers = new Map();
  return files.flatMap((file) => {
    const number = /^migrations\/(\d+)_/.exec(file)?.[1];
    if (number === undefined) return [];
    const first = numbers.get(number);
    numbers.set(number, first ?? file);
    return first ? [`${file} has the number of ${first}; give it the next free one`] : [];
  });
}

const sources = () =>
  ['src', 'test', 'bench', 'migrations']
    .flatMap((folder) => listFiles(join(root, folder)))
    // What is made of something else reads as that does.
    .filter((file) => !file.endsWith('.d.ts'))
    .filter((file) => /\.([jt]sx?|sql)$/.test(file));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { warnings, errors, files } = inspectHouse();
  for (const warning of warnings) console.log(`warning  ${warning}`);
  for (const error of errors) console.log(`error    ${error}`);
  console.log(`${files} files`);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
