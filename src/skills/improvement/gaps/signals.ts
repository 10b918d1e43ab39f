/** Answers and calls that show that something was asked for and nothing could do it. Pure. */
import { lexemesOf } from '../../../base/lexemes.ts';

/** One request that could not be served. */
export interface Unserved {
  personId: string;
  at: Date;
  /** Stems of what could not be done, as coda or the called tool names it; of the request where that names nothing. */
  terms: readonly string[];
  /** The words of these stems as they were written, the same place by place. */
  words: readonly string[];
  /** A tool that was called and is not there. */
  tool?: string;
}

/** "I can't …", "I don't have a tool that …", up to the end of the clause. */
const CANNOT = new RegExp(
  [
    "\\bI(?:['’]m| am)? (?:currently |also |still )?",
    "(?:can(?:['’]t|not| not)|unable to|not able to|(?:do not|don['’]t) have (?:a |an |any |the )?",
    '(?:tool|way|ability|access|means|capability|skill|integration)s?(?: (?:to|for|that|which|can|lets me|would))*)',
    '([^.!?;:\\n]{0,160})',
  ].join(''),
  'giu',
);

/** Verbs after which nothing is missing: what was looked for is not there, or coda will not. */
const NO_GAP =
  /^\s*(?:wait|find|see|tell|recall|remember|agree|say|know|think|believe|guarantee|promise|share|discuss|disclose|help (?:with|you with) (?:that|this)|hear|understand|make out|decide|guess|predict|be|do (?:that|this|it) (?:twice|again|yet))\b/iu;

/** End of the clause: a reason or an offer follows. */
const CLAUSE_END = /,|\b(?:but|because|since|so|however|right now|at the moment|for you|from here|yet|directly)\b/iu;

/** Words that name no capability. */
const GENERIC = new Set(
  lexemesOf(
    'please need want help get make thing something anything way ask try like let give take use using able tool access ' +
      'hi hey hello thanks today tomorrow tonight week month now currently directly really also new one two next good',
  ),
);

/** The clauses in which an answer says what it cannot do. */
export function refusals(answer: string): string[] {
  return [...answer.matchAll(CANNOT)].flatMap(([, clause = '']) => {
    if (NO_GAP.test(clause)) return [];
    const [head = ''] = clause.split(CLAUSE_END);
    return [head.trim()];
  });
}

/** Words and stems of a text that may name a capability, each stem once. */
function termsOf(text: string): Pick<Unserved, 'terms' | 'words'> {
  const found = new Map<string, string>();
  for (const word of text.toLowerCase().match(/\p{L}[\p{L}\p{M}'’]*/gu) ?? []) {
    const [stem] = lexemesOf(word);
    if (stem !== undefined && stem.length > 2 && !GENERIC.has(stem) && !found.has(stem)) found.set(stem, word);
  }
  return { terms: [...found.keys()], words: [...found.values()] };
}

/** The request that an answer says it could not serve; undefined where it says nothing of the kind. */
export function unservedBy(answer: string, request: string): Pick<Unserved, 'terms' | 'words'> | undefined {
  const [clause] = refusals(answer);
  if (clause === undefined) return undefined;
  const named = termsOf(clause);
  const meant = named.terms.length > 0 ? named : termsOf(request);
  return meant.terms.length > 0 ? meant : undefined;
}

/** The purpose of a missing tool, by its name. */
export function unservedTool(tool: string): Pick<Unserved, 'terms' | 'words' | 'tool'> {
  return { ...termsOf(tool.replace(/[_-]+/g, ' ')), tool };
}
