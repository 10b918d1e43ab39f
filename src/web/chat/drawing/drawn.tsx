/** Code and formulas of an answer: as they were written, until they are drawn. */
import type { ComponentChildren } from 'preact';
import { h } from 'preact';
import { useRef } from 'preact/hooks';
import { act } from '../../app/toasts.tsx';
import { Button } from '../../parts/button.tsx';
import { copy } from '../../parts/copyable.tsx';
import { saveFile } from '../../parts/save-file.ts';
import type { Piece } from './code.ts';
import { useDrawn } from './draw.ts';
import type { Drawing } from './formula.ts';

/** Endings of files by language; code of another language is saved as text. */
const ENDINGS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'bash:sh sh:sh shell:sh c:c cpp:cpp css:css csv:csv diff:diff go:go html:html java:java javascript:js js:js json:json ' +
    'jsx:jsx latex:tex markdown:md md:md py:py python:py rs:rs rust:rs sql:sql svg:svg tex:tex toml:toml ts:ts tsx:tsx ' +
    'typescript:ts xml:xml yaml:yaml yml:yaml'
  )
    .split(' ')
    .map((pair) => pair.split(':')),
);

/** The name of the file that code is saved as. */
const codeFileName = (language = ''): string => `code.${ENDINGS[language.toLowerCase()] ?? 'txt'}`;

/** Characters of a language's name that are shown. */
const LONGEST_NAME = 20;

export function Code({ text, language }: { text: string; language: string | undefined }) {
  const colours = useDrawn({ kind: 'code', text, language: language ?? '' }, language !== undefined);
  const pieces = useGrowing(text, colours);
  return (
    <div class="code">
      <p class="head">
        <span class="faint small">{language?.slice(0, LONGEST_NAME)}</span>
        <Button icon="copy" label="Copy the code" kind="quiet" onClick={() => void copy(text)} />
        <Button
          icon="download"
          label="Save the code as a file"
          kind="quiet"
          onClick={() => void act(async () => saveFile(codeFileName(language), text))}
        />
      </p>
      {/* A scrolled region must be reachable without a mouse. */}
      <pre tabIndex={0} dir="ltr">
        <code>
          {pieces.map(({ text: words, kind }, index) =>
            kind === undefined ? (
              words
            ) : (
              <span key={index} class={`hl-${kind}`}>
                {words}
              </span>
            ),
          )}
        </code>
      </pre>
    </div>
  );
}

/** The pieces of a text; while it grows, those of its beginning, so that its colours do not come and go. */
function useGrowing(text: string, colours: readonly Piece[] | undefined): readonly Piece[] {
  const last = useRef<{ text: string; pieces: readonly Piece[] }>();
  if (colours) last.current = { text, pieces: colours };
  const before = last.current;
  if (!before || !text.startsWith(before.text)) return [{ text }];
  return text.length === before.text.length
    ? before.pieces
    : [...before.pieces, { text: text.slice(before.text.length) }];
}

export function Formula({ source }: { source: string }) {
  const drawing = useDrawn({ kind: 'formula', text: source });
  const isDisplayed = /^(?:\$\$|\\\[)/.test(source);
  if (drawing === undefined) return <span class="formula">{source}</span>;
  return (
    <span class={isDisplayed ? 'formula displayed' : 'formula'} tabIndex={isDisplayed ? 0 : undefined}>
      {elementOf(drawing)}
    </span>
  );
}

const elementOf = (drawing: Drawing): ComponentChildren =>
  typeof drawing === 'string' ? drawing : h(drawing[0], drawing[1], ...(drawing.slice(2) as Drawing[]).map(elementOf));
