/** Colours of code, by its language. Pieces of text come of it, never markup. */
import core from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

/** Words of one colour; without a kind they have that of the text. */
export interface Piece {
  text: string;
  kind?: string;
}

/** Collects pieces in the place of the library's own emitter, which writes HTML. */
class PieceEmitter {
  readonly pieces: Piece[] = [];
  private readonly scopes: string[] = [];

  addText(text: string): void {
    if (text === '') return;
    const kind = KINDS[this.scopes.findLast((scope) => KINDS[scope] !== undefined) ?? ''];
    const last = this.pieces.at(-1);
    if (last && last.kind === kind) last.text += text;
    else this.pieces.push(kind === undefined ? { text } : { text, kind });
  }

  startScope(name: string): void {
    this.openNode(name);
  }

  endScope(): void {
    this.closeNode();
  }

  openNode(name: string): void {
    this.scopes.push(name.split('.', 1)[0] ?? '');
  }

  closeNode(): void {
    this.scopes.pop();
  }

  __addSublanguage(inner: PieceEmitter): void {
    for (const { text, kind } of inner.pieces) this.pieces.push(kind === undefined ? { text } : { text, kind });
  }

  finalize(): boolean {
    return true;
  }

  toHTML(): string {
    return '';
  }
}

/** Scopes of the library by the colour that they have here; those of no entry have none. */
const KINDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    word: 'keyword selector-tag selector-pseudo section name type built_in',
    string: 'string regexp char addition code',
    number: 'number literal symbol bullet',
    comment: 'comment quote doctag',
    name: 'title attr attribute property selector-class selector-id',
    removed: 'deletion',
  }).flatMap(([kind, scopes]) => scopes.split(' ').map((scope) => [scope, kind])),
);

const LANGUAGES = {
  bash,
  cpp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};

const library = core.newInstance();
library.configure({ __emitter: PieceEmitter });
for (const [name, language] of Object.entries(LANGUAGES)) library.registerLanguage(name, language);
library.registerAliases(['c', 'h'], { languageName: 'cpp' });
library.registerAliases(['shell', 'console', 'zsh'], { languageName: 'bash' });

/** Characters of code that are coloured. */
const LONGEST = 50_000;
/** Characters of one line: the library's patterns take longest on what nobody has written by hand. */
const LONGEST_LINE = 1_000;

/** The pieces of a code, which together are its text; undefined: it stays as it is. */
export function colouredCode(text: string, language: string): readonly Piece[] | undefined {
  const name = language.toLowerCase();
  if (text.length > LONGEST || library.getLanguage(name) === undefined) return undefined;
  if (text.split('\n').some((line) => line.length > LONGEST_LINE)) return undefined;
  try {
    const { _emitter: emitter } = library.highlight(text, { language: name, ignoreIllegals: true });
    const { pieces } = emitter as unknown as PieceEmitter;
    return pieces.map((piece) => piece.text).join('') === text ? pieces : undefined;
  } catch {
    return undefined;
  }
}
