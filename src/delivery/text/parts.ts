/** Turns a long text into several messages, or a file. Pure. */
import type { Content, InlineFile } from '../content.ts';
import { type Piece, show } from './split.ts';

/** Parts without files and buttons, and the files whose content stands here, which belong to the last of them. */
export interface Shown {
  parts: Content[];
  attached: InlineFile[];
}

/** A message for each piece, `most` at most; what is beyond becomes a file, of which `note` below the last one tells. */
export function shownIn(content: Content, pieces: readonly Piece[], most: number, note: string): Shown {
  const { buttons: _, files: __, inline, times: ___, mention, ...rest } = content;
  const shown = pieces.slice(0, most).map(show);
  const [first, ...beyond] = pieces.slice(most);
  const parts: Content[] = (shown.length > 0 ? shown : ['']).map((text) => ({ ...rest, text }));
  if (mention) parts[0] = { ...(parts[0] as Content), mention };
  const attached: InlineFile[] = [...(inline ?? [])];
  if (first) {
    (parts.at(-1) as Content).text += `\n${note}`;
    attached.push(markdownFile([first.open, first.body, ...beyond.map(({ body }) => body)].join('')));
  }
  return { parts, attached };
}

/** A text as a file. */
function markdownFile(text: string, name = 'answer.md'): InlineFile {
  return { name, type: 'text/markdown', text };
}

/** All of it as a file, its beginning as text, with a note that tells of the file. */
export function inOneFile(content: Content, beginning: Piece | undefined, note: string): Content {
  const text = `${beginning ? show(beginning) : ''}\n${note}`;
  const name = content.kind === 'approval' ? 'request.md' : 'answer.md';
  return { ...content, text, inline: [...(content.inline ?? []), markdownFile(content.text, name)] };
}
