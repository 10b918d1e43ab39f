const HASHTAG = /(?:^|[\s(])#([\p{L}\p{N}][\p{L}\p{N}_/:-]{0,49})/gu;
/** `Work` and `#work` are one tag; `Home Office` is `home-office`. */
export function tagName(word: string): string {
  return word
    .trim()
    .replace(/^#/, '')
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^\p{L}\p{N}_/:-]/gu, '');
}

/** The tags in a note's words; they stay in the text, where they were written. */
export const tagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(HASHTAG)].map((match) => tagName(match[1] ?? ''))),
];
