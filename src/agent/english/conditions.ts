/** What makes a request depend on something: "in case it rains", "as soon as he has paid". */

/** What a request waits for, or depends on. */
const CONDITION =
  /\b(?:if|when|whenever|unless|until|till|once|whether|assuming|provided|providing|suppos(?:e|ing)|depend(?:s|ing|ent)?|contingent|while|whilst|lest|otherwise|barring|failing|pending|after|before|(?:as|so) (?:long|soon|far) as|in (?:the |an? |any )?(?:\w+ )?(?:case|event)|on (?:the )?condition|by the time|the (?:moment|minute|second|instant|day|week) (?:i|we|you|he|she|it|they|that|the|my)|(?:next|every|each|any|first|last) time|permitting)\b|\b(?:willing|allowing)$|^(?:had|were|should) (?:i|we|you|he|she|it|they|there|this|that)\b/i;

/** "In case it rains", "as soon as he has paid": the request is for later, or for never. */
export function isCondition(text: string): boolean {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/\bafter all\b/g, '');
  return CONDITION.test(words) && !QUESTION.test(words) && !isPolite(words);
}

/** "If you can", "when you get a chance", "before I forget": nothing depends on it. */
const POLITE =
  /^(?:(?:before|in case|lest) i forget(?: (?:it|this|again))?|(?:while|as|since) (?:i (?:think of it|remember|have you|am at it)|i['’]?m at it|(?:you|we)(?:['’]?re| are) at it)|once (?:again|more)|(?:if|when|whenever|as soon as) (?:possible|poss|you (?:can|could|please|(?:get|have|find) (?:a|the|some) (?:chance|moment|minute|sec|second|time)|(?:would|do)(?:n['’]?t| not) mind)|(?:it['’]?s|that['’]?s) (?:ok|okay|alright|possible|not too much (?:trouble|to ask)))|by the way|btw|fyi|for what it['’]?s worth|for the record)[,.!]*$/;

export const isPolite = (text: string): boolean => POLITE.test(text.trim().toLowerCase());

const QUESTION =
  /\?|^when(?:['’]?s| is| are| was| were| will| do| did| does| should| can) (?!(?:it|he|she|they|we|i|that)\b.*,)/;
