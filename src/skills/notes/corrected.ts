/** What puts the note at hand right: another text, another value, another code. */
import type { Call, Topic } from '../../agent/index.ts';
import { edit, isOneOfSeveral, withCode, withValue } from './hearing.ts';

/** The note that is at hand with another text, or another value in it; undefined where that may be one of several. */
export function corrected(text: string, topic: Topic | undefined): Call | undefined {
  const old = topic?.text ?? '';
  const [, right = '', wrong = ''] = /^(.+?),? (?:and )?not (.+)$/i.exec(text) ?? [];
  if (wrong !== '' && !STATES.test(right)) return inPlaceOf(topic, wrong, right);
  const meant = withValue(old, text) ?? (isOneOfSeveral(old, text) ? undefined : text);
  return meant === undefined ? undefined : { tool: 'note_edit', input: { which: 'that', text: meant } };
}

const STATES = /\b(?:is|are|was|were|has|have|can|does|do)\b/i;

const WRONG =
  /^(?:(?:no|hold on|hang on|wrong|crap|damn|argh|ugh|oof|oops|ops|whoops|sorry|wait|actually|hmm|small correction|correction|my mistake|my bad|i (?:mean|meant)|(?:they|he|she|we)(?:['’]?ve| have)? (?:just )?changed it|nope|nah|(?:no )?i (?:read|got|wrote) it wrong|that['’]?s wrong|(?:it|that)(?:['’]?s| has| was| is)? (?:just )?(?:been )?changed|(?:change|update|correct|fix) (?:the|that|my) note)[\s,.:;!–-]+)+(?:(?:it['’]?s|its|it is|it should be|should be|make it|make that|now)\s+)*(?<code>\S*\d\S*?(?:(?: \d\S*)+| \p{L}{1,4})?)(?: now| instead| sorry)?(?:[\s,]+(?:can|could|would) you (?:change|fix|update|correct) (?:that|it))?[\s.!?]*$|^(?:it['’]?s|its|it is|it has|they['’]?ve|theyve|they have) (?:actually |now |just )?(?:been )?(?:changed (?:it )?to )?(?<other>\S*\d\S*?(?: \d\S*)*?)(?: now| actually| instead)?[\s.!]*$|^(?<first>\S*\d\S*?(?: \d\S*)*?)[\s,]+(?:sorry|oops|i mean|i meant|actually|my bad|my mistake)[\s.!]*$/iu;

/** "Sorry, 718-555-0124": the code of the note that is at hand, where it has one of that shape. */
export function otherCode(said: string, topic: Topic | undefined): Call | undefined {
  const { code, first = code, other = first } = WRONG.exec(said)?.groups ?? {};
  if (other === undefined || topic?.text === undefined || topic.isRecent === false) return undefined;
  const grouped = withGroups(topic.text, other);
  const [number = ''] = other.split(' ');
  const text = grouped ?? (isAlike(topic.text, number) ? withCode(topic.text, other) : undefined);
  return text === undefined || text === topic.text ? undefined : edit('that', { text });
}

/** "6335 9702 1148", for the number that is written in the same groups. */
function withGroups(text: string, other: string): string | undefined {
  const shape = other.trim().replace(/\d/g, '9');
  const own = shape.includes(' ')
    ? [...text.matchAll(/\d+(?: \d+)+/g)].filter(([one]) => one.replace(/\d/g, '9') === shape)
    : [];
  const [only, another] = own;
  return only && !another ? text.replace(only[0], other.trim()) : undefined;
}

/** Another value has the length of the one that it takes the place of, or nearly. */
const isAlike = (text: string, code: string): boolean =>
  (text.match(/\S*\d\S*/g) ?? []).some((own) => Math.abs(own.replace(/[,.;]$/, '').length - code.length) <= 1);

/** What a note says becomes other words, where it says them once. */
export function inPlaceOf(topic: Topic | undefined, from: string, to: string): Call | undefined {
  const said = topic?.text;
  const old = from.replace(/[.!]+$/, '');
  // "16 panels, not 14": of 14 panels.
  const [head = '', own = '', tail = ''] = /^(.*?\b)(\S*\d\S*)(.*)$/.exec(to)?.slice(1) ?? [];
  const isPart = /^\S*\d\S*$/.test(old) && own !== '' && (said?.includes(`${head}${old}${tail}`) ?? false);
  const [before, after, more] = said?.split(isPart ? `${head}${old}${tail}` : old) ?? [];
  const isWord =
    before !== undefined && after !== undefined && !/[\p{L}\d]$/u.test(before) && !/^[\p{L}\d]/u.test(after);
  return isWord && more === undefined && to.length <= 60 && (from.length > 1 || isPart)
    ? { tool: 'note_edit', input: { which: 'that', text: `${before}${to.replace(/,$/, '')}${after}` } }
    : undefined;
}
