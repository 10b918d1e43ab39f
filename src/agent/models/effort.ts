/** Words with which people ask for more than the first thought. */
const ASKED =
  /\b(think|reason|reflect) (?:\w+ )?(hard|harder|deeply|carefully|thoroughly|step by step|twice)\b|\bthink (?:\w+ ){0,2}through\b|\bstep by step\b|\bin depth\b|\bin-depth\b|\btake your time\b/i;
/** Characters: a message that somebody has put work into. */
const LONG = 2_000;

/** True if a message is worth the heavy model: it asks for thought, or is long. Costs no call. Pure. */
export function isHeavy(text: string): boolean {
  return text.length >= LONG || ASKED.test(text);
}
