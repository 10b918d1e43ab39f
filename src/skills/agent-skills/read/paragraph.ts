/** What a skill without a description says first. */

const HEADING = /^#{1,6}\s/;
const CODE_FENCE = /^(?:```|~~~)/;
/** Rules, badges and images, comments, bare HTML, tables: none of them describes anything. */
const NO_PROSE = /^(?:[-*_=\s]{3,}$|!?\[!?\[|!\[|<|\||\[[^\]]*\]:)/;

/** The first paragraph of prose in Markdown, on one line; else the first heading; else the first line. */
export function firstParagraph(markdown: string): string | undefined {
  let heading: string | undefined;
  let any: string | undefined;
  let isCode = false;
  let isComment = false;
  const prose: string[] = [];
  for (const raw of markdown.split('\n')) {
    const line = raw.trim();
    if (isComment || line.startsWith('<!--')) {
      isComment = !line.includes('-->');
      continue;
    }
    if (CODE_FENCE.test(line)) isCode = !isCode;
    else if (line !== '') any ??= line;
    if (HEADING.test(line) && !isCode) heading ??= line.replace(/^#+\s*|\s*#+$/g, '');
    const isProse = line !== '' && !isCode && !HEADING.test(line) && !CODE_FENCE.test(line) && !NO_PROSE.test(line);
    if (isProse) prose.push(line);
    else if (prose.length > 0) break;
  }
  const paragraph = prose.join(' ').replace(/^(?:>|[-*+]|\d+[.)])\s+/, '');
  const found = [paragraph, heading, any].find((text) => text !== undefined && /[\p{L}\p{N}]/u.test(text));
  // A copy: a piece of a long text keeps all of it in memory.
  return found === undefined ? undefined : Buffer.from(found).toString();
}
