/** A message cut into its requests: at lines, semicolons, full stops, and at "and" before a verb of a frame. */
import type { Heard } from '../agent/index.ts';
import type { Matcher } from './frames.ts';
import { type Understood, understand } from './reading.ts';
import type { Request } from './slots.ts';
import { followsAs, isCourteous, isSign, type Word, withoutCourtesies } from './words.ts';

/** A place where a request may end (`end`) and the next one begin (`from`), by word. */
interface Border {
  end: number;
  from: number;
  /** A word joins the two, so that both may be one request. */
  isJoined: boolean;
  /** A comma: it counts only where the message is nothing as a whole. */
  isWeak: boolean;
}

/** Words of small talk. */
const MOST_SMALL = 4;
/** More than these are no message that anybody wrote by hand. */
const MOST_BORDERS = 30;
const ASKING = new Set(['can', 'could', 'would', 'will']);
const JOINS = new Set(['and', 'then', 'also']);

/** The requests of a message, in order. A border counts only where the words behind it are a request by themselves. */
export async function requestsOf(
  text: string,
  words: readonly Word[],
  matcher: Matcher,
  heard: Heard,
): Promise<readonly Understood[]> {
  const read = async (from: number, to: number) => {
    const some = words.slice(from, to);
    const bare = some.slice(0, some.findLastIndex((word) => !isSign(word)) + 1);
    // "Hi coda" is a request, and the courtesy before one; a smile behind it is part of a text, or says nothing.
    const asSaid = [...(bare.length < some.length ? [some] : []), ...(bare.length <= MOST_SMALL ? [bare] : [])];
    for (const each of asSaid) {
      const understood = await understand({ text, words: each, isCut: false }, matcher, heard);
      if (isReady(understood)) return understood;
    }
    return understand(requestOf(text, some), matcher, heard);
  };
  const borders = bordersOf(words);
  const whole = await read(0, words.length);
  const parts: Understood[] = [];
  let [end, isJoined] = [words.length, false];
  for (const border of borders.slice(-MOST_BORDERS).reverse()) {
    if (border.isWeak && whole.best.length > 0) continue;
    const part = await read(border.from, end);
    if (!isRequest(part) || (border.isWeak && !isFree(words.slice(0, border.end), part))) continue;
    parts.unshift(part);
    end = border.end;
    isJoined ||= border.isJoined;
  }
  if (parts.length === 0) return [whole];
  if (!isCourteous(words.slice(0, end))) parts.unshift(await read(0, end));
  const isEach = parts.every(isRequest);
  if (isEach && parts.every(isReady)) return parts;
  // "Email Ann and note down her answer": one request or two; nobody can know.
  if (isJoined && isReady(whole)) return [{ ...whole, best: whole.best.map((each) => ({ ...each, how: 'doubtful' })) }];
  return isJoined && !isEach ? [whole] : parts;
}

/** True if the words are a request, whatever it lacks. The name of a thing alone is none beside other words. */
const isRequest = ({ best }: Understood): boolean =>
  best.length > 0 && best.every(({ how, frame, own }) => how !== 'doubtful' && !frame.isAlone && own > 0);

const CONDITIONS = new Set('if when unless once after before until not never no nobody nothing'.split(' '));

/** True if a request behind a comma stands by itself: nothing before it may forbid it, or say when it is to be. */
const isFree = (before: readonly Word[], { best }: Understood): boolean =>
  !before.some(({ norm }) => CONDITIONS.has(norm)) && best.every(({ frame }) => !/^(?:Delete|Forget)/.test(frame.does));

/** True if it can be done at once. */
const isReady = ({ best }: Understood): boolean => best.length === 1 && best[0]?.how === 'sure' && best[0].isWhole;

function bordersOf(words: readonly Word[]): Border[] {
  return words.flatMap((word, at): Border[] => {
    const before = words[at - 1];
    if (!before) return [];
    if (JOINS.has(word.norm) && at + 1 < words.length) {
      const from = words.findIndex(({ norm }, next) => next > at && !JOINS.has(norm));
      return JOINS.has(before.norm) || from < 0 ? [] : [{ end: at, from, isJoined: true, isWeak: false }];
    }
    const isEnd = /[;\n]|[.!?]\s/.test(before.mark);
    return isEnd || /,\s/.test(before.mark) ? [{ end: at, from: at, isJoined: false, isWeak: !isEnd }] : [];
  });
}

/** A request without the courtesies around it. */
function requestOf(text: string, words: readonly Word[]): Request {
  const bare = withoutCourtesies(words);
  const last = bare.at(-1);
  const cut = last === undefined ? [] : words.slice(words.indexOf(last) + 1);
  const isPlain = cut.length === 0 || /[,.;!?\n]/.test(last?.mark ?? '') || cut.some(({ norm }) => norm === 'please');
  const isPolite = words.slice(0, words.indexOf(bare[0] as Word)).some(({ norm }) => ASKING.has(norm));
  return { text, words: bare, isCut: !isPlain, isPolite, ...followsAs(words, bare) };
}
