/** Memories in Markdown: one an entry of a list, or a paragraph. Pure. */

/** A memory is no longer; a longer text is cut at its sentences. Characters. */
const LONGEST = 2_000;

/** The texts of a Markdown file, without headings, front matter, code and comments. */
export function memoriesIn(markdown: string): string[] {
  const body = markdown
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '');
  const texts: string[] = [];
  let open = false;
  for (const line of body.split('\n')) {
    const item = /^\s*(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/.exec(line)?.[1];
    const isBreak = /^\s*(#{1,6}\s.*|[-*_=]{3,}|>?\s*|§+)\s*$/.test(line);
    if (item !== undefined) texts.push(item);
    else if (!isBreak && open) texts.push(`${texts.pop()} ${line.trim()}`);
    else if (!isBreak) texts.push(line.trim());
    open = !isBreak;
  }
  return texts
    .map(plain)
    .filter((text) => text.length > 1 && !/^\S+:$/.test(text))
    .flatMap(pieces);
}

/** Without the signs of bold and code, which say nothing. */
const plain = (text: string) =>
  text
    .replace(/\*\*|__|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();

function pieces(text: string): string[] {
  if (text.length <= LONGEST) return [text];
  const cut = Math.max(text.lastIndexOf('. ', LONGEST - 1) + 1, text.lastIndexOf(' ', LONGEST - 1));
  const at = cut > 0 ? cut : LONGEST;
  return [text.slice(0, at).trim(), ...pieces(text.slice(at).trim())];
}
