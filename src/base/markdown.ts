/** Lists of Markdown that end where people and models end them. Pure. */

/** A node of mdast, as far as it is needed here. */
interface MarkdownNode {
  type: string;
  position?: { start: Point; end: Point } | undefined;
  children?: readonly MarkdownNode[];
}

interface Point {
  column: number;
  offset?: number | undefined;
}

/**
 * The blocks of a text. Lines right behind a list that begin where its marks do are a paragraph of their own, which CommonMark
 * reads as more of the last item (lazy continuation): "- milk\n- eggs\nSaved on Friday."
 */
export function withListsEnded<Node extends MarkdownNode>(markdown: string, read: (text: string) => Node[]): Node[] {
  const blocks = read(markdown);
  const closings = blocks.flatMap((block) => closingOf(block, markdown) ?? []);
  if (closings.length === 0) return blocks;
  const borders = [0, ...closings.flatMap(({ from, to }) => [from, to]), markdown.length];
  return borders.slice(1).flatMap((to, at) => {
    const from = borders[at] ?? 0;
    const part = read(markdown.slice(from, to));
    for (const block of part) moveBy(from, block);
    return part;
  });
}

function closingOf(list: MarkdownNode, markdown: string): { from: number; to: number } | undefined {
  const indent = (list.position?.start.column ?? 1) - 1;
  let last: MarkdownNode | undefined = list;
  while (last?.type === 'list' || last?.type === 'listItem') last = last.children?.at(-1);
  if (list.type !== 'list' || last?.type !== 'paragraph') return undefined;
  const [from, to] = [last.position?.start.offset ?? 0, last.position?.end.offset ?? 0];
  let at = markdown.indexOf('\n', from) + 1;
  while (at > 0 && at < to) {
    const line = markdown.slice(at, to).split('\n', 1)[0] ?? '';
    if (line.search(/\S/) <= indent) return { from: at, to };
    at = markdown.indexOf('\n', at) + 1;
  }
  return undefined;
}

function moveBy(offset: number, { position, children = [] }: MarkdownNode): void {
  for (const point of position ? [position.start, position.end] : [])
    if (point.offset !== undefined) point.offset += offset;
  for (const child of children) moveBy(offset, child);
}
