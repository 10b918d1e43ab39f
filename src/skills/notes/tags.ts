const HASHTAG = /(?:^|[\s(])#([\p{L}\p{N}][\p{L}\p{N}_/:-]{0,49})/gu;
const TAGGED =
  /[,;]?\s+(?:(?:and )?tag(?:ged)?(?: it)?(?: as| with)?:?)\s+((?:#?[\p{L}\p{N}_/-]{1,50}(?:\s*,\s*|\s+and\s+)?){1,10})[.!]?$/iu;

/** `Work` and `#work` are one tag; `Home Office` is `home-office`. */
export function tagName(word: string): string {
  return word
    .trim()
    .replace(/^#/, '')
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^\p{L}\p{N}_/:-]/gu, '');
}

/**
 * The tags in a note's words. `#tag` stays in the text, where it was written; "tagged x" at its end is about the note
 * and is taken off.
 */
export function tagsIn(words: string): { text: string; tags: string[] } {
  const tagged = TAGGED.exec(words);
  const text = tagged ? words.slice(0, tagged.index).trimEnd() : words;
  const named = tagged?.[1]?.split(/\s*,\s*|\s+and\s+/).filter((word) => word !== '') ?? [];
  const hashed = [...text.matchAll(HASHTAG)].map((match) => match[1] ?? '');
  return { text, tags: [...new Set([...hashed, ...named].map(tagName))] };
}
