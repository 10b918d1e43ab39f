import type { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { ErrorCode, FailureCode } from '../../base/errors.ts';
import type { Tracing } from '../../base/spans.ts';
import type { Choice, FileRef, Origin, Place } from '../../delivery/index.ts';
import type { Person, RoleHolder, Thing } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
import type { Reader, WhenContext } from '../../time/index.ts';
import type { ToolSpec } from '../inference/model.ts';
import type { SpawnOptions } from '../turn/nested.ts';
import type { Act, ChosenAct, ChosenByModel } from './act.ts';

/**
 * Effect of a call. `read` and `write`: the person's own data, in a transaction. `fetch`: reads something outside.
 * `external`: changes something outside or runs code. `dangerous`: can do harm that cannot be undone.
 */
export type Effect = 'read' | 'write' | 'fetch' | 'external' | 'dangerous';

/** Capability of a tool beyond the person's own data, where other assistants have a name for it. */
export type Capability = 'code' | 'file_read' | 'file_write' | 'web_read' | 'web_search' | 'agents';

/** A call of a tool as a value: what a button does, what undoes an act. */
export interface Call {
  tool: string;
  input: Record<string, unknown>;
}

/** Result of a tool. Expected failures are values; only bugs throw. */
export type ToolResult = Done | Failed;

export interface Done {
  ok: true;
  /** The result in words that can be shown to the person as they are. */
  text: string;
  /** The outcome for a person who decided about the call, where `text` is for a model alone. */
  inWords?: string;
  /** Buttons to offer beside the answer. */
  choices?: Choice[];
  /** The call that takes it back, with the words for it ("the reminder “milk”"). */
  undo?: Call & { label: string };
  files?: FileRef[];
  /** Stored files that are not handed to the person: what a tool can be asked for again. */
  kept?: FileRef[];
  /** Pictures that a model which sees is shown with the result; another one is told of them. */
  pictures?: readonly FileRef[];
  /** Instants (ISO) that it speaks of, for platforms that show each reader their own clock. */
  times?: string[];
  /** Untrusted text went into it. */
  tainted?: boolean;
  /** The asker from now on: another person than before, or with another time zone. */
  asker?: Person;
  /** Nothing is to be said about it: where a schedule began the turn, the turn ends without a word. */
  silent?: true;
  /** Sentences for the person below the answer, whatever a model makes of the result. */
  notices?: readonly string[];
  /** Material for a model only, after `text`: people are shown `text` alone. */
  material?: string;
  /** The address that it shows, where its call need not name it: what stands there was asked for only if this was. */
  address?: string;
  /** The result holds no personal data that the turn did not have. */
  impersonal?: boolean;
  /** Milliseconds that it took; set by who ran it. */
  tookMs?: number;
  /** Names of tools that the model is shown from the next step on. */
  offers?: readonly string[];
  /** Tools that may not be called for the rest of the turn, as `isForbidden` reads them. */
  forbids?: readonly string[];
  /** The text of the one thing that it is about. */
  subject?: string;
  /** The id of the one thing that it made, changed or showed; of several that it changed together their ids, between commas. */
  id?: string;
}

export interface Failed {
  ok: false;
  /** Stable, for programs: the tool's own failure, or the error of a service that it passes on. */
  code: FailureCode | ErrorCode;
  /** Milliseconds that it took; set by who ran it. */
  tookMs?: number;
  /** A sentence for the person. */
  message: string;
  remedy?: string;
  /** The field of its input that it is about, by its path: "rule.to". */
  field?: string;
  /** When it is a question: the answers as buttons. */
  choices?: Choice[];
  /** The question below the answer as well, whatever a model makes of it. */
  notices?: readonly string[];
  /** Untrusted text stands in its words or on its buttons. */
  tainted?: boolean;
}

/** A thing of a person's, as words may name it. */
export interface NamedThing {
  id: string;
  text: string;
  /** For a button, where it says more than the text. */
  label?: string;
  /** Hash of what it shows (`markOf`): a button that takes it away carries it. */
  mark?: string;
}

/** The way in which the person's next words may refer to what a call of a tool leaves. */
export interface ToolDialogue {
  /** The kind of thing that it makes, changes or shows, which its name begins with: `reminder`. */
  thing: string;
  /** Codes of failures that ask for what was left out, each with the field that the answer fills: `{ NO_TIME: 'when' }`. */
  asks?: Readonly<Partial<Record<Failed['code'], string>>>;
  /** The person's things of this kind, at most 500. Exactly one tool of each `thing` has it. */
  listNamed?(asked: {
    db: Queryable;
    personId: string;
    private: boolean;
    reader: Reader;
  }): Promise<readonly NamedThing[]>;
}

/** The request that a call serves: a message, a button, a schedule or a webhook. */
export interface CallRequest {
  /** Id of its inbox row. */
  id?: string;
  /** Author of the words being answered. */
  origin: Origin;
  /** As whom the person speaks. */
  identity: { adapter: string; externalId: string };
  /** The asker's own words of this turn; empty where nobody's are answered. */
  said: readonly string[];
  files: readonly FileRef[];
  /** The person's own files are shown in the conversation. */
  ownFiles: boolean;
  /** The person asked for exactly this call, by name; no model chose it. */
  byName?: true | undefined;
  /** The answer is told elsewhere, where others read: what may be told there, by skills and routines. */
  tells?: readonly string[];
  /** A program asks: the next words in the conversation do not refer to it. */
  byProgram?: true;
}

/** Consent that the person has given before the call runs. */
export interface CallApproval {
  /** Tools that act outside to which the person has said yes for this conversation. */
  remembered: readonly string[];
  /** Binding of this call's approval (`policy.binds`): only that may run. */
  bound?: string | undefined;
  /** The person has said yes to exactly this call of a command or button. */
  confirmed?: true;
}

/** The turn that makes the call. Empty where a command, a button or a program does. */
export interface CallTurn {
  /**
   * Identifies the turn in this process, and is used for nothing else: a key of a `WeakMap` for what is to stay as it was
   * when the turn began.
   */
  key?: object;
  /** Present where a model has chosen the call while a person speaks, and nobody has said yes to it. */
  chosen?: ChosenByModel | undefined;
  /** Identifies the call: the same when it is run again after a kill. Only for tools that reach outside. */
  callKey?: string;
  /** The specialist whose nested turn calls; undefined: the one that talks to the person. */
  agent?: string | undefined;
  /** Milliseconds that a container lives which the specialist opens, where it has a time of its own. */
  sandboxTimeoutMs?: number | undefined;
  /**
   * Runs a nested turn within this call; only for tools that reach outside. Where one has to ask the person, or is cut
   * off, the call is given up (`signal`) and later run again from its beginning; what it spawns, in the same order, goes on
   * where it stood. So until the last has answered it does nothing else outside.
   */
  spawn?(options: SpawnOptions): Promise<ToolResult>;
  /** Says in a few words what it is doing; shown while it runs if its display is `stream`. A hint. */
  progress?(doing: string): void;
}

/** The other tools, as far as the person may use them. */
export interface OtherTools {
  /** The tools that models are offered for this person, or for somebody with other roles. */
  offeredTools(who?: RoleHolder): ToolSpec[];
  /**
   * Names of the tools that models are offered for this person and that `names` mean, but those that are always shown: by
   * their own name, as the tool that now stands for it, or by another assistant's for what they do.
   */
  toolsMeant(names: readonly string[]): string[];
  /** True if there is a tool of this name that the person may use. */
  mayUse(tool: string): boolean;
  /** Skills with tools, and the tools, by name. */
  namesOfAll(): string[];
  /**
   * Runs another tool on the person's own data within this call, in the transaction of `ctx`. With `undoable` false
   * nothing is kept that takes it back. A call that is wrong, or reaches outside, is a `Failed`.
   */
  call(call: Call, ctx: TxContext, undoable?: boolean): Promise<ToolResult>;
}

/** An act that can be taken back, and the words for it. */
export interface KeptUndo {
  id: string;
  label: string;
}

/** Values that one call has awaited before its transaction (`prepare.ts`). */
export interface PreparedCall {
  /** A light model's look; undefined where the tool wants one and nothing was to be looked at. */
  look?: Look | undefined;
  /** The input with its words about time in English, or why they cannot be read. */
  read?: { input: unknown } | Failed;
  /** The value of the tool's `prepare`. */
  value?: unknown;
}

/** Hooks and values of the code that runs calls (`calls.ts`); no tool reads them. */
export interface CallRunner extends Tracing {
  /** Values that calls of this transaction have awaited before it. */
  prepared?: {
    readonly wasSlow: boolean;
    require(call: { tool: DataTool; input: unknown }, ctx: CallContext): PreparedCall;
  };
  /** Has a light model look at the call of a button first, where its tool wants that. Left out: it was looked at already. */
  lookFirst?(tool: Tool, input: unknown): Promise<Look> | undefined;
  /** Tells that something of the person's was written by `tool`; called for a `write` tool after its commit. */
  onChange?(tool: string): void;
  /** Tells by which id what has just been done can be taken back; called in its transaction. */
  onUndo?(undo: KeptUndo): void;
}

/** Context of a call. Most tools take no more of it than `person`, `when`, `clock` and, of `TxContext`, `tx`. */
export interface CallContext {
  person: Person;
  place: Place;
  conversationId: string;
  /** The person alone sees the answer. */
  private: boolean;
  clock: Clock;
  /** For `parseWhen`: the instant, the person's zone (UTC until it is known) and the configured parts of the day. */
  when: WhenContext;
  signal: AbortSignal;
  /** True if untrusted text is in the turn's context; what is written inherits it. */
  tainted: boolean;
  /** The value that `prepare` returned. */
  prepared?: unknown;
  request: CallRequest;
  approval: CallApproval;
  turn: CallTurn;
  tools: OtherTools;
  runner: CallRunner;
}

/** A `read` or `write` call also holds the transaction in which its effect and its record are committed together. */
export interface TxContext extends CallContext {
  tx: Transaction;
}

/** Content that would run beside the input of a call. */
export interface Binding {
  hash: string;
  /** A sentence that the person is shown beside the input. */
  says: string;
}

/**
 * Callers of a tool. Left out: models, and everybody named here. `main-agent`: of models only the one that talks to the
 * person, no subagent. `buttons`: no model; buttons, commands, undo, other tools and plain English. `person`: those of
 * `buttons`, and only a person at this moment, for it approves something; nothing that a program, a schedule or a webhook
 * presses or says.
 */
export type Callers = 'main-agent' | 'buttons' | 'person';

/**
 * Time at which a model is shown a tool: `always`; once its state or `more_tools` brings the group; `planned`: in a turn that a
 * schedule has begun; `unshown`: never. A call by a name that was not shown is a call all the same.
 */
export type ToolGroup =
  | 'always'
  | 'tasks'
  | 'schedules'
  | 'settings'
  | 'files'
  | 'memory'
  | 'skills'
  | 'specialists'
  | 'health'
  | 'web'
  | 'code'
  | 'servers'
  | 'planned'
  | 'unshown';

/** A second form of the input, fewer and flatter fields for models: a call in it stands for one in a tool's own form. */
export interface ShortForm {
  input: z.ZodType;
  /** Tools for which it stands where it is no form of the tool's own: it is shown if one of them may be used. */
  standsFor?: readonly string[];
  /** Acts of its verbs, each with the verb and the tool of its own that does it. */
  acts?: readonly { verb: string; tool: string; act: Act }[];
  /** True if the input is in this form. Left out: every one is. */
  takes?(input: Record<string, unknown>): boolean;
  call(input: unknown): Call | Failed;
}

/** Form of the input, where its zod schema does not say it. */
export interface InputForm {
  short?: ShortForm;
  /** Fields that models are shown; a call may set the others as well. Left out: all of them. */
  shows?: readonly string[];
  /** Instead of what `input` says: what the model is shown of its form, where others have written that. */
  schema?: Record<string, unknown>;
  /** The server of others that has written it. */
  by?: string;
  /** The call that an earlier version's stored input stands for; undefined: it is an input of this one. */
  formerly?(input: unknown): Call | undefined;
  /**
   * Fields in which a person's words say a time. One in another language than English comes to `run` in English words; one
   * that cannot be read, or in several ways, is refused or asked about instead.
   */
  times?: readonly string[];
  /**
   * Fields that only buttons, commands and the interpreter fill, such as that the person is sure: no model is shown them, and a
   * call of a model that sets one is wrong.
   */
  own?: readonly string[];
  /** An empty `which` shows all of them. Left out: a model's call of a tool that changes something must say which one. */
  listsAll?: true;
}

/** Facts by which the policy allows a call, denies it or asks the person. */
export interface ToolPolicy<Input> {
  /** Part of talking at all: whoever is heard may use it. */
  always?: true;
  /** Further things that a call uses (a skill of instructions, a command): the person must be allowed these, too. */
  thingsIn?(input: Input): readonly Thing[];
  /** Ids of the people whose data it names: anybody else's than the asker's is denied. */
  persons?(input: Input): readonly string[];
  /** The act that it is where no verb of a change-tool says so. A model's call that the person's words do not name is asked about. */
  act?: ChosenAct;
  /** Amount of the person's own data that it deletes or overwrites: 1, or 2 for several at once. */
  deletes?(input: Input): number;
  /** Recipients besides the conversation that asks, in words for the person. It then asks. */
  sendsTo?(input: Input, here: Pick<CallContext, 'place' | 'conversationId'>): readonly string[];
  /**
   * A hash of what would run and does not stand in the input (a skill, a script): an approval holds for that only, and
   * `run` finds it as `ctx.approval.bound`. Looked up before the question and again before the run. Undefined: there is
   * nothing else. A failure: the call could not run, so that nobody is asked about it.
   */
  binds?(input: Input, ctx: CallContext): Promise<string | Binding | Failed | undefined>;
  /** Looked at by a light model first, where the owner has that switched on. */
  critique?: boolean;
  /** The same call twice in one answer means two of it: the next page, the last change and the one before. */
  mayRepeat?: true;
  /** Asks the person first, whatever the policy says. */
  confirm?: boolean;
  /** The same for calls with such an input. */
  confirms?(input: Input): boolean;
}

/** Flow of information: what the other side learns from a call, and what its result brings into the turn. */
export interface ToolFlow<Input> {
  /**
   * Targets: addresses that it reads, people that it writes to. Left out: nobody can tell, and where untrusted text is
   * in play it asks. None: the other side still sees that it was called, as it sees which of its links is opened.
   */
  targets?(input: Input): readonly string[];
  /** Only the person's own words name its targets, never what was found: it types them into a page. */
  types?: true;
  /** The other side sees a choice that is no target (a field, the pages that a crawl takes), as that of a link. */
  picks?: true;
  /**
   * Its results hold nothing of the person's own but what the call was given: pages, the clock, instructions. Left out: a
   * turn that has called it has read something of the person's own.
   */
  impersonal?: true;
  /**
   * Its answer shows something of the person's own that the call does not hold. Left out: a `read` does, and a `write` that
   * picks by `which` what it changes.
   */
  shows?: boolean;
  /** In a place that others read it shows only what was said or sent there, or refuses. */
  ofPlace?: true;
  /** The part of an earlier result that it shows: the handle of that result, and the character up to which it reads. */
  readsOn?(input: Input): { handle: string; to: number };
  /** The service that it asks: what came from there tells that service nothing new. */
  service?(input: Input): string;
}

/** Rules for what is stored of a call. */
export interface ToolRecord<Input> {
  /** Writes its own entry in the log of what was done. */
  records?: true;
  /** The input as the log of what was done may keep it: without what is private or secret. Default: all of it. */
  redact?(input: Input): unknown;
  /**
   * Fields whose values stand in memory alone, and on an approval by their length: what is typed into a page. A call that
   * comes back from the database without them is not run.
   */
  unstored?: readonly string[];
}

/** Display of a call while it runs, where answers are shown as they grow. */
export interface ToolDisplay<Input> {
  /**
   * Nothing (the default of `read` and `write`), its name (of all others), the first sentence of its description, or that
   * until it reports something itself (`ctx.turn.progress`).
   */
  as?: 'hidden' | 'name' | 'description' | 'stream';
  /** Instead of what `as` says: what shows while this call runs; undefined: nothing. */
  text?(input: Input): string | undefined;
  /**
   * The call as a sentence for whoever says yes or no to it, who gets what: `Send a letter to {to}: {text}`. A slot is a field
   * of the input, or one of `values`; it is shown in quotation marks. Left out: the description with the fields behind it.
   */
  asks?(
    input: Input,
    ctx: CallContext,
  ): readonly [says: string, values?: Readonly<Record<string, unknown>>] | undefined;
}

/**
 * Members of every tool; those from `form` on are optional. With `effect` and `run` (`DataTool`, `OutsideTool`):
 *
 *     export const paint = outsideTool({
 *       name: 'lamp_paint',
 *       description: 'Gives a lamp a colour.',
 *       effect: 'external',
 *       does: [],
 *       input: z.object({ lamp: z.string(), colour: z.string() }),
 *       callers: 'main-agent',
 *       flow: { targets: ({ lamp }) => [lamp] },
 *       record: { redact: privately('colour') },
 *       display: { text: ({ lamp }) => `painting ${lamp}` },
 *       run: async ({ lamp, colour }, { signal }) => done(await lamps.paint(lamp, colour, signal)),
 *     });
 */
interface ToolBase<Input> {
  /** Name as `noun_verb`: `reminder_create`. */
  name: string;
  /** For the model: what it is for and what to pass. */
  description: string;
  input: z.ZodType<Input>;
  form?: InputForm;
  /**
   * Capabilities for which other assistants have names, so that a skill that forbids theirs forbids it. Left out: all
   * that its effect allows.
   */
  does?: readonly Capability[];
  callers?: Callers | undefined;
  /** Time at which models are shown it. Left out: always, as one of a skill that is not coda's own. */
  group?: ToolGroup;
  dialogue?: ToolDialogue;
  policy?: ToolPolicy<Input>;
  flow?: ToolFlow<Input>;
  record?: ToolRecord<Input>;
  display?: ToolDisplay<Input>;
  /** Codes of failures that mean that the tool itself is out of order: after a few in a row it rests for a while. */
  broken?: readonly Failed['code'][];
}

/** Works on the person's own data in a transaction, and awaits nothing else. */
export interface DataTool<Input = unknown> extends ToolBase<Input> {
  effect: 'read' | 'write';
  /** Milliseconds it may take; default 1 s. */
  timeoutMs?: number;
  /** Before the transaction: what must be awaited first. Its value comes as `ctx.prepared`. */
  prepare?(input: Input, ctx: CallContext): Promise<unknown>;
  run(input: Input, ctx: TxContext): Promise<ToolResult>;
}

/** Reaches outside; may depend on the input how far. */
export interface OutsideTool<Input = unknown> extends ToolBase<Input> {
  effect: 'fetch' | 'external' | 'dangerous';
  effectOf?(input: Input): Effect;
  /** Milliseconds it may take; default 60 s. */
  timeoutMs?: number;
  /** The same, by the input. */
  timeoutOf?(input: Input): number;
  /**
   * All that it does is done by nested turns, each of which is looked at call by call: calls of one step that stand next to
   * each other run side by side, and one that was cut off is run again, its nested turns from where they stood.
   */
  nestedOnly?: true;
  /** The time that its calls take is limited by the tool's own limit alone and does not count against the turn's limit. */
  outlasts?: true;
  run(input: Input, ctx: CallContext): Promise<ToolResult>;
}

export type Tool<Input = unknown> = DataTool<Input> | OutsideTool<Input>;

/** True if all that the tool does is done by nested turns. */
export function isNestedOnly(tool: Tool | undefined): boolean {
  return tool !== undefined && 'nestedOnly' in tool && tool.nestedOnly === true;
}

/** True if models are offered the tool. */
export const isForModels = ({ callers }: Pick<Tool, 'callers'>): boolean =>
  callers === undefined || callers === 'main-agent';

/** True for a tool of coda's own that every request shows. */
export const isAlwaysShown = ({ by, group }: ToolSpec): boolean =>
  by === undefined && (group === undefined || group === 'always');

/** True for a tool that comes to no conversation: neither by state nor by `more_tools`. */
export const isUnshown = ({ group }: Pick<ToolSpec, 'group'>): boolean => group === 'planned' || group === 'unshown';

/** Error thrown through a tool for its caller; no mistake of the tool. */
export class PassedOn extends Error {}

/** Any tool, its input checked by its own schema before `run`. */
export type AnyTool = Tool<unknown>;

/** Declares a tool, its `run` typed by its schema. */
export function dataTool<Schema extends z.ZodType>(
  tool: Omit<DataTool<z.output<Schema>>, 'input'> & { input: Schema },
): DataTool<z.output<Schema>> {
  return tool as DataTool<z.output<Schema>>;
}

export function outsideTool<Schema extends z.ZodType>(
  tool: Omit<OutsideTool<z.output<Schema>>, 'input'> & { input: Schema },
): OutsideTool<z.output<Schema>> {
  return tool as OutsideTool<z.output<Schema>>;
}

const isOwner = ({ person }: Pick<CallContext, 'person'>): boolean => person.role === 'owner';

const isDataTool = (tool: Tool): tool is DataTool => tool.effect === 'read' || tool.effect === 'write';

/** The tools for owners alone: for anybody else nothing is asked, prepared or run, and `says` is the answer. */
export function forOwners(says: () => string, tools: readonly AnyTool[]): AnyTool[] {
  const guard =
    <Context extends CallContext>(run: (input: unknown, ctx: Context) => Promise<ToolResult>) =>
    async (input: unknown, ctx: Context): Promise<ToolResult> =>
      isOwner(ctx) ? run(input, ctx) : failed('DENIED', says());
  return tools.map((tool) => {
    const policy: AnyTool['policy'] = {
      ...tool.policy,
      binds: async (input, ctx) => (isOwner(ctx) ? tool.policy?.binds?.(input, ctx) : failed('DENIED', says())),
    };
    if (!isDataTool(tool)) return { ...tool, policy, run: guard(tool.run) };
    const { prepare } = tool;
    if (!prepare) return { ...tool, policy, run: guard(tool.run) };
    const prepareForOwner = async (input: unknown, ctx: CallContext) =>
      isOwner(ctx) ? prepare(input, ctx) : undefined;
    return { ...tool, policy, run: guard(tool.run), prepare: prepareForOwner };
  });
}

/** A `redact` that keeps all but the words in these fields. */
export function privately(...fields: readonly string[]): (input: unknown) => unknown {
  return (input) =>
    Object.fromEntries(
      Object.entries(input as object).map(([key, value]) => [key, fields.includes(key) ? '[private]' : value]),
    );
}

/** Longer results are shown to a model shortened, with a handle to read on. Characters. */
export const LONGEST_SHOWN = 8_000;

/** A result as a model is shown it. */
export function wholeOf({ text, material }: Pick<Done, 'text' | 'material'>): string {
  return material === undefined ? text : `${text}\n\n${material}`;
}

/** A short way to say that it went well. */
export function done(text: string, more: Omit<Done, 'ok' | 'text'> = {}): Done {
  return { ok: true, text, ...more };
}

/** The button that takes an act back. */
export const undoChoice = ({ tool, input }: Call): Choice => ({ label: 'Undo', tool, input });

/** A short way to say that it did not, and why. */
export function failed(
  code: Failed['code'],
  reason: string | Pick<Failed, 'message' | 'remedy'>,
  more: Omit<Failed, 'ok' | 'code' | 'message'> = {},
): Failed {
  const { message, remedy } = typeof reason === 'string' ? { message: reason } : reason;
  return { ok: false, code, message, ...(remedy !== undefined && { remedy }), ...more };
}

/** `result` with the taint of the rows whose words it quotes, on its buttons too. */
export function quoteRows<R extends ToolResult>(result: R, rows: readonly { tainted: boolean }[]): R {
  return rows.some(({ tainted }) => tainted) ? { ...result, tainted: true } : result;
}

/** Result of a second look at a call: if it may go on, and why, for the card and the audit log. */
export interface Look {
  ok: boolean;
  says: string;
  /** Why it could not be looked at; `ok` is false then. */
  fault?: string;
  /** Not looked at, and runs only after a person's yes. */
  byPerson?: true;
}
