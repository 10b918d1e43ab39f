/**
 * Every error that a person may see: a stable code, the exit status it ends a command with (sysexits.h), and what it
 * is about. The remedy is given where the error is thrown, because only there is it known what would help.
 * `docs/errors.md` is written from this table and from `FAILURES`, and a test keeps them together.
 */
import { getSystemErrorMap } from 'node:util';

export const ERRORS = {
  USAGE: { exit: 64, about: 'The command line was not understood.' },
  INPUT_INVALID: { exit: 65, about: 'A line or payload from outside does not have the expected form.' },
  CONFIG_INVALID: { exit: 78, about: 'The configuration has problems; all of them are listed.' },
  CONFIG_UNREADABLE: { exit: 66, about: 'The configuration file cannot be read as text.' },
  CONFIG_EDITED: {
    exit: 75,
    about: 'The configuration was changed by somebody else while it was being edited; it is as they left it.',
  },
  DATA_UNWRITABLE: { exit: 73, about: 'The data folder cannot be created or written to.' },
  DATA_NEWER: { exit: 78, about: 'The data was written by a newer version of coda.' },
  DISK_FULL: { exit: 74, about: 'The disk is full; nothing that was confirmed is lost.' },
  STORAGE_IN_USE: { exit: 75, about: 'Another coda is using this data folder.' },
  STORAGE_UNREACHABLE: { exit: 69, about: 'The database does not answer.' },
  STORAGE_UNSUPPORTED: { exit: 69, about: 'The embedded database does not run on this machine.' },
  STORAGE_CORRUPT: { exit: 70, about: 'The embedded database could not be opened.' },
  BACKUP_DAMAGED: { exit: 65, about: 'A backup is cut short, changed, or no backup of coda.' },
  RESTORE_NOT_EMPTY: { exit: 73, about: 'There is data where a backup is to be restored.' },
  RESTORE_INTO_NEWER: { exit: 73, about: 'A backup is to be restored into a database of a later version.' },
  MIGRATION_CHANGED: { exit: 78, about: 'A migration that was already applied has other content now.' },
  MIGRATION_FAILED: { exit: 70, about: 'A migration could not be applied; the database is as it was before it.' },
  ARTIFACT_CORRUPT: { exit: 74, about: "A stored file's content does not match its name." },
  ARTIFACT_TOO_LARGE: { exit: 65, about: 'A file is larger than coda keeps.' },
  ARTIFACT_MISSING: { exit: 74, about: 'A stored file is gone.' },
  SKILL_BUNDLE_REFUSED: {
    exit: 65,
    about: 'A skill bundle is damaged, or holds what no skill has; it was not installed.',
  },
  SKILL_REFUSED: { exit: 65, about: 'A skill cannot be installed, packed or pinned as it is.' },
  SECRET_KEY: { exit: 78, about: 'The key of the secrets is missing, or another one than they were sealed with.' },
  SKILL_NOT_FOUND: { exit: 66, about: 'There is no skill of that name.' },
  SKILL_RUN_NOT_FOUND: { exit: 66, about: 'There is no run of skills with that id.' },
  SCHEDULE_SOURCE: { exit: 75, about: 'What a schedule looks at does not answer.' },
  SKILL_RUN_FAILED: { exit: 75, about: 'A step of a run of skills failed; the run can be resumed.' },
  SKILL_RUN_WAITS: { exit: 75, about: 'A run of skills waits for the decision of a person.' },
  SKILL_PLAN_STALE: { exit: 65, about: 'A plan names a skill that is gone, or whose files are others now.' },
  SKILL_CATALOG_NOT_FOUND: { exit: 66, about: 'There is no catalog of skills at that address or file.' },
  SKILL_CATALOG_INVALID: { exit: 65, about: 'A catalog of skills is not JSON, or in no format that is read.' },
  SKILL_CATALOG_UNTRUSTED: {
    exit: 77,
    about: 'A catalog of skills is not signed by its key, or older than the one that was seen before.',
  },
  EXECUTOR_UNREACHABLE: {
    exit: 69,
    about: 'The forge, Docker or a model did not answer while coda prepared a change of its own code.',
  },
  EXECUTOR_CHANGE_FAILED: {
    exit: 65,
    about: "A change of coda's own code does not build, does not pass its tests, or does not come up.",
  },
  CONNECTOR_NOT_FOUND: { exit: 66, about: 'There is no connector of that name.' },
  CONNECTOR_SECRET: { exit: 78, about: 'A secret that a connector needs is not set.' },
  CONNECTOR_EXISTS: { exit: 73, about: 'There is a connector of that name already.' },
  EGRESS_URL: {
    exit: 65,
    about: 'An address is malformed, has a user name in it, or is not fetched over HTTP on a usual port.',
  },
  EGRESS_PRIVATE: { exit: 77, about: 'An address that somebody else chose leads to a network that is not public.' },
  EGRESS_UNREACHABLE: { exit: 69, about: 'A server cannot be found or connected to.' },
  EGRESS_TIMEOUT: { exit: 69, about: 'A server is too slow.' },
  EGRESS_TOO_LARGE: { exit: 65, about: 'A server sends more than was to be fetched.' },
  EGRESS_TYPE: { exit: 65, about: 'A server sends another kind of content than was to be fetched.' },
  EGRESS_REDIRECTS: { exit: 65, about: 'A server redirects too often, or what may not be sent twice.' },
  EGRESS_MALFORMED: { exit: 65, about: "A server's answer is not proper HTTP, damaged or cut off." },
  MCP_LOGIN: { exit: 69, about: 'A sign-in to an MCP server failed.' },
  EVENT_NOT_TAKEN: { exit: 69, about: 'A program that is to be told of events has not taken one.' },
  SANDBOX_OFF: { exit: 78, about: 'Running code is switched off.' },
  SANDBOX_NETWORK: { exit: 78, about: 'Code in a sandbox cannot be given its network.' },
  SANDBOX_UNREACHABLE: { exit: 69, about: 'Docker does not answer.' },
  SANDBOX_ENGINE: { exit: 69, about: 'Docker refuses or fails.' },
  SANDBOX_UNSAFE: { exit: 78, about: 'Docker cannot limit what code uses, so none is run.' },
  SANDBOX_IMAGE: { exit: 66, about: 'An image is missing or of another architecture.' },
  SANDBOX_IMAGE_REFUSED: { exit: 77, about: 'An image is not among those that are allowed.' },
  SANDBOX_INPUT: {
    exit: 65,
    about: 'What is given to a sandbox cannot be taken: names, number or size of files, an argument.',
  },
  SANDBOX_ENDED: { exit: 75, about: 'A sandbox ended; its files are gone.' },
  HTTP_MALFORMED: { exit: 65, about: 'An HTTP request cannot be read: its form, its JSON, or a part of it is wrong.' },
  HTTP_UNAUTHORIZED: { exit: 77, about: 'An HTTP request does not say who makes it, or its token is worth nothing.' },
  HTTP_FORBIDDEN: { exit: 77, about: 'A token may not do what an HTTP request asks for.' },
  HTTP_NOT_FOUND: { exit: 66, about: 'There is nothing at the address of an HTTP request.' },
  HTTP_METHOD: { exit: 65, about: 'What is at the address of an HTTP request does not know its method.' },
  HTTP_CONFLICT: { exit: 65, about: 'An HTTP request contradicts an earlier one, or what has happened since.' },
  HTTP_REFUSED: { exit: 65, about: 'What a program asks for over HTTP cannot be done as it is asked for.' },
  HTTP_TOO_LARGE: { exit: 65, about: 'An HTTP request is larger than coda takes.' },
  HTTP_TYPE: { exit: 65, about: 'An HTTP request brings a type of content that is not taken there.' },
  HTTP_TOO_FAST: { exit: 75, about: 'Somebody asks for more over HTTP than they may in this time.' },
  HTTP_TIMEOUT: { exit: 75, about: 'An HTTP request did not come, or was not answered, in its time.' },
  HTTP_BUSY: { exit: 75, about: 'coda cannot answer an HTTP request now.' },
  HTTP_ADDRESS: { exit: 78, about: 'The address on which HTTP is to be served cannot be used.' },
  PLATFORM_AWAY: { exit: 69, about: 'coda runs, but a platform that it is set up for cannot be heard.' },
  NO_DAEMON: { exit: 69, about: 'No running coda was found for this data folder.' },
  CONTROL_FAILED: { exit: 69, about: 'The running coda did not answer on its control socket.' },
  CANCELLED: { exit: 75, about: 'The work was stopped before it was done.' },
  INTERNAL: { exit: 70, about: 'A bug in coda.' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Expected failures of tools and turns: values, never thrown. A tool's result, the log of what was done and `reason` of
 * an HTTP problem carry the code. A tool that passes on an error of a service keeps that error's own code instead.
 */
export const FAILURES = {
  // The call and its input
  UNKNOWN_TOOL: 'No tool has this name.',
  UNKNOWN_COMMAND: 'No command has this name.',
  INVALID_INPUT: 'The input has not the form that the tool takes.',
  STILL_INVALID: 'The input is wrong again after a correction.',
  REPEATED: 'The same call was made again and again in one turn.',
  SAID_TWICE: 'The same call stood twice in one answer of a model; it was made once.',
  NO_TEXT: 'Text is missing: what to remember, to note or to remind of.',
  NO_TITLE: 'A title is missing.',
  NO_STEPS: 'The steps of a task are missing.',
  NO_REASON: 'A reason is missing.',
  NO_PLACE: 'A place is missing: the weather of where?',
  NO_ARGUMENTS: 'The scripts of a skill with secrets take no arguments.',
  NO_CHANGE: 'Nothing would be changed: no change is named, or it is so already.',
  BAD_NAG: 'The interval of a repeated reminder cannot be read.',
  TOO_LONG: 'A text is longer than is kept.',
  TOO_MANY: 'A limit on the number of things, or of tries, is reached.',
  TOO_MANY_STEPS: 'A task or a run has more steps than it may have, or nests them too deeply.',
  AMBIGUOUS: 'Several things or times fit; the person is asked, with buttons.',

  // Times and zones
  PAST: 'The time has passed, or it is over already.',
  NO_TIME: 'Neither a date nor a time is given.',
  NOT_A_DATE: 'There is no such date, time or zone, or the words about time were not understood.',
  NOT_ONE_TIME: 'A series is given where one time is wanted.',
  TOO_OFTEN: 'A series comes more often than it may.',
  TOO_FAR: 'The day lies further ahead than is known.',
  NEVER: 'The rule has no occurrence.',
  UNKNOWN_ZONE: 'No time zone has this name.',
  UNKNOWN_LANGUAGE: 'No language that coda speaks has this name.',

  // Things that are not there, or changed meanwhile
  NOT_FOUND: 'The thing that is meant is not there.',
  NO_NOTE: 'No note and no memory fits the question.',
  NO_PAGE: 'A list has fewer pages.',
  NO_CODE: 'A code of /link or /pair is wrong, used or expired.',
  UNKNOWN_SKILL: 'No skill or command has this name.',
  NOTHING_TO_UNDO: 'Nothing can be taken back here.',
  CHANGED: 'The thing was changed since it was shown, so nothing was done.',
  CONFLICT: 'A proposal cannot be applied, or taken back, as things stand now.',
  GONE: 'The question was decided, withdrawn or overtaken; its buttons stay closed.',
  VALUE_GONE: 'A value that is kept in memory alone was lost at a restart.',

  // Permission and place
  DENIED: 'The person may not do this.',
  NOT_YOURS: 'The thing or the button belongs to somebody else.',
  DECLINED: 'The person said no.',
  ASKS_FIRST: 'The call needs the yes of its person.',
  NEEDS_APPROVAL: 'An owner has to approve a skill, a specialist or a server first, or once more.',
  NOT_HERE: 'It cannot be done in this conversation, or in a turn of this kind.',
  NO_DM: 'The person has no direct conversation to which it could be sent.',
  NO_OWNER: 'No owner can be asked.',
  CONFIGURED: 'The configuration decides it.',
  REFUSED: 'What is asked for is not done as it is, or a server refuses it.',

  // Skills
  UNREADABLE: 'A page, a file or a skill cannot be read.',
  UNTRUSTED: 'The files of a skill cannot be pinned.',
  OFF: 'A skill is switched off.',
  DRAFT: 'A skill is a draft.',
  DEPRECATED: 'A skill is replaced by another one.',
  REVOKED: 'A skill rests since its catalog revoked it.',
  CYCLE: 'Skills need each other in a circle.',
  NOT_ACTIVE: 'A skill has to be activated first.',
  RUNS_ALONE: 'A skill runs as a subagent or as a run of steps, not within the turn.',
  NOT_ALONE: 'A skill runs within the turn, not as a subagent.',

  // Services, tools and their faults
  NOT_CONFIGURED: 'The configuration lacks a service or a model that this needs.',
  MISSING_SECRET: 'A secret is not set.',
  AUTH_EXPIRED: 'A service refuses its key.',
  BUDGET: 'The credit at a service is used up.',
  RATE_LIMITED: 'A server takes no more requests for a while.',
  BUSY: 'As many as may run at once are running.',
  UNAVAILABLE: 'A service, a server or a page cannot be reached, or is out of order.',
  MALFORMED: 'A service answers in an unknown form.',
  LOGIN_WALL: 'A page wants a sign-in.',
  CAPTCHA: 'A page wants proof of a human.',
  PAUSED: 'A tool rests after several failures in a row.',
  TIMEOUT: 'A tool took too long and was stopped.',
  OUTCOME_UNKNOWN: 'A call was cut off; nobody knows if it had its effect, so it is not repeated.',
  FAILED: 'It was tried and did not work.',

  // Ends of turns
  EMPTY: 'A subagent or a page says nothing.',
  LOOP: 'A turn went in a circle and was ended.',
  TOO_MANY_CALLS: 'A turn made as many calls as it may.',
} as const;

export type FailureCode = keyof typeof FAILURES;

/**
 * Faults of services, in one closed list for models, tools and adapters, so that each place that retries, reports or
 * gives up decides by the same names.
 */
export type FaultKind =
  | 'transient'
  | 'rate_limited'
  | 'auth_expired'
  | 'not_found'
  | 'context_overflow'
  | 'refused'
  | 'malformed_output'
  | 'budget'
  | 'cancelled';

export interface ErrorDetails {
  /** The error, in a sentence that names its subject. Never holds a secret. */
  message: string;
  remedy: string;
  cause?: unknown;
  /** Faults of an input, each with its place in it: "rule.to". */
  fields?: readonly FieldFault[];
}

/** A fault of one field of an input, by the path of the field. */
export interface FieldFault {
  field: string;
  detail: string;
}

/** An error with a stable code and a remedy. Anything else that is thrown is a bug. */
export class CodaError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly fields: readonly FieldFault[];

  constructor(code: ErrorCode, { message, remedy, cause, fields = [] }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CodaError';
    this.code = code;
    this.remedy = remedy;
    this.fields = fields;
  }

  get exitStatus(): number {
    return ERRORS[this.code].exit;
  }
}

/** The message on one line. An error of the system comes in plain words: "there is no such file or folder: /x". */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return inPlainWords(text).replace(/\s+/g, ' ').trim();
}

/** By the system's code. Any other one has the words of libuv. */
const SYSTEM_WORDS: ReadonlyMap<string, string> = new Map([
  ...getSystemErrorMap().values(),
  ['EACCES', 'this user may not do that'],
  ['EADDRINUSE', 'another program listens there already'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EAI_AGAIN', 'names cannot be looked up at the moment'],
  ['ECONNABORTED', 'the connection was cut'],
  ['ECONNREFUSED', 'nothing answers'],
  ['ECONNRESET', 'the other side cut the connection'],
  ['EEXIST', 'it is there already'],
  ['EHOSTUNREACH', 'no way leads to that machine'],
  ['EISDIR', 'it is a folder'],
  ['EMFILE', 'too many files are open'],
  ['ENETUNREACH', 'no way leads to that network'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOSPC', 'the disk has no room left, or no inode for another file'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['ENOTEMPTY', 'the folder is not empty'],
  ['ENOTFOUND', 'there is no such host'],
  ['EPERM', 'this user may not do that'],
  ['EPIPE', 'the other side has stopped listening'],
  ['EROFS', 'the disk is read-only'],
  ['ETIMEDOUT', 'no answer came in time'],
]);

/** `ENOENT: no such file or directory, open '/x'`, as calls for files fail. */
const FILE_FAULT = /\b(E[A-Z]{2,15}): [a-z][a-z -]{1,60}, [a-z]{2,12}(?: '([^']{1,4096})')?(?: -> '[^']{1,4096}')?/g;
/** `connect ECONNREFUSED 127.0.0.1:80`, `listen EADDRINUSE: address already in use 127.0.0.1:80`. */
const CALL_FAULT =
  /\b(?:connect|listen|bind|getaddrinfo|read|write|shutdown|spawn) (E[A-Z]{2,15}(?:_[A-Z]{2,10})?)\b(?:: [a-z][a-z -]{1,60})?(?: ?([\w.:[\]/@-]{1,300}))?(?: - Local \([^)]{1,60}\))?/g;
/** `spawn docker ENOENT`. */
const SPAWN_FAULT = /\bspawn (\S{1,300}) (E[A-Z]{2,15})\b/g;

function inPlainWords(text: string): string {
  if (!/\bE[A-Z]{2}/.test(text)) return text;
  return text
    .replace(FILE_FAULT, (whole, code: string, path?: string) => systemWords(code, path) ?? whole)
    .replace(SPAWN_FAULT, (whole, program: string, code: string) =>
      code === 'ENOENT' ? `there is no program ${program} here` : (systemWords(code, program) ?? whole),
    )
    .replace(CALL_FAULT, (whole, code: string, at?: string) => systemWords(code, at) ?? whole);
}

/** The words for a code of the system, such as ECONNREFUSED; `at` is the file or address that it is about. */
function systemWords(code: string, at?: string): string | undefined {
  const words = SYSTEM_WORDS.get(code);
  if (words === undefined || at === undefined) return words;
  return code === 'ECONNREFUSED' ? `${words} at ${at}` : `${words}: ${at}`;
}

/** True if the database is away or its disk full: what failed for it is tried again, and is nobody's fault. */
export function isStorageAway(error: unknown): boolean {
  return error instanceof CodaError && (error.code === 'STORAGE_UNREACHABLE' || error.code === 'DISK_FULL');
}

export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
