/** The small language of what frames may be said with: `(show|list) [my] <noun> [about {query}]`. Pure. */

/** One element: a word, one of several sequences (an empty one where it may be left out), or a slot. */
export type Node = { word: string } | { of: readonly (readonly Node[])[] } | { slot: string };

const TOKEN = /[()[\]|]|\{\w+\}|<\w+>|[^\s()[\]|{}<>]+/g;

/** Throws an Error for a malformed pattern; `macros` stand in angle brackets. */
export function parsePattern(pattern: string, macros: Readonly<Record<string, string | undefined>> = {}): Node[] {
  const tokens = pattern.match(TOKEN) ?? [];
  let at = 0;
  const sequence = (): Node[] => {
    const nodes: Node[] = [];
    while (at < tokens.length && !/^[)\]|]$/.test(tokens[at] ?? '')) nodes.push(element(tokens[at++] ?? ''));
    return nodes;
  };
  const alternatives = (close: string): Node[][] => {
    const of = [sequence()];
    while (tokens[at] === '|') {
      at++;
      of.push(sequence());
    }
    if (tokens[at++] !== close) throw new Error(`“${close}” is missing in the pattern “${pattern}”`);
    return of;
  };
  const element = (token: string): Node => {
    if (token === '(') return { of: alternatives(')') };
    if (token === '[') return { of: [...alternatives(']'), []] };
    if (token.startsWith('{')) return { slot: token.slice(1, -1) };
    if (!token.startsWith('<')) return { word: token };
    const words = macros[token.slice(1, -1)];
    if (words === undefined) throw new Error(`“${token}” in the pattern “${pattern}” stands for nothing`);
    return { of: words.split('|').map((phrase) => phrase.split(' ').map((word) => ({ word }))) };
  };
  const nodes = sequence();
  if (at < tokens.length) throw new Error(`“${tokens[at]}” is too much in the pattern “${pattern}”`);
  return nodes;
}

/** The words with which it may begin; undefined where it may begin with a slot. */
export function firstWords(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  for (const node of nodes) {
    if ('slot' in node) return undefined;
    if ('word' in node) return found.add(node.word);
    for (const sequence of node.of) {
      const first = firstWords(sequence);
      if (!first) return undefined;
      for (const word of first) found.add(word);
    }
    if (!node.of.some((sequence) => sequence.length === 0)) return found;
  }
  return found;
}

/** All words that stand in it, and the names of its slots. */
export function partsOf(nodes: readonly Node[]): { words: Set<string>; slots: Set<string> } {
  const [words, slots] = [new Set<string>(), new Set<string>()];
  const walk = (some: readonly Node[]): void => {
    for (const node of some) {
      if ('slot' in node) slots.add(node.slot);
      else if ('word' in node) words.add(node.word);
      else for (const sequence of node.of) walk(sequence);
    }
  };
  walk(nodes);
  return { words, slots };
}
