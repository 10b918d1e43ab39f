import type { z } from 'zod';
import type {
  AnyTool,
  Binding,
  Call,
  CallContext,
  Effect,
  Failed,
  LightModels,
  LiveTools,
  ShowFile,
  Tiers,
  Toolbox,
  ToolGroup,
  ToolResult,
  TurnOver,
  TxContext,
} from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Cache, Locks } from '../bus/index.ts';
import type { ConfigBlock, CoreValues } from '../config/index.ts';
import type { Choice, FileRef, HeardVoice, MovedPerson, Origin, Outbox, Place, Turns } from '../delivery/index.ts';
import type { Egress } from '../egress/index.ts';
import type { DueSource, JobHandler, JobQueue, Raise, Schedule, Schedules } from '../jobs/index.ts';
import type { Calendar } from '../media/index.ts';
import type { DeletionRule, Gate, Household, MergeRule, Person, RoleHolder, Thing } from '../people/index.ts';
import type { Sandbox, SkillFiles, Workspaces } from '../sandbox/index.ts';
import type { Artifacts, CommitHints, Database, Queryable, Transaction } from '../storage/index.ts';
import type { Reader } from '../time/index.ts';
import type { Embedders } from '../vectors/index.ts';
import type { AnyCollection } from './collection.ts';
import type { AnyRoute, ReadCaller } from './route.ts';
import type { OwnReader, Timeless, Upcoming } from './today.ts';

/** Storage of a skill: rows, and files by their hash. */
export interface SkillStorage {
  database: Database;
  artifacts: Artifacts;
  /** Saves work, and may forget at any time. */
  cache: Cache;
  /** Locks between processes; they save work and decide nothing. */
  locks: Locks;
}

/** Speech of a skill: `outbox` to people, `turns` begins the agent's work, `events` and `emit` tell programs. */
export interface SkillSpeech {
  outbox: Outbox;
  turns: Turns;
  /** Tells programs that the configuration names, in the transaction of what they are told. */
  events: Raise;
  /** Publishes on the bus, channel `coda_alerts`. A hint, after the commit; nothing in coda subscribes to it. */
  emit<Payload extends Json>(kind: EventKind<Payload>, payload: Payload): void;
}

/** Work of a skill that is done later, and again. */
export interface SkillTimes {
  jobs: Pick<JobQueue, 'enqueue' | 'cancel' | 'takeUp'>;
  schedules: Pick<Schedules, 'put' | 'remove' | 'list' | 'toggle' | 'failing' | 'takeFailing'>;
  /** Tells the worker that something of a `DueSource` is due at `at`. A hint, after the commit. */
  wakeAt(at: Date): void;
}

/** Models that a skill asks itself. */
export interface SkillModels {
  models: LightModels;
  tiers?: Tiers | undefined;
  embedders: Embedders;
}

/** Reach of a skill beyond the database. */
export interface SkillReach {
  /** Reaches addresses that others chose, and services that the owner configured. */
  egress: Egress;
  /** MCP servers, for calls of coda's own that no model makes. */
  servers: ToolServers;
  sandbox: Pick<Sandbox, 'hasImage' | 'facts' | 'program' | 'detached'> & {
    workspaces: Workspaces;
    settings: CoreValues['execution'];
    /**
     * Files and image of the agent skills in use in the conversation, for code of the model's; an image of its own goes
     * first.
     */
    inUse(ctx: CallContext, ownImage?: string): Promise<SkillsInUse>;
  };
  /** Scripts of approved skills, run by themselves. */
  scripts: SkillScripts;
  /** Pages and files that are looked at again and again. */
  pages: WatchedPages;
  /** The person of a webhook of this name; undefined: there is none. */
  hookOwner(hook: string): Promise<string | undefined>;
  /** Tells things until somebody presses Seen. */
  acknowledgements: Acknowledgements;
  /** Schedules that files in the folders of agents say; `origin`: `agent/name`. Undefined before they are read. */
  plannedInFiles(): readonly { origin: string; line: string }[] | undefined;
}

/** Dependencies of a skill. Everything else of coda is none of its business. */
export interface SkillDeps<Settings = unknown> extends SkillStorage, SkillSpeech, SkillTimes, SkillModels, SkillReach {
  world: World;
  config: Settings;
  household: Household;
  /** The gate; asked by a skill itself only for a thing that no tool or command of its own stands for. */
  gate: Pick<Gate, 'may' | 'basis' | 'roles' | 'hears' | 'asksFirst'>;
  readCaller: ReadCaller;
  /** Capabilities of all skills, in words after "I". */
  does: readonly string[];
  /** Calls `close` when coda stops, once nothing uses the skill any more. */
  onClose(part: string, close: () => Promise<void>): void;
}

/** All skills together, for one that speaks for the others: the briefing, and what a schedule may name. */
export interface AllSkills {
  /** The sections that each has for a day or a week, in the order of the skills. */
  agenda(ctx: TxContext, span: AgendaSpan): Promise<AgendaSection[]>;
  /** Those that come from outside; awaited before the transaction. */
  agendaAhead(kind: AgendaSpan['kind']): Promise<AgendaSection[]>;
  /** True if a schedule can run a skill of this name without a model. */
  runnable(name: string): boolean;
  /** Tables of all skills (`SkillData`). */
  tables: readonly string[];
  /** Tasks that coda does by itself. */
  ownTasks: readonly SystemTask[];
  /** A person's plans until `to`, the earliest first. */
  listUpcoming(reader: OwnReader, to: Date): Promise<Upcoming[]>;
  /** A person's tasks and lists, as each has them. */
  listTimeless(reader: OwnReader): Promise<Timeless[]>;
}

/** Something that a skill has found by itself, for a person. */
export interface FoundThing extends FoundThingTelling {
  /** Its maker, such as `schedule:<id>`: what is found anew takes the place of what waited. */
  source: string;
  person: Person;
  conversationId: string;
  text: string;
  zone: string;
}

export interface FoundThingTelling {
  /** The target (`delivery/targets`) that is told instead of the conversation. */
  targetId: string | undefined;
  /** Passes the quiet hours of its person; those of another reader hold it. */
  urgent: boolean;
  /** Minutes between its repetitions. */
  nag: number;
  /** Told where nobody has pressed Seen by then. */
  escalate: { target: string; minutes: number } | undefined;
}

/** Tells things again and again until somebody presses Seen, and then to somebody else: as reminders. */
export interface Acknowledgements {
  /**
   * Tells it when the transaction commits, in the person's quiet hours after them, with what those have held of the same source.
   * False: they have no room for more.
   */
  askSeen(tx: Transaction, found: FoundThing): Promise<boolean>;
  /** Ends what waits for Seen under these sources; returns the texts of what quiet hours have held until now. */
  endAsking(tx: Transaction, sources: readonly string[]): Promise<string[]>;
  /** Has what waits for Seen under these sources told as its maker says from now on. */
  redirect(tx: Transaction, sources: readonly string[], to: FoundThingTelling): Promise<void>;
}

export interface ToolServers {
  has(server: string): boolean;
  /** Undefined: its server is away, or does not offer it. */
  findTool(server: string, tool: string): OfferedTool | undefined;
  /**
   * Calls a tool that an owner has approved as its server describes it now. Its result is untrusted. `refuse`: why the tool
   * as it is offered at this moment is not called.
   */
  call(
    asked: { server: string; tool: string; input: Readonly<Record<string, Json>> },
    signal: AbortSignal,
    refuse?: (tool: OfferedTool) => Failed | undefined,
  ): Promise<ServerAnswer>;
}

/** Name among the tools of coda, by which the gate knows it, and effect. */
export interface OfferedTool {
  name: string;
  effect: Effect;
}

/** `isTransient`: the same call may go well later. `mayHaveRun`: this one may have had its effect. */
export type ServerAnswer =
  | { ok: true; text: string }
  | { ok: false; message: string; isTransient: boolean; mayHaveRun: boolean };

/** The person for whom a script runs: their role, their secrets, the space of the place that it is for. */
export interface ScriptAsker extends RoleHolder {
  personId: string;
  spaceId: string;
}

/** `id`: `skill/script`, as people name it. `hash`: of all files that would be there when it runs. */
export interface FoundScript {
  id: string;
  skill: string;
  script: string;
  hash: string;
}

/** A script's output: the beginning of each stream without its secrets. `hash`: of the whole output where that is longer. */
export interface ScriptRan {
  ok: true;
  exitCode: number;
  stdout: string;
  stderr: string;
  bytes: number;
  isCut: boolean;
  hash: string | undefined;
  ended: 'itself' | 'late' | 'memory';
}

/**
 * Scripts of agent skills without a turn: in a container of their own, with the network of `execution.allowed_hosts` and the
 * secrets that the skill names. Nothing runs of a skill that no owner has approved as its files are.
 */
export interface SkillScripts {
  /** By `skill/script`, or by a script's name alone where only one skill has it. */
  find(named: string, asker: ScriptAsker, signal: AbortSignal): Promise<(FoundScript & { ok: true }) | Failed>;
  /** Rejects with the signal's reason. */
  run(
    asked: ScriptAsker & Pick<FoundScript, 'id'> & { args: readonly string[]; input?: unknown },
    signal: AbortSignal,
  ): Promise<ScriptRan | Failed>;
  /** A file in a skill's folder as it is now, approved or not. */
  readFile(
    asked: ScriptAsker & { skill: string; path: string },
    signal: AbortSignal,
  ): Promise<{ ok: true; text: string } | Failed>;
}

/**
 * Addresses that others chose, for a machine that comes again and again: `robots.txt` is obeyed, and what several look at
 * within a minute is fetched once. Failures are values.
 */
export interface WatchedPages {
  /** The readable text of a page, in Markdown, and its language where its HTML says it. */
  readText(url: string, signal: AbortSignal): Promise<{ ok: true; text: string; language?: string } | PageFailure>;
  /** Entries of a feed (RSS, Atom), as they stand there; `more`: those beyond that are not looked at. */
  readFeed(
    url: string,
    signal: AbortSignal,
  ): Promise<{ ok: true; entries: readonly FeedEntry[]; more: number } | PageFailure>;
  readCalendar(url: string, signal: AbortSignal): Promise<{ ok: true; calendar: Calendar } | PageFailure>;
}

export interface FeedEntry {
  /** The same for the same entry. */
  id: string;
  /** Names under which a feed with changing ids may show it again. */
  also: readonly string[];
  text: string;
}

export interface PageFailure {
  ok: false;
  code: string;
  message: string;
}

export interface SkillsInUse {
  files: readonly SkillFiles[];
  image: string | undefined;
  /** One of them is a third party's. */
  tainted: boolean;
  /** Binding of an approval of such code, and its text; undefined: they bring nothing. */
  binding: Binding | undefined;
  notes: readonly string[];
}

export interface EventKind<Payload extends Json> {
  /** `alert.reminder.due` */
  name: string;
  /** Never there: it carries the type. */
  payload?: Payload;
}

/** Something that coda does by itself, again and again, in the zone of the household. An owner may switch it off. */
export type SystemTask = Pick<Schedule, 'name' | 'kind' | 'missed' | 'standard'> & {
  cron: string;
  /** Its work, for the owner who may switch it off: words without a full stop ("deletes …"). */
  does: string;
};

/** Headings of `/help`, in their order. */
export const TOPICS = ['Reminders', 'Notes', 'Memory', 'By itself', 'Here'] as const;
export type Topic = (typeof TOPICS)[number];

/** A slash command: no model is asked. */
export interface Command {
  name: string;
  summary: string;
  usage?: string;
  /** Heading under which `/help` shows it; left out, `/help all` does. */
  topic?: Topic;
  /** Arguments one by one, for platforms that show fields; joined by line breaks they are the rest. */
  options?: readonly CommandOption[];
  /**
   * For a command that only reads, or stops something: it is carried out at once, whatever its conversation works on, always or
   * with nothing behind its name (`bare`). Left out, it takes its turn like a message.
   */
  overtakes?: true | 'bare';
  /** A schedule may run it. */
  plannable?: true;
  /** A webhook may run it for its person, with words that came from outside. */
  hookable?: true;
  /** The answer is nobody else's business: shown to the person alone where the platform can. */
  private?: boolean;
  ownerOnly?: boolean;
  skill?: string;
  /**
   * The audit log's record of the rest of the line, without private parts; undefined: no entry then. Left out: it never
   * writes, except by the call that it returns.
   */
  writes?(rest: string): Record<string, Json> | undefined;
  /**
   * Awaits work before the transaction, given the rest of the line; its value comes as `ctx.prepared`. Only for people
   * who may run it.
   */
  prepare?(rest: string, asker: Asker): Promise<unknown>;
  /**
   * The rest of the line, trimmed. Runs in the transaction that also stores the answer. A call that comes back is
   * carried out there, and can be taken back like any other.
   */
  run(rest: string, ctx: TxContext): Promise<ToolResult | Call>;
}

export interface CommandOption {
  /** Lower case, at most 32 characters. */
  name: string;
  /** At most 100 characters. */
  description: string;
  required?: boolean;
  /** Completions of partial input, at most 25; a hint that must come within a second. */
  complete?(typed: string, ctx: CompletionContext): Promise<readonly string[]>;
}

export interface CompletionContext {
  person: Person | undefined;
  database: Database;
  now: Date;
}

/**
 * Severity of a finding: `off` does not run and need not, a `notice` is worth knowing, a `warning` will hurt later, an
 * `error` hurts now.
 */
export type Severity = 'ok' | 'off' | 'notice' | 'warning' | 'error';

/** The result of a check. `ok` is false where somebody has to do something. */
export interface Verdict {
  ok: boolean;
  /** Stable, for programs: `CLOCK_SKEW`. Left out: the name of the check. */
  code?: string;
  severity?: Exclude<Severity, 'ok'>;
  says: string;
  remedy?: string;
  also?: readonly Verdict[];
  /** The checks that find its cause, by their names: it is left out while each of them finds something amiss. */
  symptomOf?: readonly string[];
  /** Has happened and may be over: a notice where each check of `symptomOf` finds nothing amiss. */
  past?: boolean;
}

export interface Finding extends Pick<Verdict, 'ok' | 'says' | 'remedy'> {
  name: string;
  code: string;
  severity: Severity;
}

export interface HealthCheck {
  name: string;
  check(signal: AbortSignal): Promise<Verdict>;
}

export interface PromptSection {
  title: string;
  text: string;
  /** Tools that a model is shown because of it. */
  group?: ToolGroup;
  /**
   * A section that says the same again is left out. True: where there is none any more, a model is told so, as of all of
   * `prompt`. False: it is about this message alone, and never left out.
   */
  stands?: boolean;
}

/** The days that a briefing (the rest of this one) or a review (a week back, a week ahead) is about. */
export interface AgendaSpan {
  kind: 'day' | 'week';
  from: Date;
  to: Date;
}

export interface AgendaSection {
  title: string;
  /** At most 20, each short. */
  lines: readonly string[];
  tainted?: boolean;
}

export interface HomeReader extends Reader {
  db: Queryable;
  person: Person;
}

export interface HomeSection {
  title: string;
  /** At most 10. */
  items: readonly HomeItem[];
  none?: string;
}

export interface HomeItem {
  /** At most 300 characters; shown as it is, without any notation. */
  text: string;
  actions?: readonly HomeAction[];
}

/** Action of a press: says `command` for the person in their direct conversation, or presses the stored button. */
export type HomeAction = { label: string } & ({ command: string } | { button: string });

export interface Asker {
  person: Person;
  place: Place;
  /** The person alone sees the answer. */
  private: boolean;
}

export interface AskedPrompt extends Asker {
  /** The same value for all that one turn does in this process, as `ctx.turn.key`. */
  turnKey: object;
  settings: Readonly<Record<string, Json>>;
  conversationId?: string;
  /** Counts the conversation's beginnings (`/new`). */
  epoch: number;
  text: string;
  /** The author of the words; undefined: a person. */
  origin?: Origin;
  /** Tokens that the model which answers takes in; undefined where nobody counts. */
  window?: number | undefined;
}

export interface SkillWords {
  /** Its capability, after "I": `take notes`. */
  does?: string;
  /** Its data about a person: `notes`. */
  keeps?: string;
}

/** An operation for commands of the terminal; a thrown error is the answer, too. */
export type Verb = (args: Record<string, Json>) => Promise<Json> | Json;

export interface SkillActs<Settings> {
  tools?(deps: SkillDeps<Settings>, all: AllSkills): AnyTool[];
  /** Tools that come and go while coda runs. */
  liveTools?(deps: SkillDeps<Settings>): Omit<LiveTools, 'skill'>;
  commands?(deps: SkillDeps<Settings>, all: AllSkills): Command[];
  /** The call that a turn begins with when a person writes `/name rest` and no command of that name is meant. */
  callNamed?(deps: SkillDeps<Settings>, name: string, rest: string): Call | undefined;
  /**
   * Buttons for files that a person has sent, whatever the platform, beside the answer; `text` are the words with them. A
   * message with nothing else is answered by the result of the button's call.
   */
  offerForFiles?(
    deps: SkillDeps<Settings>,
    files: readonly FileRef[],
    asker: Pick<Asker, 'person'> & { text: string },
  ): readonly Choice[];
  /**
   * The text of a file that came with a message, as the model is shown it in at most about `room` characters, or why there is
   * none; undefined: it does not read such files. The first skill that does counts.
   */
  showFile?(deps: SkillDeps<Settings>, file: FileRef, room: number, personId: string): ReturnType<ShowFile>;
  /**
   * Hears voice messages, whose words are their sender's own; undefined where it does not. The first skill that does counts.
   * Rejects only when `signal` aborts.
   */
  hear?(
    deps: SkillDeps<Settings>,
    files: readonly FileRef[],
    speaker: { personId: string; conversationId: string },
    signal: AbortSignal,
  ): Promise<HeardVoice | undefined>;
  /**
   * Operations for commands of the terminal, by the verb's name (`notes-export`): over the control socket, which is its
   * owner's, or in their own process where no daemon runs.
   */
  verbs?(deps: SkillDeps<Settings>): Readonly<Record<string, Verb>>;
}

export interface SkillWork<Settings> {
  jobs?(deps: SkillDeps<Settings>, all: Pick<AllSkills, 'tables'>): JobHandler[];
  schedules?: readonly SystemTask[];
  /** Names of `ownSchedules`, for the configuration: these hold whatever its settings are. */
  scheduleNames?: readonly string[];
  /** Further `schedules` that depend on its settings. */
  ownSchedules?(deps: SkillDeps<Settings>): readonly SystemTask[];
  due?(deps: SkillDeps<Settings>): DueSource[];
  /** Called when coda has started, before anybody is heard: what it begins goes on beside. */
  onStart?(deps: SkillDeps<Settings>): void;
  /** Called when a replica, perhaps one of another version, has ended, and now and then without one. */
  replicaEnded?(deps: SkillDeps<Settings>): void;
  /**
   * Called when a turn has ended, is parked or was cut off in this process, after that is stored: to close what its calls
   * have opened, or to work on what was said. The lane is free already. Not called after the process has died.
   */
  turnOver?(deps: SkillDeps<Settings>, over: TurnOver): Promise<void>;
  /** False where these settings leave `turnOver` nothing to do: it is not called then. */
  needsTurns?(config: Settings): boolean;
}

/** Its parts of the model's prompt, from the most stable to the most passing. */
export interface SkillPrompt<Settings> {
  /** Its part of the stable prompt: must not differ from one message to the next without need. */
  stablePrompt?(deps: SkillDeps<Settings>, asked: AskedPrompt): Promise<string | undefined>;
  /**
   * Its section of the prompt for a person, in private places only; kept until something of the person's is written.
   * Tainted text must not be in it: it would taint every turn.
   */
  prompt?(deps: SkillDeps<Settings>, asked: Asker): Promise<PromptSection | undefined>;
  /** Its part of the prompt for one message; the same all through its turn. */
  messagePrompt?(deps: SkillDeps<Settings>, asked: AskedPrompt): Promise<PromptSection | undefined>;
}

export interface SkillViews<Settings> {
  /** The person's own items for their briefing or review; asked in private places only. */
  agenda?(deps: SkillDeps<Settings>, ctx: TxContext, span: AgendaSpan): Promise<AgendaSection[]>;
  /** The same, where it comes from outside: before the transaction, and within a few seconds. */
  agendaAhead?(deps: SkillDeps<Settings>, kind: AgendaSpan['kind']): Promise<AgendaSection[]>;
  /** Its section of the person's own page: Slack's App Home. Nobody else sees that. */
  home?(deps: SkillDeps<Settings>, reader: HomeReader): Promise<HomeSection[]>;
  /** Fields of `coda status`: what it holds open at the moment. */
  status?(deps: SkillDeps<Settings>): Readonly<Record<string, Json>>;
  /** A person's plans until `to`, at most 200, for a page of their week. */
  listUpcoming?(deps: SkillDeps<Settings>, reader: OwnReader, to: Date): Promise<Upcoming[]>;
  /** A person's tasks and lists, for the same page. */
  listTimeless?(deps: SkillDeps<Settings>, reader: OwnReader): Promise<Timeless>;
}

export interface SkillApi<Settings> {
  collections?(deps: SkillDeps<Settings>): readonly AnyCollection[];
  routes?(deps: SkillDeps<Settings>, all: AllSkills): readonly AnyRoute[];
  checks?(deps: SkillDeps<Settings>, toolbox: Pick<Toolbox, 'names' | 'get'>): HealthCheck[];
}

/** Kinds of things that open pages read again, by the names that their hints have. */
export interface PageChanges {
  /** The kind that writing calls of the skill's tools change. */
  calls?: string;
  commits?: CommitHints;
}

export interface SkillData<Settings> {
  /**
   * Tables of what coda keeps for a person, each with `person_id`: emptied when the person is erased, in this order and behind
   * `deletionRules`. Whoever has a row in one is no passing stranger.
   */
  tables?: readonly string[];
  changes?: PageChanges;
  deletionRules?: readonly DeletionRule[];
  mergeRules?: readonly MergeRule[];
  /** Offers something to a person whose platform reports another zone now; in the transaction that stores it. */
  onMove?(deps: SkillDeps<Settings>, tx: Transaction, moved: MovedPerson): Promise<void>;
}

/**
 * A capability, as a value; every group is optional. `app/skills.ts` lists them, one line each.
 *
 * ```ts
 * export const weather: Skill<WeatherConfig> = {
 *   name: 'weather',
 *   config: weatherBlock,
 *   tools: (deps) => [weatherTool(deps)],
 *   commands: (deps) => [weatherCommand(deps)],
 *   checks: (deps) => [serviceCheck(deps)],
 * };
 * ```
 */
export interface Skill<Settings = unknown>
  extends SkillActs<Settings>,
    SkillWork<Settings>,
    SkillPrompt<Settings>,
    SkillViews<Settings>,
    SkillApi<Settings>,
    SkillData<Settings> {
  name: string;
  config?: ConfigBlock<z.ZodType<Settings>>;
  /** True if these settings switch it on; left out: it is. One that is off is not there at all. */
  isOn?(config: Settings): boolean;
  words?: SkillWords;
}

export function commandThing({ name, skill, ownerOnly }: Pick<Command, 'name' | 'skill' | 'ownerOnly'>): Thing {
  return { kind: 'command', name, skill, ownerOnly };
}
