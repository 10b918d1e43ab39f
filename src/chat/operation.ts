/**
 * Operations of the owner, each declared once: its command with flags, table and `--json`, its verb of the control socket,
 * its entry in the audit log, and the button of the dashboard come from the one value.
 */

import { z } from 'zod';
import { CodaError } from '../base/errors.ts';
import { inputWords } from '../base/input.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import type { Thing } from '../people/index.ts';
import type { WritesBesides } from '../storage/index.ts';
import type { AnyRoute, HttpRequest } from './route.ts';

/** A value as it comes back through JSON. */
export type Wire<T> = T extends Json
  ? T
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? Wire<Item>[]
      : T extends object
        ? { [Key in keyof T]: Wire<T[Key]> }
        : T extends undefined
          ? undefined
          : unknown;

/** Text of a command for its caller, and the exit status where that is not 0. With `--json` the result replaces `out`. */
export type CommandOutput = string | { out?: string; always?: string; err?: string; status?: number };

/** Parts of a command that works by itself, beside the running daemon or without one. */
export interface LocalParts {
  io: NodeJS.Process;
  config: Config;
  world: World;
  /** Has the running daemon carry out an operation; undefined: none runs. */
  daemon<Parts, Input extends z.ZodObject, Result>(
    operation: Operation<Parts, Input, Result>,
    input: z.input<Input>,
  ): Promise<Wire<Result> | undefined>;
}

export interface Conversation {
  ask: AskFor;
  say(text: string): Promise<string[]>;
  press(button: string): Promise<unknown>;
  open(): readonly { text: string; buttons: readonly { id: string; label: string }[] }[];
}

export interface View {
  io: NodeJS.Process;
  /** Reads the configuration. Throws `CONFIG_INVALID`; none is there for what needs `nothing` or a `daemon`. */
  local(): LocalParts;
  /** Talks with the running daemon, or with a coda that runs in this process for so long. */
  converse<T>(use: (conversation: Conversation) => Promise<T>): Promise<T>;
  json: boolean;
  at(instant: string): string;
  /** Asks whether to approve what was shown. Throws where nobody can be asked; `once`: when to give --yes. */
  confirm(once: string): Promise<boolean>;
  /** True if --approval was given. Called where something asks: a yes that nothing asked for is reported. */
  approves(): boolean;
}

/** The words that say yes behind --approval. */
export const YES = ['approved', 'yes'] as const;

/** Carries out an operation: by the running daemon, else in this process. */
export type AskFor = <Parts, Input extends z.ZodObject, Result>(
  operation: Operation<Parts, Input, Result>,
  input: z.input<Input>,
) => Promise<Wire<Result>>;

export interface Act {
  /** The person who is signed in at a browser; undefined: a command, or a program with a token. */
  personId: string | undefined;
  /** The entry of the audit log: to be called in the transaction of the change, with what came of it. */
  besides: WritesBesides;
  token: string | undefined;
  /** True if the person in whose name it is done may use a thing; always, for a command. */
  may(thing: Thing): boolean;
}

/** The route of an operation: its parameters, its query and its body make the input. */
export interface OperationRoute<Given = never, Result = never>
  extends Pick<AnyRoute, 'page' | 'scope' | 'summary' | 'tag' | 'maxBytes' | 'answers' | 'examples'> {
  /** Left out: `POST`. */
  method?: AnyRoute['method'];
  /** Several: the same under each. */
  paths: readonly string[];
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType<Record<string, unknown>>;
  /** The input, where it is not the parameters with query and body. */
  input?(params: Record<string, string>, body: Record<string, unknown>, header: HttpRequest['header']): Given;
  /** The answer; left out: `{ done: true }`. */
  answer?(result: Result, given: Given): { status?: number; json: unknown };
  /** Why it could not be done: 409, and no entry in the audit log. */
  conflict?(result: Result): string | undefined;
}

/**
 * A thing that the owner can have coda do. Without `show` and `conduct` it is a verb and no command.
 *
 * ```ts
 * export const retry = operation({
 *   name: 'jobs retry',
 *   summary: 'run one of them, or all, again',
 *   input: z.object({ id: idOf('a job', '"coda jobs" shows them.').optional() }),
 *   args: ['id'],
 *   audit: (input) => input,
 *   run: ({ app }: Parts, { id }, { besides }) => app.jobs.retry(id, besides),
 *   show: (count) => `${plural(count, 'background job')} will be run again.\n`,
 * });
 * ```
 */
export interface Operation<Parts = never, Input extends z.ZodObject = z.ZodObject, Result = unknown> {
  /** The words that call it after `coda`; its verb is the same with dashes. */
  name: string;
  /** Its subject in the audit log; left out: its name. */
  subject?: string;
  /** A line of help; left out: no command calls it by itself, or its family has the line. */
  summary?: string;
  /** Its family's name alone calls it, too. */
  isDefault?: true;
  /**
   * Its fields: flags, with the text of `describe` and the placeholder of `meta({ value })`. A flag's value comes as text; a
   * boolean is a flag without one (`--no-…` where it is true by default), a list one that may be repeated.
   */
  input: Input;
  args?: readonly (keyof Input['shape'] & string)[];
  example?: string;
  /** Has `--json`: indented, as one line, or as lines that `conduct` writes. */
  json?: 'indented' | 'line' | 'lines';
  /** Grants the right to approve calls: `access.approval_token` must be given. */
  approves?: true;
  /**
   * `daemon`: only a running one can tell, and the configuration is not read. `config`: `run` is carried out by the command
   * itself, with `LocalParts`, and `conduct` asks a running daemon alone. `nothing`: the same, and the configuration is not
   * read. Left out: a coda is built where none runs.
   */
  needs?: 'daemon' | 'config' | 'nothing';
  /**
   * The detail of its entry in the audit log, given the input and what `run` handed to `besides`; undefined: nothing came of
   * it, and nothing is written. Left out: it changes nothing, or writes its own entry.
   */
  audit?(input: z.output<Input>, done: never): object | undefined;
  /** Carries it out: beside the database, where it `needs` no less. Left out: it is a command over other operations. */
  run?(parts: Parts, input: z.output<Input>, act: Act): Promise<Result> | Result;
  /** Completes the input with what only the terminal has: standard input, absolute paths. */
  prepare?(given: z.input<Input>, io: NodeJS.Process): Promise<z.input<Input>> | z.input<Input>;
  route?: OperationRoute<z.input<Input>, Result>;
  show?(result: Wire<Result>, input: z.output<Input>, view: View): CommandOutput;
  /** The whole of a command that asks more than once. */
  conduct?(ask: AskFor, input: z.output<Input>, view: View): Promise<CommandOutput>;
}

export type AnyOperation = Operation<never, z.ZodObject, unknown>;

export function operation<Parts, Input extends z.ZodObject, Result>(
  declared: Operation<Parts, Input, Result>,
): Operation<Parts, Input, Result> {
  return declared;
}

export interface OperationFamily {
  summary: string;
  example?: string;
  /** Has no word of its own behind it: its one operation has its name. */
  isAlone?: true;
  load(): Promise<readonly AnyOperation[]>;
}

export const isLocal = ({ needs }: Pick<AnyOperation, 'needs'>): boolean => needs === 'config' || needs === 'nothing';

export const verbOf = ({ name }: Pick<AnyOperation, 'name'>): string => name.replaceAll(' ', '-');

export const text = (isRight: (given: string) => boolean, says: (given: string) => string, remedy: string) =>
  z.string().refine(isRight, { error: ({ input }) => says(String(input)), params: { remedy } });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const idOf = (thing: string, remedy: string) =>
  text(
    (id) => UUID.test(id),
    (id) => `${id} is no id of ${thing}.`,
    remedy,
  );

/** The input as the schema has it. Throws `code` for what is wrong first. */
export function inputOf<Input extends z.ZodObject>(
  { name, input }: Pick<Operation<never, Input>, 'name' | 'input'>,
  fields: object,
  code: 'USAGE' | 'INPUT_INVALID',
): z.output<Input> {
  const read = input.safeParse(fields, { error: inputWords });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const own = issue?.code === 'custom' ? (issue.params?.remedy as string | undefined) : undefined;
  const where = own === undefined && issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new CodaError(code, {
    message: `${where}${issue?.message ?? 'The input was not understood.'}`,
    remedy: own ?? (code === 'USAGE' ? `See "coda ${name} --help".` : 'Use the coda command of the same version.'),
  });
}

export const usage = (message: string, remedy: string): CodaError => new CodaError('USAGE', { message, remedy });

/** Flags of an operation by which an owner approves what was shown. */
export const approvalFlags = {
  approval: z.enum(YES).optional().meta({ description: 'approved: an owner has read it', value: 'word' }),
  approvalToken: z
    .string()
    .optional()
    .meta({ description: 'access.approval_token, where the running coda has one', value: 'token' }),
};
