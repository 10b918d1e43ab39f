/** Requests that nothing could serve, by the name of what is lacking. Pure. */
import { lexemesOf } from '../../../base/lexemes.ts';

/** One request that could not be served. */
export interface Unserved {
  personId: string;
  at: Date;
  /** Stems of what is lacking, as the light model or the called tool names it. */
  terms: readonly string[];
  /** The words of these stems as they were written, the same place by place. */
  words: readonly string[];
  /** A tool that was called and is not there. */
  tool?: string;
}

/** Words of such a name that tell no capability from another. */
const GENERIC = new Set(
  lexemesOf('a an the any of for to with and need get make thing something way use using able tool access skill'),
);

/** What a name says is lacking; undefined: nothing that could be told apart. */
export function lackingIn(name: string): Pick<Unserved, 'terms' | 'words'> | undefined {
  const found = new Map<string, string>();
  for (const word of name.toLowerCase().match(/\p{L}[\p{L}\p{M}'’]*/gu) ?? []) {
    const [stem] = lexemesOf(word);
    if (stem !== undefined && stem.length > 2 && !GENERIC.has(stem) && !found.has(stem)) found.set(stem, word);
  }
  return found.size === 0 ? undefined : { terms: [...found.keys()], words: [...found.values()] };
}

/** The purpose of a missing tool, by its name. */
export function unservedTool(tool: string): Pick<Unserved, 'terms' | 'words' | 'tool'> {
  return { terms: [], words: [], ...lackingIn(tool.replace(/[_-]+/g, ' ')), tool };
}
