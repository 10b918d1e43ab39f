/** The end of a turn, or its parking: cards, their buttons, its record. Pure. */
import type { Instant } from '../../base/clock.ts';
import type { Card, Choice, End, FileRef } from '../../delivery/index.ts';
import { type ApprovalRules, ask, askedOnce, expiryOf } from '../approvals/index.ts';
import * as texts from '../texts.ts';
import { choicesOf } from '../tools/choices.ts';
import type { CallContext, ToolResult } from '../tools/tool.ts';
import { type LedTurn, ledBy } from './led-writes.ts';
import type { NeedsApproval } from './loop.ts';
import type { Refused } from './steps.ts';
import * as store from './store.ts';
import type { Turn } from './turn.ts';

/** The turn of a message, as it ends. */
interface EndInput extends LedTurn {
  approvals: ApprovalRules;
  /** Buttons beside those of the calls. */
  choices?: readonly Choice[];
}

/** The answer, with what its calls leave to press, to open and to know. */
export function endOfAnswer(
  { turn, item, toolbox, files: hasFiles, choices: offered = [] }: EndInput,
  answer: string,
  now: Instant,
): End {
  if (turn.isSilent) return unsaid({ turn, item, toolbox, files: hasFiles }, now);
  const text = answer.trim() || texts.nothingToSay();
  const choices = [...choicesOf([...turn.results(), ...nestedResults(turn)]), ...offered];
  const files = filesOf(turn);
  const times = [...new Set(turn.all().flatMap((each) => each.times()))];
  const led = ledBy({ turn, item, toolbox, files: hasFiles }, choices);
  choices.push(...led.choices);
  const card: Card = {
    kind: 'answer',
    text: [text, ...inItalics([...led.notices, ...turn.notices()])].join('\n\n'),
    ...(choices.length > 0 && { choices }),
    ...(files.length > 0 && { files }),
    ...(times.length > 0 && { times }),
    // In a channel nobody expects the answer of a schedule: its person is mentioned.
    ...(item.origin === 'schedule' && item.conversation.place.kind !== 'dm' && { mention: item.payload.from }),
  };
  return {
    state: 'done',
    cards: [...interrupted(turn), card],
    turnId: turn.id,
    // An address in it would leave as well.
    tainted: isLed({ turn, files: hasFiles }),
    drafted: turn.drafted,
    also: store.turnRecord(turn, item, 'done', now, { answer: text, led: hasFiles && !turn.tainted }),
  };
}

/** Nothing is said, and nothing remembered, but what the person has to know. */
function unsaid(input: LedTurn, now: Instant): End {
  const { turn, item } = input;
  const also = store.turnRecord(turn, item, 'done', now);
  const { id: turnId, drafted } = turn;
  const { notices, choices } = ledBy(input);
  const told: Card[] = notices.map((text) => ({ kind: 'notice', text, ...(choices.length > 0 && { choices }) }));
  return { state: 'done', cards: [...interrupted(turn), ...told], turnId, tainted: isLed(input), drafted, also };
}

/** Words of coda's own instead of an answer. */
export function endOfRefusal(
  { turn, item, toolbox, files, choices: offered = [] }: EndInput,
  { text, cancelled }: Refused,
  now: Instant,
): End {
  const state = cancelled ? 'cancelled' : 'failed';
  // Text that leads a turn may also have it fail.
  const { notices, choices: led } = ledBy({ turn, item, toolbox, files });
  const choices = [...led, ...offered];
  const card: Card = {
    kind: cancelled ? 'notice' : 'error',
    text: [text, ...inItalics(notices)].join('\n\n'),
    ...(choices.length > 0 && { choices }),
  };
  return {
    state,
    cards: [card],
    turnId: turn.id,
    tainted: isLed({ turn, files }),
    drafted: turn.drafted,
    also: store.turnRecord(turn, item, state, now, { answer: text }),
  };
}

/** Questions to the person; the turn waits for their answers until `expiresAt`. Adds to the turn that it asks. */
export function endOfParking(
  { turn, item, approvals, toolbox, files }: EndInput,
  { questions: all }: NeedsApproval,
  ctx: CallContext,
  now: Instant,
): End & Parked {
  const questions = askedOnce(all);
  const cards = questions.map((question) => ask(question, ctx, approvals, toolbox.get(question.call.name)));
  const [first] = questions.map(({ turn: { path }, call }) => (path === '' ? call.id : `${path}/${call.id}`));
  const isTainted = turn.tainted || questions.some((question) => question.turn.tainted);
  const expiresAt = expiryOf(now, isTainted, approvals);
  const asking = new Set(questions.flatMap((question) => (question.turn === turn ? [] : [question.turn])));
  const parking = { expiresAt, asking: [...asking] };
  return {
    state: 'waiting',
    cards,
    key: `ask:${turn.id}:${first}`,
    turnId: turn.id,
    tainted: isTainted || isLed({ turn, files }),
    also: store.turnRecord(turn, item, 'waiting', now, { parking }),
    expiresAt,
  };
}

/** True if what is said must be shown inert: text from elsewhere, or a file, went into the turn. */
const isLed = ({ turn, files }: Pick<EndInput, 'turn' | 'files'>): boolean => turn.tainted || files;

interface Parked {
  expiresAt: Instant;
}

/** Changes and files of nested turns' calls: the person gets their buttons, too. */
function nestedResults(turn: Turn): ToolResult[] {
  const isForPerson = (result: ToolResult) =>
    result.ok && (result.undo !== undefined || (result.files !== undefined && result.files.length > 0));
  return [...turn.under.values()].flatMap((nested) => nested.results().filter(isForPerson));
}

/** Files of its calls and those of its nested turns, each once. */
function filesOf(turn: Turn): FileRef[] {
  const given = turn
    .all()
    .flatMap((each) => each.results().flatMap((result) => (result.ok ? (result.files ?? []) : [])));
  return given.filter(
    (file, index) => given.findIndex(({ hash, name }) => hash === file.hash && name === file.name) === index,
  );
}

const inItalics = (notices: readonly string[]): string[] => notices.map((notice) => `_${notice}_`);

/** Calls of which nobody knows whether they happened: the person reads it even if the model keeps silent about it. */
function interrupted(turn: Turn): Card[] {
  const names = turn.all().flatMap((each) => each.unknownCalls());
  return names.map((name) => ({ kind: 'notice', text: texts.outcomeUnknownToPerson(name) }));
}
