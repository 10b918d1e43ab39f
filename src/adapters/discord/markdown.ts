/** Markdown as Discord shows it. Pure. */

const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const DEEP_HEADING = /^ {0,3}#{4,6}[ \t]+(.*?)[ \t]*#*$/;

/** Discord knows neither tables (they become code blocks) nor headings below the third level (they become bold). */
export function toDiscord(markdown: string): string {
  const lines = markdown.split('\n');
  const shown: string[] = [];
  let fence: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    const [, marker] = FENCE.exec(line) ?? [];
    if (marker && (fence === undefined || (marker.startsWith(fence) && line.trim() === marker))) {
      fence = fence === undefined ? marker : undefined;
    }
    const table = fence === undefined && !marker ? tableAt(lines, index) : undefined;
    if (table) {
      shown.push(...drawn(table));
      index += table.length;
      continue;
    }
    shown.push(
      fence === undefined ? line.replace(DEEP_HEADING, (_, text: string) => `**${text.replaceAll('**', '')}**`) : line,
    );
  }
  return shown.join('\n');
}

/** The rows of the table that begins here, without its delimiter row. */
function tableAt(lines: readonly string[], start: number): string[][] | undefined {
  const head = lines[start] as string;
  const delimiter = lines[start + 1];
  if (!head.includes('|') || delimiter === undefined || !delimiter.includes('|') || !DELIMITER.test(delimiter)) {
    return undefined;
  }
  const rows = [cells(head)];
  for (const line of lines.slice(start + 2)) {
    if (!line.includes('|')) break;
    rows.push(cells(line));
  }
  // A fence inside a cell would end the block that it stands in.
  return rows.flat().some((cell) => cell.includes('```')) ? undefined : rows;
}

function cells(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function drawn(rows: readonly string[][]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => width(row[column]))));
  const draw = (row: readonly string[]) =>
    widths
      .map((wide, column) => (row[column] ?? '') + ' '.repeat(wide - width(row[column])))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  return ['```', draw(head), widths.map((wide) => '-'.repeat(wide)).join('  '), ...body.map(draw), '```'];
}

const width = (cell = ''): number => [...cell].length;
