/**
 * Ports between skills: one skill provides a port, others need it, and neither knows the other. Where nobody provides one, its
 * value of `ABSENT_PORTS` says so.
 */
import { type Effect, type Failed, failed } from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { Calendar } from '../media/index.ts';
import type { Person, RoleHolder } from '../people/index.ts';
import type { Queryable, Transaction } from '../storage/index.ts';

export interface SkillPorts {
  /** Tells things until somebody presses Seen. */
  acknowledgements: Acknowledgements;
  /** MCP servers, for calls of coda's own that no model makes. */
  servers: ToolServers;
  /** Scripts of approved skills, run by themselves. */
  scripts: SkillScripts;
  /** Pages and files that are looked at again and again. */
  pages: WatchedPages;
  /** The person of a webhook of this name; undefined: there is none. */
  hookOwner(hook: string): Promise<string | undefined>;
  /** Tells rules what a webhook has taken, in the transaction that takes it. */
  watchHook(tx: Transaction, taken: HookValues): Promise<void>;
  /** Schedules that files in the folders of agents say; `origin`: `agent/name`. Undefined before they are read. */
  plannedInFiles(): readonly { origin: string; line: string }[] | undefined;
  /** Keeps the people from whose words coda may learn by itself: all who have not switched that off. */
  mayLearnFrom(db: Queryable, personIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Counts how runs of skills have ended, by the name of the skill. */
  countRuns(db: Queryable): Promise<ReadonlyMap<string, { done: number; failed: number }>>;
  /** Ids of the people for whom a skill ran, alone or as a step. */
  listRunners(db: Queryable, skill: string): Promise<readonly string[]>;
}

export type PortName = keyof SkillPorts;

const ABSENT = failed('NOT_FOUND', 'The part of coda that does this is not there.');

export const ABSENT_PORTS: SkillPorts = {
  acknowledgements: { askSeen: async () => false, endAsking: async () => [], redirect: async () => {} },
  servers: {
    skill: '',
    has: () => false,
    findTool: () => undefined,
    call: async () => ({ ok: false, message: ABSENT.message, isTransient: false, mayHaveRun: false }),
  },
  scripts: { fileTool: undefined, find: async () => ABSENT, run: async () => ABSENT, readFile: async () => ABSENT },
  pages: {
    tool: undefined,
    readText: async () => ABSENT,
    readFeed: async () => ABSENT,
    readCalendar: async () => ABSENT,
  },
  hookOwner: async () => undefined,
  watchHook: async () => {},
  plannedInFiles: () => [],
  mayLearnFrom: async (_, personIds) => new Set(personIds),
  countRuns: async () => new Map(),
  listRunners: async () => [],
};

/** `read`: the value at a place of the payload (`data.0.power`) as text; undefined: there is none. */
interface HookValues {
  hook: string;
  personId: string;
  delivery: string;
  read(place: string): string | undefined;
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

interface FoundThingTelling {
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

/** A tool, as policies name it: whoever may not call it may not have the same looked at by itself. */
export interface GatedTool {
  name: string;
  skill: string;
}

export interface ToolServers {
  /** The skill whose tools are those of the servers. */
  readonly skill: string;
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
type ServerAnswer =
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
  /** The tool that reads a file of a skill. */
  readonly fileTool: GatedTool | undefined;
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
  /** The tool that reads a page. */
  readonly tool: GatedTool | undefined;
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

interface PageFailure {
  ok: false;
  code: string;
  message: string;
}
