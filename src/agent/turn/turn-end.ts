import type { Instant } from '../../base/clock.ts';
import { canonicalJson, omitUndefined } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import { type Card, type Choice, type End, type FileRef, type Item, maySaySilence } from '../../delivery/index.ts';
import { type ApprovalRules, ask, askedOnce, expiryOf } from '../approvals/index.ts';
import * as texts from '../texts.ts';
import { type Call, type CallContext, type Done, type ToolResult, undoChoice } from '../tools/tool.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { UNDO_ALL } from '../undo/index.ts';
import { turnRecord } from './record/store.ts';
import type { RefusedTurn } from './steps.ts';
import type { Turn } from './turn.ts';
import type { NeedsApproval } from './turn-run.ts';

interface EndInput extends LedTurn {
  approvals: ApprovalRules;
  choices?: readonly Choice[];
}

export function endOfAnswer(
  { turn, item, toolbox, files: hasFiles, choices: offered = [] }: EndInput,
  answer: string,
  now: Instant,
): End {
  const turns = turn.allTurns();
  const results = turn.results();
  const files = filesOf(turns);
  const hasNothing = answer.trim() === '' && files.length === 0 && results.length === 0;
  if (turn.isSilent || (hasNothing && maySaySilence(item)))
    return unsaid({ turn, item, toolbox, files: hasFiles }, now);
  const text = answer.trim() || turn.lastWords() || doneIn(turn, toolbox) || nothingSaid(files);
  const choices = [...choicesOf([...results, ...nestedResults(turn)]), ...offered];
  const times = [...new Set(turns.flatMap((each) => each.times()))];
  const warning = ledBy({ turn, item, toolbox, files: hasFiles }, choices);
  choices.push(...warning.choices);
  const card: Card = {
    kind: 'answer',
    text: [text, ...inItalics([...warning.notices, ...untold(turn.notices(), text)])].join('\n\n'),
    ...omitUndefined({
      choices: choices.length > 0 ? choices : undefined,
      files: files.length > 0 ? files : undefined,
      times: times.length > 0 ? times : undefined,
    }),
    // In a channel nobody expects the answer of a schedule: its person is mentioned.
    ...(item.origin === 'schedule' && item.conversation.place.kind !== 'dm' && { mention: item.payload.from }),
  };
  return {
    state: 'done',
    cards: [...interruptedCards(turns), card],
    turnId: turn.id,
    // An address in it would leave as well.
    tainted: isLed({ turn, files: hasFiles }),
    drafted: turn.drafted,
    also: turnRecord(turn, item, 'answered', now, {
      answer: text,
      led: hasFiles && !turn.tainted,
      refused: turn.lastAnswer()?.payload.refused === true,
    }),
  };
}

/** Nothing is said, and nothing remembered, but what the person has to know. */
function unsaid(input: LedTurn, now: Instant): End {
  const { turn, item } = input;
  const also = turnRecord(turn, item, 'answered', now);
  const { id: turnId, drafted } = turn;
  const { notices, choices } = ledBy(input);
  const noticeCards: Card[] = notices.map((text) => ({ kind: 'notice', text, ...(choices.length > 0 && { choices }) }));
  return {
    state: 'done',
    cards: [...interruptedCards(turn.allTurns()), ...noticeCards],
    turnId,
    tainted: isLed(input),
    drafted,
    also,
  };
}

/** `read`: what was shown of an answer that its person stopped; it stays, marked, and is remembered so. */
export function endOfRefusal(
  { turn, item, toolbox, files, choices: offered = [] }: EndInput,
  { text, cancelled, declined, read }: RefusedTurn & { read: string },
  now: Instant,
): End {
  const isCut = read !== '';
  const state = cancelled ? 'cancelled' : 'failed';
  // Text that leads a turn may also have it fail.
  const { notices, choices: undoChoices } = leftBehind({ turn, item, toolbox, files });
  const choices = [...undoChoices, ...offered];
  const card: Card = {
    kind: isCut ? 'answer' : cancelled ? 'notice' : 'error',
    text: isCut ? [read, ...inItalics([text, ...notices])].join('\n\n') : [text, ...inItalics(notices)].join('\n\n'),
    ...(choices.length > 0 && { choices }),
  };
  return {
    state,
    cards: [card],
    turnId: turn.id,
    tainted: isLed({ turn, files }),
    drafted: turn.drafted,
    also: turnRecord(turn, item, state, now, {
      answer: isCut ? `${read}\n\n_${text}_` : text,
      refused: declined === true,
    }),
  };
}

/** Questions to the person; the turn waits for their answers until `expiresAt`. Adds to the turn that it asks. */
export function endOfParking(
  { turn, item, approvals, toolbox, files }: EndInput,
  { questions: all }: NeedsApproval,
  ctx: CallContext,
  now: Instant,
): End & ParkedTurn {
  const questions = askedOnce(all);
  const cards = questions.map((question) => {
    const { name, input } = question.call;
    const resolvedCall = toolbox.resolveCall({ tool: name, input: input as Record<string, unknown> });
    return ask(question, ctx, approvals, { tool: toolbox.get(resolvedCall.tool), input: resolvedCall.input });
  });
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
    also: turnRecord(turn, item, 'waiting', now, { parking }),
    expiresAt,
  };
}

/** True if what is said must be shown inert: text from elsewhere, or a file, went into the turn. */
const isLed = ({ turn, files }: Pick<EndInput, 'turn' | 'files'>): boolean => turn.tainted || files;

interface ParkedTurn {
  expiresAt: Instant;
}

function nestedResults(turn: Turn): ToolResult[] {
  const isForPerson = (result: ToolResult) =>
    result.ok && (result.undo !== undefined || (result.files !== undefined && result.files.length > 0));
  return [...turn.under.values()].flatMap((nested) => nested.results().filter(isForPerson));
}

function filesOf(turns: readonly Turn[]): FileRef[] {
  const files = turns.flatMap(({ steps }) => [
    ...steps.flatMap(({ step }) => (step.kind === 'result' && step.payload.ok ? (step.payload.files ?? []) : [])),
    ...steps.flatMap(({ step }) => (step.kind === 'model' ? (step.payload.files ?? []) : [])),
  ]);
  return files.filter(
    (file, index) => files.findIndex(({ hash, name }) => hash === file.hash && name === file.name) === index,
  );
}

/** A picture without a word is an answer. */
function nothingSaid(files: readonly FileRef[]): string {
  return files.length > 0 ? texts.filesAlone(files.map(({ name }) => name)) : texts.nothingToSay();
}

const MOST_DONE = 5;
const LONGEST_DONE = 500;

/** Changes that its calls have made, in their own words. */
function doneIn(turn: Turn, toolbox: Toolbox): string {
  const changes = turn.madeCalls().filter(({ call }) => toolbox.get(call.name)?.effect === 'write');
  return changes
    .slice(-MOST_DONE)
    .map(({ result }) => shorten(result.text.trim(), LONGEST_DONE))
    .filter((text) => text !== '')
    .join('\n');
}

/** Without those that the answer says itself, as the result of a call that is shown as it is. */
const untold = (notices: readonly string[], text: string): string[] =>
  notices.filter((notice) => !text.includes(notice));

const inItalics = (notices: readonly string[]): string[] => notices.map((notice) => `_${notice}_`);

/**
 * Calls of which nobody knows whether they happened: the person reads it even if the model keeps silent about it. A service
 * that failed in the middle has words of its own.
 */
function interruptedCards(turns: readonly Turn[]): Card[] {
  const calls = turns.flatMap((each) => each.unknownCalls());
  return calls.map(({ name, message }) => {
    // Coda's own sentences begin with the name of the tool, which tells a person little.
    const isOwn = message.startsWith(`${name} `);
    return { kind: 'notice', text: isOwn ? texts.outcomeUnknownToPerson(name) : message };
  });
}

const LONGEST_SUBJECT = 40;

/**
 * The buttons of an answer, an Undo for each change that can be taken back among them; those that several results bring say
 * what they are about: "Undo: call mum".
 */
function choicesOf(results: readonly ToolResult[]): Choice[] {
  const all = results.flatMap((result) =>
    withUndo(result).map((choice) => ({ choice, about: result.ok ? result.subject : undefined })),
  );
  const countByLabel = new Map<string, number>();
  return all.map(({ choice, about }) => {
    const isShared = all.filter((one) => one.choice.label === choice.label).length > 1;
    const subject = isShared && about !== undefined ? about.replace(/\s+/g, ' ') : undefined;
    const label = subject ? `${choice.label.replace(/…$/, '')}: ${shorten(subject, LONGEST_SUBJECT)}` : choice.label;
    const times = (countByLabel.get(label) ?? 0) + 1;
    countByLabel.set(label, times);
    return times === 1 ? { ...choice, label } : { ...choice, label: `${label} (${times})` };
  });
}

function withUndo(result: ToolResult): readonly Choice[] {
  const { choices = [] } = result;
  if (!result.ok || !result.undo) return choices;
  const undo = undoChoice(result.undo);
  const isThere = choices.some(
    ({ tool, input }) => tool === undo.tool && canonicalJson(input) === canonicalJson(undo.input),
  );
  return isThere ? choices : [...choices, undo];
}

// Writes of a turn that text from elsewhere, or a file, could have led: named to the person, with an Undo. Pure.

const LONGEST_NAME = 80;
/** Changes named in a notice; the rest are counted, so that an attacker cannot bury the answer. */
const MOST_NAMED = 20;

interface Write {
  name: string;
  undo?: Call;
}

interface LedTurn {
  turn: Turn;
  item: Item;
  toolbox: Toolbox;
  files: boolean;
}

function ledBy(input: LedTurn, shownChoices: readonly Choice[] = []): { notices: string[]; choices: Choice[] } {
  const writes = writesOf(input);
  if (writes.length === 0) return { notices: [], choices: [] };
  const names = writes.slice(0, MOST_NAMED).map(({ name }) => name);
  const notice = texts.writtenMeanwhile(names, writes.length - names.length);
  return { notices: [notice], choices: undoOf(writes, shownChoices) };
}

/** Changes of a turn that came to no answer. */
function leftBehind(input: LedTurn, shownChoices: readonly Choice[] = []): { notices: string[]; choices: Choice[] } {
  const warning = ledBy(input, shownChoices);
  if (warning.notices.length > 0) return warning;
  const writes = doneBy(input);
  if (writes.length === 0) return warning;
  const names = writes.slice(0, MOST_NAMED).map(({ name }) => name);
  return { notices: [texts.doneEvenSo(names, writes.length - names.length)], choices: undoOf(writes, shownChoices) };
}

function writesOf(input: LedTurn): Write[] {
  return input.turn.tainted || input.files ? doneBy(input) : [];
}

function doneBy({ turn, item, toolbox }: LedTurn): Write[] {
  // The person's own command or words made the calls; no model chose them.
  if (turn.isByName && item.origin === 'person') return [];
  return turn.allTurns().flatMap((each) =>
    each
      .madeCalls()
      .flatMap(({ call, result }) => {
        const tool = toolbox.get(call.name);
        // A tool that reads instructions in (`impersonal`) has written nothing of the person's.
        const hasWritten = tool?.effect === 'write' && (result.undo !== undefined || !tool.flow?.impersonal);
        return hasWritten ? [writeOf(result)] : [];
      })
      .reverse(),
  );
}

function writeOf({ undo, text }: Done): Write {
  if (!undo) return { name: shorten(text.replace(/\s+/g, ' ').trim(), LONGEST_NAME) };
  return { name: undo.label, undo: { tool: undo.tool, input: undo.input } };
}

function undoOf(writes: readonly Write[], shownChoices: readonly Choice[]): Choice[] {
  const calls = writes.flatMap(({ undo }) => (undo ? [undo] : []));
  const [only, ...others] = calls;
  if (!only) return [];
  if (others.length > 0) return [{ label: 'Undo all', tool: UNDO_ALL, input: { calls } }];
  const isShown = shownChoices.some(
    ({ tool, input }) => tool === only.tool && canonicalJson(input) === canonicalJson(only.input),
  );
  return isShown ? [] : [undoChoice(only)];
}
