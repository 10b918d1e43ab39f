/** Tags, as they are written and as they are kept. */
export const TAG =
  /#[\p{L}\p{N}\p{Extended_Pictographic}][\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]*/gu;
const HASHTAG =
  /(?:^|[\s(])#([\p{L}\p{N}\p{Extended_Pictographic}][\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]{0,49})/gu;
/** `Work` and `#work` are one tag; `Home Office` is `home-office`. */
export function tagName(word: string): string {
  return (
    word
      .trim()
      .replace(/^#/, '')
      .toLowerCase()
      .replace(/\s+/g, '-')
      .replace(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Join_Control}_/:-]/gu, '')
      // Two drawings of one emoji are one tag.
      .replaceAll('\ufe0f', '')
      .normalize('NFC')
  );
}

export const tagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(HASHTAG)].map((match) => tagName(match[1] ?? ''))),
];
