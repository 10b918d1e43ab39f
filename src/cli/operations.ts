/** Commands out of operations: arguments and flags from their schemas, what they show, `--json`. */

import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Json } from '../base/json.ts';
import {
  type Act,
  type AnyOperation,
  type AskFor,
  type CommandOutput,
  inputOf,
  isLocal,
  type LocalParts,
  type OperationFamily,
  type View,
  verbOf,
} from '../chat/operation.ts';
import type { Call } from './call.ts';
import type { Ask } from './daemon/verbs.ts';
import { dataDir, type Flags } from './flags.ts';
import { usage } from './texts.ts';

/**
 * Adds a family below `parent`; without `isLoaded` only its name, for the help of all commands. Its examples are set in
 * `examples`.
 */
export async function addFamily(
  parent: Command,
  call: Call,
  [name, family, isLoaded]: readonly [string, OperationFamily, boolean],
  examples: Map<string, string>,
): Promise<Command> {
  const command = parent.command(lastWord(name)).description(family.summary);
  examples.set(name, family.example ?? `coda ${name}`);
  if (isLoaded) for (const operation of await family.load()) addOperation(command, call, operation, examples);
  return command;
}

function addOperation(family: Command, call: Call, operation: AnyOperation, examples: Map<string, string>): void {
  const { name, summary, isDefault = false, input, args = [], example, json } = operation;
  if (!operation.show && !operation.conduct) return;
  const command = name.includes(' ')
    ? family.command(lastWord(name), { isDefault }).description(summary ?? '')
    : family;
  if (example !== undefined) examples.set(name, example);
  const fields = Object.entries(input.shape).map(([key, schema]) => fieldOf(key, schema as z.ZodType));
  for (const key of args) {
    const field = fields.find((each) => each.key === key);
    if (field) command.argument(placeholder(field), field.about, field.type === 'list' ? undefined : field.preset);
  }
  for (const field of fields) if (!field.isHidden && !args.includes(field.key)) addFlag(command, field);
  if (json !== undefined) command.option('--json', json === 'lines' ? 'as JSON lines' : 'as JSON');
  command.action(call<Flags>(async () => (flags, io) => runOperation(operation, flags, io)));
}

const lastWord = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);

interface Field {
  key: string;
  about: string | undefined;
  value: string;
  type: 'flag' | 'list' | 'text';
  choices: readonly string[] | undefined;
  isRequired: boolean;
  isHidden: boolean;
  preset: unknown;
}

function fieldOf(key: string, schema: z.ZodType): Field {
  const { description, value, isHidden } = schema.meta() ?? {};
  const inner = innermost(schema);
  return {
    key,
    about: description,
    value: typeof value === 'string' ? value : key,
    type: inner instanceof z.ZodBoolean ? 'flag' : inner instanceof z.ZodArray ? 'list' : 'text',
    choices: inner instanceof z.ZodEnum ? (inner.options as string[]) : undefined,
    isRequired: !(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault),
    isHidden: isHidden === true,
    preset: schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined,
  };
}

function innermost(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? innermost(schema.def.innerType as z.ZodType)
    : schema;
}

function placeholder({ value, type, isRequired }: Field): string {
  const name = type === 'list' ? `${value}...` : value;
  return isRequired ? `<${name}>` : `[${name}]`;
}

const collectValues = (value: string, before: readonly string[] = []) => [...before, value];

function addFlag(command: Command, { key, about = '', value, type, choices, isRequired, preset }: Field): void {
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = type === 'flag' ? `--${preset === true ? 'no-' : ''}${name}` : `--${name} <${value}>`;
  const option = new Option(flag, about).makeOptionMandatory(isRequired && type !== 'flag');
  if (preset !== undefined && type !== 'flag') option.default(preset);
  if (choices) option.choices(choices);
  if (type === 'list') option.argParser(collectValues);
  command.addOption(option);
}

async function runOperation(operation: AnyOperation, givenFlags: Flags, io: NodeJS.Process): Promise<number> {
  const typed = inputTyped(operation, givenFlags);
  // A folder that an operation asks for itself may be one that no coda reads yet.
  const flags = 'root' in operation.input.shape ? { ...givenFlags, root: undefined } : givenFlags;
  inputOf(operation, typed, 'USAGE');
  const complete = (await operation.prepare?.(typed as never, io)) ?? typed;
  const json = flags.json === true;
  const use: Use = async (ask, at, local) => {
    const confirm: View['confirm'] = (once) => askYes(io, once);
    const converse: View['converse'] = async (talk) => {
      const { withConversation } = await import('./conversation.ts');
      return withConversation(flags, io, askingBy(flags), talk);
    };
    const approves: View['approves'] = () => {
      givenFlags.hasAsked = true;
      return flags.approval !== undefined;
    };
    const view: View = { io, json, at, confirm, local, converse, approves };
    const askFor = askingBy(flags)(ask);
    const input = inputOf(operation, complete, 'USAGE') as never;
    if (operation.conduct) return write(await operation.conduct(askFor, input, view), io);
    const parts = operation.needs === 'config' ? local() : { io };
    const result = isLocal(operation)
      ? asWire(await operation.run?.(parts as never, input, HERE))
      : await askFor(operation as never, complete as never);
    const output = operation.show?.(result as never, input, view) ?? '';
    if (!json) return write(output, io);
    const out = `${JSON.stringify(result, null, operation.json === 'indented' ? 2 : undefined)}\n`;
    if (typeof output === 'string') return write(out, io);
    const { status = 0 } = output;
    return write('always' in output ? output : { out, status }, io);
  };
  if (operation.needs === 'nothing') return use(refuseUse, asItIs, refuseUse);
  const { callDaemon, ofDaemon } = await import('./daemon/daemon.ts');
  if (operation.needs === 'daemon') return use(ofDaemon(dataDir(flags, io)), asItIs, refuseUse);
  const { withConfig, withVerbs } = await import('./daemon/verbs.ts');
  const find = operation.needs === 'config' ? withConfig : withVerbs;
  return find(flags, io, (ask, at, { config, world }) => {
    const daemon: LocalParts['daemon'] = (asked, input) =>
      callDaemon(config.dataDir, verbOf(asked), toSend(input, flags)) as Promise<never>;
    return use(ask, at, () => ({ io, config, world, daemon }));
  });
}

/** Asks whether to approve what was shown. Where nobody can be asked nothing is approved; `once`: when to give --yes. */
async function askYes({ stdin, stdout }: NodeJS.Process, once: string): Promise<boolean> {
  if (!stdin.isTTY) throw usage('Nobody can be asked here.', `Give --yes once ${once}.`);
  const { createInterface } = await import('node:readline/promises');
  const asking = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await asking.question('Approve it? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}

const askingBy =
  (flags: Flags) =>
  (ask: Ask): AskFor =>
  (asked, input) =>
    ask(verbOf(asked), toSend(input, flags)) as Promise<never>;

type Use = (ask: Ask, at: View['at'], local: () => LocalParts) => Promise<number>;

/** The caller's side of what is carried out here, with no entry in the audit log. */
const HERE: Act = { personId: undefined, token: undefined, besides: () => {}, may: () => true };

const asWire = (result: unknown): unknown => JSON.parse(JSON.stringify(result ?? null));

function inputTyped({ input, args = [] }: AnyOperation, flags: Flags): Record<string, unknown> {
  const isList = (key: string) => innermost(input.shape[key] as z.ZodType) instanceof z.ZodArray;
  const named = Object.keys(input.shape).flatMap((key): [string, unknown][] => {
    const at = args.indexOf(key);
    const value = at === -1 ? flags[key as keyof Flags] : isList(key) ? flags.args.slice(at) : flags.args[at];
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(named);
}

function toSend(input: object, { approvalToken: token }: Flags): Record<string, Json> {
  return { ...(input as Record<string, Json>), ...(token !== undefined && { token }) };
}

const refuseUse = (): never => {
  throw new Error('an operation has asked for more than it needs');
};

const asItIs: View['at'] = (instant) => instant;

function write(output: CommandOutput, io: NodeJS.Process): number {
  const { out = '', always = out, err = '', status = 0 } = typeof output === 'string' ? { out: output } : output;
  if (always !== '') io.stdout.write(always);
  if (err !== '') io.stderr.write(err);
  return status;
}
