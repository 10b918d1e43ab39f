/** Markdown as Discord shows it. Pure. */
import { type Change, changed, drawn, nodesOf, placeOfNode } from '../../delivery/index.ts';

const DEEP_HEADING = /^#{4,6}[ \t]+(.*?)[ \t]*#*$/;
/** A text without any of these needs no change. */
const SUSPECT = /\||^ {0,3}#{4}/m;

/** Discord knows neither tables (they become code blocks) nor headings below the third level (they become bold). */
export function toDiscord(markdown: string): string {
  if (!SUSPECT.test(markdown)) return markdown;
  const changes: Change[] = [];
  for (const node of nodesOf(markdown)) {
    if (node.type === 'grid') {
      const { rows, from, to } = node;
      // A fence inside a cell would end the block that it stands in.
      if (!rows.flat().some((cell) => cell.includes('```'))) {
        changes.push({ from, to, text: `\`\`\`\n${drawn(rows)}\n\`\`\`` });
      }
    } else if (node.type === 'heading' && node.depth > 3) {
      const { from, to } = placeOfNode(node);
      const [, text] = DEEP_HEADING.exec(markdown.slice(from, to)) ?? [];
      if (text !== undefined) changes.push({ from, to, text: `**${text.replaceAll('**', '')}**` });
    }
  }
  return changed(markdown, changes);
}
