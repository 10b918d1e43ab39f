import type { z } from 'zod';
import {
  type AnyTool,
  type Binding,
  type Call,
  type CallContext,
  type Done,
  done,
  type LightModels,
  type LiveTools,
  type ShowFile,
  type Tiers,
  type Toolbox,
  type ToolGroup,
  type ToolResult,
  type TurnOver,
  type TxContext,
} from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Cache, Locks } from '../bus/index.ts';
import type { Config, ConfigBlock, CoreValues } from '../config/index.ts';
import type { Choice, Delivery, FileRef, HeardVoice, Origin, Outbox, Place, Turns } from '../delivery/index.ts';
import type { Egress } from '../egress/index.ts';
import type { DueSource, JobHandler, JobQueue, Raise, Schedule, Schedules } from '../jobs/index.ts';
import type { DeletionRule, Gate, Household, MergeRule, Person, Thing, ZoneChange } from '../people/index.ts';
import type { Sandbox, SkillFiles, Workspaces } from '../sandbox/index.ts';
import type { Artifacts, CommitHints, Database, Queryable, Transaction } from '../storage/index.ts';
import type { Reader } from '../time/index.ts';
import type { Embedders } from '../vectors/index.ts';
import type { AnyCollection, PersonSetting } from './collection.ts';
import type { PortName, SkillPorts } from './ports.ts';
import type { AnyRoute, ReadCaller } from './route.ts';
import type { Finder } from './search.ts';
import type { SetupCard } from './setup/card.ts';
import type { OwnReader, Timeless, Upcoming } from './today.ts';

/** Storage of a skill beside its rows. */
export interface StorageDeps {
  artifacts: Artifacts;
  /** Saves work, and may forget at any time. */
  cache: Cache;
  /** Locks between processes; they save work and decide nothing. */
  locks: Locks;
}

/** Speech of a skill: `outbox` to people, `turns` begins the agent's work, `events` and `emit` tell programs. */
export interface SpeechDeps {
  outbox: Outbox;
  turns: Turns;
  /** The last lines of a place, and the address of one, where its platform shows them. */
  places: Pick<Delivery, 'lastSaid' | 'linkTo'>;
  /** Tells programs that the configuration names, in the transaction of what they are told. */
  events: Raise;
  /** Publishes on the bus, channel `coda_alerts`. A hint, after the commit; nothing in coda subscribes to it. */
  emit<Payload extends Json>(kind: EventKind<Payload>, payload: Payload): void;
}

/** Work of a skill that is done later, and again. */
export interface WorkDeps {
  jobs: Pick<JobQueue, 'enqueue' | 'cancel' | 'takeUp' | 'doesOf'>;
  schedules: Pick<Schedules, 'put' | 'remove' | 'list' | 'toggle' | 'failing' | 'takeFailing'>;
  /** Tells the worker that something of a `DueSource` is due at `at`. A hint, after the commit. */
  wakeAt(at: Date): void;
}

/** Models that a skill asks itself. */
export interface ModelDeps {
  small: LightModels;
  tiers?: Tiers | undefined;
  embedders: Embedders;
}

type ZoneMove = Omit<ZoneChange, 'version'>;

/** Things that keep to the old clock, each with its times before and after, and the button that moves them. */
export interface ZoneOffer {
  text: string;
  choices: Choice[];
  /** Words of others are in it. */
  tainted: boolean;
}

/** An answer with what is offered behind it: its words only where others do not read of what somebody keeps. */
export function withOffer(
  text: string,
  { text: offered, choices, tainted }: ZoneOffer,
  { place, ...more }: { place: Pick<Place, 'kind'> } & Pick<Done, 'asker' | 'undo'>,
): Done {
  return done(place.kind === 'dm' ? `${text}\n${offered}` : text, { ...more, choices, tainted });
}

/** The people of this coda: their rights, and who asks over HTTP. */
export interface PeopleDeps {
  household: Household;
  /** The gate; asked by a skill itself only for a thing that no tool or command of its own stands for. */
  gate: Pick<Gate, 'may' | 'basis' | 'roles' | 'hears' | 'asksFirst'>;
  readCaller: ReadCaller;
  /** The offers of all skills to somebody who has another zone; undefined: nothing of theirs keeps to the old one. */
  offerMove(tx: Transaction, move: ZoneMove): Promise<ZoneOffer | undefined>;
}

/** The sandbox of a skill that runs code. */
type SandboxDeps = Pick<Sandbox, 'hasImage' | 'facts' | 'program' | 'detached'> & {
  workspaces: Workspaces;
  settings: CoreValues['execution'];
  /**
   * Files and image of the agent skills in use in the conversation, for code of the model's; an image of its own goes
   * first.
   */
  inUse(ctx: CallContext, ownImage?: string): Promise<SkillsInUse>;
};

/**
 * Dependencies of a skill; everything else of coda is none of its business. `world` and `database` are most skills', the groups
 * follow what a skill does with them:
 *
 *     const clock = deps.world.clock;
 *     await deps.speech.outbox.addAll(tx, messages);
 */
export interface SkillDeps<Settings = unknown, Needs extends PortName = never> {
  config: Settings;
  /** The ports that it needs. */
  ports: Pick<SkillPorts, Needs>;
  world: World;
  database: Database;
  storage: StorageDeps;
  speech: SpeechDeps;
  work: WorkDeps;
  models: ModelDeps;
  people: PeopleDeps;
  /** Reaches addresses that others chose, and services that the owner configured. */
  egress: Egress;
  sandbox: SandboxDeps;
  /** Calls `close` when coda stops, once nothing uses the skill any more. */
  onClose(part: string, close: () => Promise<void>): void;
}

/** All skills together, for one that speaks for the others: the briefing, and what a schedule may name. */
export interface AllSkills {
  /** The sections that each has for a day or a week, in the order of the skills. */
  agenda(ctx: TxContext, span: AgendaSpan): Promise<AgendaSection[]>;
  /** Sections from outside; awaited before the transaction. */
  agendaAhead(kind: AgendaSpan['kind']): Promise<AgendaSection[]>;
  /** True if a schedule can run a skill of this name without a model. */
  runnable(name: string): boolean;
  /** Capabilities of all skills, in words after "I". */
  does: readonly string[];
  /** Tables of all skills (`SkillData`). */
  tables: readonly string[];
  /** Milliseconds of the longest voice message that one hears; undefined: none hears any. */
  longestVoice: number | undefined;
  /** A person's plans until `to`, the earliest first. */
  listUpcoming(reader: OwnReader, to: Date): Promise<Upcoming[]>;
  /** A person's tasks and lists, as each has them. */
  listTimeless(reader: OwnReader): Promise<Timeless[]>;
  /** The kinds of things that a search looks through: all collections, and what skills find beside them. */
  finders(): readonly Finder[];
}

export interface SkillsInUse {
  files: readonly SkillFiles[];
  image: string | undefined;
  /** True if one of them is a third party's. */
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

/** A skill that is off until the configuration switches it on, in the first lines of a start and in `coda doctor`. */
export interface SkillSwitch {
  name: string;
  isOn(config: Pick<Config, 'block'>): boolean;
  off: string;
}

interface SkillWords {
  /** Its capability, after "I": `take notes`. */
  does?: string;
  /** Its data about a person: `notes`. */
  keeps?: string;
}

/** An operation for commands of the terminal; a thrown error is the answer, too. */
export interface Verb {
  (args: Record<string, Json>): Promise<Json> | Json;
  /** Grants the right to approve calls: `access.approval_token` must be given. */
  approves?: true;
}

/** Operations by the verb's name (`notes-export`). */
export type Verbs = Readonly<Record<string, Verb>>;

/** Things that another assistant kept, each made by a call of the tool: the verb `<things>-import`. */
export interface ThingImport {
  things: string;
  tool: string;
  input: z.ZodType<Record<string, unknown>>;
  /** True if the person had the same before: the one that the call has made is rolled back. */
  hasTwin(tx: Transaction, id: string): Promise<boolean>;
}

/** Acts of a skill beside its tools and commands. */
interface SkillActs<Deps extends SkillDeps> {
  /** Tools that come and go while coda runs. */
  liveTools?(deps: Deps): Omit<LiveTools, 'skill'>;
  /** The call that a turn begins with when a person writes `/name rest` and no command of that name is meant. */
  callNamed?(deps: Deps, name: string, rest: string): Call | undefined;
  /**
   * Buttons for files that a person has sent, whatever the platform, beside the answer; `text` are the words with them. A
   * message with nothing else is answered by the result of the button's call.
   */
  offerForFiles?(
    deps: Deps,
    files: readonly FileRef[],
    asker: Pick<Asker, 'person'> & { text: string },
  ): readonly Choice[];
  /**
   * The text of a file that came with a message, as the model is shown it in at most about `room` characters, or why there is
   * none; undefined: it does not read such files. The first skill that does counts.
   */
  showFile?(deps: Deps, file: FileRef, room: number, personId: string): ReturnType<ShowFile>;
  /**
   * Hears voice messages, whose words are their sender's own; undefined where it does not. The first skill that does counts.
   * Rejects only when `signal` aborts.
   */
  hear?(
    deps: Deps,
    files: readonly FileRef[],
    speaker: { personId: string; conversationId: string },
    signal: AbortSignal,
  ): Promise<HeardVoice | undefined>;
  /** Milliseconds of the longest voice message that it hears; undefined where it does not. */
  longestVoice?(deps: Deps): number | undefined;
  /**
   * Operations for commands of the terminal: over the control socket, which is its owner's, or in their own process where no
   * daemon runs. Called when a command first names a verb that coda itself has not; they may be imported then.
   */
  verbs?(deps: Deps): Verbs | Promise<Verbs>;
  /**
   * Programs of whoever sits at this machine (`coda mcp`) may call its tools that read or write, but these. `imports`: things
   * that another assistant kept.
   */
  forPrograms?: { except: readonly string[]; imports?: ThingImport };
}

/** Work of a skill that no message asks for. */
interface SkillWork<Deps extends SkillDeps> {
  jobs?(deps: Deps, all: Pick<AllSkills, 'tables'>): JobHandler[];
  schedules?: readonly SystemTask[];
  /** Names of `ownSchedules`, for the configuration: these hold whatever its settings are. */
  scheduleNames?: readonly string[];
  /** Further `schedules` that depend on its settings. */
  ownSchedules?(deps: Deps): readonly SystemTask[];
  due?(deps: Deps): DueSource[];
  /** Called when coda has started, before anybody is heard: what it begins goes on beside. */
  onStart?(deps: Deps): void;
  /** Called when a replica, perhaps one of another version, has ended, and now and then without one. */
  replicaEnded?(deps: Deps): void;
  /**
   * Called when a turn has ended, is parked or was cut off in this process, after that is stored: to close what its calls
   * have opened, or to work on what was said. The lane is free already. Not called after the process has died.
   */
  turnOver?(deps: Deps, over: TurnOver): Promise<void>;
  /** False where these settings leave `turnOver` nothing to do: it is not called then. */
  needsTurns?(config: Deps['config']): boolean;
  /** True where these settings have it run programs in the sandbox, with or without code. */
  needsPrograms?(config: Deps['config']): boolean;
}

/** Its parts of the model's prompt, from the most stable to the most passing. */
export interface SkillPrompt<Deps extends SkillDeps> {
  /** Its part of the stable prompt: must not differ from one message to the next without need. */
  stable?(deps: Deps, asked: AskedPrompt): Promise<string | undefined>;
  /**
   * Its section of the prompt for a person, in private places only; kept until something of the person's is written.
   * Tainted text must not be in it: it would taint every turn.
   */
  person?(deps: Deps, asked: Asker): Promise<PromptSection | undefined>;
  /** Its part of the prompt for one message; the same all through its turn. */
  message?(deps: Deps, asked: AskedPrompt): Promise<PromptSection | undefined>;
}

/** Views of a skill: its person's in the briefing and on pages, programs' over HTTP, the owner's in `coda doctor` and `coda status`. */
interface SkillViews<Deps extends SkillDeps> {
  /** The person's own items for their briefing or review; asked in private places only. */
  agenda?(deps: Deps, ctx: TxContext, span: AgendaSpan): Promise<AgendaSection[]>;
  /** The same, where it comes from outside: before the transaction, and within a few seconds. */
  agendaAhead?(deps: Deps, kind: AgendaSpan['kind']): Promise<AgendaSection[]>;
  /** Its section of the person's own page: Slack's App Home. Nobody else sees that. */
  home?(deps: Deps, reader: HomeReader): Promise<HomeSection[]>;
  /** A person's plans until `to`, at most 200, for a page of their week. */
  listUpcoming?(deps: Deps, reader: OwnReader, to: Date): Promise<Upcoming[]>;
  /** A person's tasks and lists, for the same page. */
  listTimeless?(deps: Deps, reader: OwnReader): Promise<Timeless>;
  collections?(deps: Deps): readonly AnyCollection[];
  /** Kinds of things that a search looks through beside its collections. */
  finders?(deps: Deps): readonly Finder[];
  /** Further fields of `PATCH /v1/me`. */
  settings?(deps: Deps): readonly PersonSetting[];
  /** Called where HTTP is on; they may be imported then. */
  routes?(deps: Deps, all: AllSkills): readonly AnyRoute[] | Promise<readonly AnyRoute[]>;
  /** Its card, offered whether it is on or off; imported when cards are asked for. */
  setup?(): Promise<SetupCard>;
  checks?(deps: Deps, toolbox: Pick<Toolbox, 'names' | 'get' | 'specs'>): HealthCheck[];
  /** Fields of `coda status`: what it holds open at the moment. */
  status?(deps: Deps): Readonly<Record<string, Json>>;
}

/** Kinds of things that open pages read again, by the names that their hints have. */
interface PageChanges {
  /** The kind that writing calls of the skill's tools change. */
  calls?: string;
  commits?: CommitHints;
}

/** Data of a skill about people, for the rooms that erase, merge and show it. */
interface SkillData<Deps extends SkillDeps> {
  /**
   * Tables of what coda keeps for a person, each with `person_id`: emptied when the person is erased, in this order and behind
   * `deletionRules`. Whoever has a row in one is no passing stranger.
   */
  tables?: readonly string[];
  changes?: PageChanges;
  deletionRules?: readonly DeletionRule[];
  mergeRules?: readonly MergeRule[];
  /** Things of theirs that a person may take along into another zone; asked in the transaction that stores that. */
  offerMove?(deps: Deps, tx: Transaction, move: ZoneMove): Promise<ZoneOffer | undefined>;
}

/** Ports between skills (`ports.ts`). */
interface SkillOwnPorts<Settings> {
  /** Ports that it has for other skills. A port is one skill's. */
  provides?(deps: Omit<SkillDeps<Settings>, 'ports'>): Partial<SkillPorts>;
  /** Ports of others that it uses. */
  needs?: readonly PortName[];
}

/**
 * A capability, as a value; all but its name is optional. `app/skills.ts` lists them, one line each.
 *
 *     export const weather: Skill<WeatherConfig> = {
 *       name: 'weather',
 *       config: weatherBlock,
 *       tools: (deps) => [weatherTool(deps)],
 *       commands: (deps) => [weatherCommand(deps)],
 *       work: { schedules: [{ name: 'weather-warnings', cron: '0 7 * * *', … }] },
 *       views: { checks: (deps) => [serviceCheck(deps)] },
 *     };
 */
export interface Skill<Settings = unknown, Needs extends PortName = never> {
  name: string;
  config?: ConfigBlock<z.ZodType<Settings>>;
  /** True if these settings switch it on; left out: it is. One that is off is not there at all. */
  isOn?(config: Settings): boolean;
  words?: SkillWords;
  tools?(deps: SkillDeps<Settings, Needs>, all: AllSkills): AnyTool[];
  commands?(deps: SkillDeps<Settings, Needs>, all: AllSkills): Command[];
  acts?: SkillActs<SkillDeps<Settings, Needs>>;
  work?: SkillWork<SkillDeps<Settings, Needs>>;
  prompt?: SkillPrompt<SkillDeps<Settings, Needs>>;
  views?: SkillViews<SkillDeps<Settings, Needs>>;
  data?: SkillData<SkillDeps<Settings, Needs>>;
  ports?: SkillOwnPorts<Settings>;
}

/** A skill most of which is imported where its settings switch it on: what is off costs nothing. */
export interface LazySkill<Settings = unknown, Needs extends PortName = never> extends Skill<Settings, Needs> {
  /** Whole groups, in the place of those that it has while it is off. */
  load(config: Settings): Promise<Partial<Skill<NonNullable<Settings>, Needs>>>;
}

export function commandThing({ name, skill, ownerOnly }: Pick<Command, 'name' | 'skill' | 'ownerOnly'>): Thing {
  return { kind: 'command', name, skill, ownerOnly };
}
