/** Requests that are nearly a form: what is offered for words that no frame accounts for. Pure. */
import type { Match, Pattern } from './frames.ts';
import { type Node, partsOf } from './pattern.ts';
import { LEADS, mayFill, type Request, type Span, slotOf, type Times } from './slots.ts';
import { COMMON, type Word } from './words.ts';

/** Words of the form that may be missing, and words of the request that it does not have. */
const MOST_SLIPS = 2;
/** Longer requests are texts. */
const MOST_WORDS = 20;
/** The least score: more than half of a word that tells requests apart. */
const LEAST = 0.5;
/** Steps of one search, so that no pattern takes long. */
const MOST_STEPS = 3_000;

interface State {
  request: Request;
  times: Times;
  steps: number;
  best: { spans: Readonly<Record<string, Span>>; score: number } | undefined;
}

/**
 * The frames that nearly read the request, the nearest first, each once. `own` counts the words of the form that are said, less
 * those that are not, and less the words that the form does not have.
 */
export function nearest(patterns: readonly Pattern[], request: Request, times: Times): readonly Match[] {
  if (request.words.length > MOST_WORDS) return [];
  const telling = request.words.map(({ norm }) => norm).filter((norm) => weight(norm) === 1);
  const found = patterns
    .filter(({ frame, nodes }) => {
      const own = partsOf(nodes).words;
      return frame.tool !== undefined && !frame.follows && !frame.isAlone && telling.some((norm) => own.has(norm));
    })
    .flatMap((pattern) => aligned(pattern, request, times))
    .sort((one, other) => other.own - one.own);
  return found.filter(({ frame }, at) => found.findIndex((one) => one.frame === frame) === at);
}

function aligned({ frame, nodes }: Pattern, request: Request, times: Times): Match[] {
  const state: State = { request, times, steps: 0, best: undefined };
  align(nodes, 0, { slips: 0, score: 0, spans: {} }, state);
  if (!state.best) return [];
  const slots: Record<string, string> = {};
  for (const [name, span] of Object.entries(state.best.spans)) {
    const key = name.startsWith('when') ? 'when' : name;
    const said = slotOf(request, span).words.replace(/\?+$/, '');
    slots[key] = key in slots ? `${slots[key]} ${said}` : said;
  }
  return [{ frame, slots, own: state.best.score, isDoubtful: true }];
}

interface Path {
  slips: number;
  score: number;
  spans: Readonly<Record<string, Span>>;
}

/** A word that tells requests apart counts in full, another one a little. */
const weight = (word: string): number => (COMMON.has(word) || LEADS.has(word) ? 0.2 : 1);

/** Walks the form and the words side by side; a word of either may be passed over. */
function align(nodes: readonly Node[], at: number, path: Path, state: State): void {
  if (++state.steps > MOST_STEPS || path.slips > MOST_SLIPS) return;
  const { words } = state.request;
  const [node, ...rest] = nodes;
  if (!node) {
    const score = restScore(words.slice(at), path);
    if (score > LEAST && score > (state.best?.score ?? 0)) state.best = { spans: path.spans, score };
    return;
  }
  if ('of' in node) {
    for (const sequence of node.of) align([...sequence, ...rest], at, path, state);
    return;
  }
  const said = words[at];
  if ('word' in node) {
    if (said?.norm === node.word) {
      align(rest, at + 1, { ...path, score: path.score + weight(node.word) }, state);
      return;
    }
    // The form's word is not said.
    align(rest, at, slipped(path, weight(node.word) / 2), state);
  } else {
    for (const to of placesOf(node.slot, rest, at, state)) {
      const name = node.slot in path.spans ? `${node.slot}2` : node.slot;
      const gained = node.slot === 'when' ? 1 : 0;
      align(
        rest,
        to,
        { ...path, score: path.score + gained, spans: { ...path.spans, [name]: { from: at, to } } },
        state,
      );
    }
  }
  // The form does not have the word.
  if (said && !(at === 0 && path.slips > 0)) align(nodes, at + 1, slipped(path, weight(said.norm) / 2), state);
}

const slipped = (path: Path, cost: number): Path => ({ ...path, slips: path.slips + 1, score: path.score - cost });

/** Words behind the end of the form. */
const restScore = (words: readonly Word[], { score, slips }: Path): number =>
  slips + words.length > MOST_SLIPS ? 0 : score - words.reduce((sum, { norm }) => sum + weight(norm) / 2, 0);

function placesOf(slot: string, rest: readonly Node[], at: number, { request, times }: State): number[] {
  const end = request.words.length;
  if (slot === 'when') {
    const time = times.startingAt(at, end);
    return time && time.to > at ? [time.to] : [];
  }
  const time = rest.length > 0 ? times.endingAt(at + 1, end) : undefined;
  const places = rest.length === 0 ? [end] : [...(time && !time.isWeak ? [time.from] : []), end];
  if (rest.some((node) => 'word' in node)) for (let to = at + 1; to < end; to++) places.push(to);
  return [...new Set(places)].filter((to) => to > at && mayFill(slot, { from: at, to }, request));
}
