/**
 * Whether `tool` is among the forbidden ones. A pattern is a tool's name, `*` stands for any characters; case does not
 * count, nor whether its words are joined by `-` or `_`. What stands in brackets (`Bash(rm:*)`) would narrow it, and is
 * left out: rather too much is forbidden than too little.
 */
export function isForbidden(tool: string, patterns: readonly string[]): boolean {
  const name = plain(tool);
  return patterns.some((pattern) => fits(plain(pattern.replace(/\(.*$/s, '')), name));
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().replaceAll('-', '_');
}

/** Pieces between stars, looked for one after the other: the patterns are strangers', and this takes linear time. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
