import { Command, Option } from 'commander';
import { families } from '../app/operations/index.ts';
import { version } from '../base/root.ts';
import { didYouMean } from '../base/text.ts';
import { type OperationFamily, YES } from '../chat/operation.ts';
import type { Call } from './call.ts';
import type { ChatFlags, Flags, ImportFlags, InitFlags, LogsFlags, VersionFlags, WhenFlags } from './flags.ts';
import { addFamily } from './operations.ts';
import { fromCommander, NOTHING_ASKED, usage } from './texts.ts';

export interface CommandHandler {
  exit(status: number): void;
  help(text: string): void;
}

/**
 * Every command with its help. A command's own file is loaded when it is called, so that each starts quickly; so are the
 * families of operations, where one of `words` names them. Without words all are loaded.
 */
export async function createProgram(
  io: NodeJS.Process,
  listener: CommandHandler,
  words?: readonly string[],
): Promise<Command> {
  const program = new Command('coda')
    .description('A personal assistant that lives where you already chat, and keeps its word about time.')
    .version(version(), '-V, --version', 'show the version')
    .option('--data <dir>', 'the data folder (CODA_DATA; default: ./data)')
    .option('--config <file>', 'the configuration (CODA_CONFIG; default: config/config.yaml)')
    .option('--root <dir>', 'a folder of skills, read beside those of the configuration')
    .option('--approval-token <token>', 'access.approval_token of the running coda, where something is approved')
    .addOption(new Option('--approval <answer>', 'a yes to what is asked').choices(YES).hideHelp())
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', HELP)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => listener.help(text),
      outputError: () => {}, // whoever catches an error writes it, in the form that all errors have
    });
  const call: Call =
    (load) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const run = await load();
      const flags: Flags = { ...command.optsWithGlobals(), args: command.args };
      const status = await run(flags as never, io);
      if (status === 0 && flags.approval !== undefined && !flags.hasAsked) io.stderr.write(NOTHING_ASKED);
      listener.exit(status);
    };
  const examples = new Map<string, string>();
  const add = (name: string, family: OperationFamily, parent = program) =>
    addFamily(parent, call, [name, family, isWanted(name, family, words)], examples);
  const names = Object.keys(families).filter((name) => !name.includes(' ') && !ORDER.includes(name));
  for (const name of [...ORDER, ...names]) {
    const family = families[name];
    const command = family && (await add(name, family));
    OWN[name]?.(program, call);
    for (const [below, one] of Object.entries(families)) {
      if (below.startsWith(`${name} `)) await add(below, one, command);
    }
  }
  addExamples(program, examples);
  nameUnknown(program);
  return program;
}

/** Commands as the help has them; a family that stands here no more is left out, one that does not comes last. */
const ORDER: readonly string[] = [
  'init',
  'import',
  'run',
  'chat',
  'mcp',
  'browser',
  'open',
  'version',
  'health',
  'status',
  'trace',
  'logs',
  'cost',
  'doctor',
  'migrate',
  'upgrade',
  'when',
  'backup',
  'restore',
  'storage',
  'outbox',
  'notify',
  'jobs',
  'schedule',
  'schedules',
  'hooks',
  'webhook',
  'pair',
  'people',
  'approvals',
  'audit',
  'tokens',
  'secrets',
  'memory',
  'notes',
  'skills',
  'ask',
  'connectors',
  'specialists',
  'config',
];

const OWN: Readonly<Record<string, (program: Command, call: Call) => void>> = {
  init: addInit,
  import: addImport,
  run: addRun,
  chat: addChat,
  mcp: (program, call) => {
    commandNamed(program, 'mcp').action(call(async () => (await import('./mcp.ts')).serveMcp));
  },
  version: addVersion,
  logs: addLogs,
  doctor: (program, call) => {
    program
      .command('doctor')
      .description('check every part, and say how to mend what is broken')
      .option('--json', 'as JSON')
      .action(call(async () => (await import('./doctor.ts')).doctor));
  },
  when: addWhen,
};

const commandNamed = (program: Command, name: string): Command =>
  program.commands.find((command) => command.name() === name) ?? program.command(name);

/** True if its operations are needed: called, or for the help of all commands, where it has no commands below it. */
function isWanted(name: string, { isAlone }: OperationFamily, words: readonly string[] | undefined): boolean {
  if (!words || name.split(' ').every((word) => words.includes(word))) return true;
  return isAlone === true && !words.some((word) => word !== 'help' && !word.startsWith('-'));
}

function addInit(program: Command, call: Call): void {
  program
    .command('init')
    .description('ask whom to ask, and write the configuration; again: change it')
    .option('--all', 'ask everything: name, time zone, platforms, servers, services')
    .option('--yes', 'ask nothing: what is usual, what the flags say, and tokens from the environment')
    .option('--name <name>', 'what the assistant is called')
    .option('--zone <zone>', 'a time zone or a city')
    .option('--platform <name>', 'a platform by its name, such as discord, or none')
    .option('--owner <id>', 'your id on the platform')
    .option('--model <name>', 'provider/model, anthropic, openai or none')
    .option('--storage <place>', 'embedded, or postgres://user:password@host/name')
    .option('--service', 'write the service that keeps it running')
    .option('--no-service', 'write none')
    .action(call<InitFlags>(async () => (await import('./init/index.ts')).init));
}

function addImport(program: Command, call: Call): void {
  program
    .command('import')
    .description('show what another assistant knows, and with --apply bring it here')
    .argument('<format>', 'openclaw, hermes, letta or markdown')
    .argument('<dir>', 'its folder')
    .option('--apply', 'bring it; without it nothing is changed')
    .option('--person <who>', 'whose memories they are, where coda knows several people')
    .action(call<ImportFlags>(async () => (await import('./import/index.ts')).importFrom));
}

const testClock = () => new Option('--test-clock <instant>', 'start a clock that only moves when told to').hideHelp();

function addRun(program: Command, call: Call): void {
  program
    .command('run')
    .description('run as a daemon: every chat platform that is configured')
    .addOption(testClock())
    .action(call(async () => (await import('./daemon/run.ts')).run));
}

function addChat(program: Command, call: Call): void {
  program
    .command('chat')
    .description('chat in this terminal, beside a running daemon or alone')
    .option('--jsonl', 'speak JSON lines on stdin and stdout, for programs (docs/jsonl.md)')
    .addOption(testClock())
    .action(call<ChatFlags>(async () => (await import('./chat.ts')).chat));
}

function addVersion(program: Command, call: Call): void {
  program
    .command('version')
    .description('show the version')
    .option('--check', 'ask whether there is a newer one, at the address updates.url of the configuration')
    .option('--json', 'as JSON')
    .action(call<VersionFlags>(async () => (await import('./daemon/newer.ts')).showVersion));
}

function addLogs(program: Command, call: Call): void {
  program
    .command('logs')
    .description('show what coda has logged')
    .option('--trace <id>', 'only what belongs to one message')
    .option('--follow', 'and what comes')
    .option('--lines <count>', 'how many at most; default: 200')
    .option('--json', 'as JSON lines')
    .action(call<LogsFlags>(async () => (await import('./logs/index.ts')).logs));
}

function addWhen(program: Command, call: Call): void {
  program
    .command('when')
    .description('show what coda understands by words about time, such as "every weekday at 9"')
    .argument('[words...]')
    .option('--zone <zone>', 'a time zone or a city; default: that of this machine')
    .option('--now <instant>', 'read it at this ISO instant; default: now')
    .option('--locale <tag>', 'the language of the words, and how dates such as 3/4 are read: de-DE, en-GB')
    .option('--json', 'as JSON')
    .option('--jsonl', 'JSON lines on stdin and stdout, for programs')
    .action(call<WhenFlags>(async () => showWhen));
}

async function showWhen({ args, ...options }: WhenFlags, io: NodeJS.Process): Promise<number> {
  const { runWhen } = await import('./when.ts');
  const text = args.length === 0 ? undefined : args.join(' ');
  if (text === undefined && !options.jsonl) throw usage('The words are missing.', 'Try: coda when every weekday at 9');
  return runWhen({ ...options, text }, io);
}

const HELP = `
Examples:
  coda init                       set it up, with one question
  coda chat                       talk to it here
  coda run --data /var/lib/coda   keep it running
  coda when every weekday at 9    see what it makes of words about time
  coda config check               see what is wrong with the configuration

Exit statuses are those of sysexits.h; docs/errors.md lists every error.`;

// Words that are no subcommand, where a default one would take them for its arguments.

function nameUnknown(command: Command): void {
  for (const below of command.commands) {
    nameUnknown(below);
    below.exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help' ? error : fromCommander(error, pathOf(below));
    });
    if (below.commands.length > 0 || below.registeredArguments.length > 0) continue;
    below.allowExcessArguments().hook('preAction', (_, { args: [word] }) => {
      if (word !== undefined) throw unknownWord(command, below, word);
    });
  }
}

function unknownWord(parent: Command, command: Command, word: string) {
  if (parent.args[0] === command.name()) {
    return usage(`Too many arguments for '${command.name()}': ${word}.`, `See "coda ${pathOf(command)} --help".`);
  }
  const near = didYouMean(
    word,
    parent.commands.map((each) => each.name()),
  );
  return usage(
    `Unknown command '${word}' of coda ${pathOf(parent)}.`,
    near === undefined ? `See what there is with "coda ${pathOf(parent)} --help".` : `Did you mean ${near}?`,
  );
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

const EXAMPLES: Readonly<Record<string, string>> = {
  init: 'coda init --yes --platform discord --zone Europe/Berlin',
  run: 'coda run --data /var/lib/coda',
  chat: 'coda chat',
  version: 'coda version --check',
  logs: 'coda logs --follow',
  import: 'coda import openclaw ~/.openclaw',
  doctor: 'coda doctor --json',
  when: 'coda when every weekday at 9 --zone Europe/Berlin',
};

const EXIT = 'Exit status: 0, or one of sysexits.h; docs/errors.md has each.';

/** Adds an example and the exit statuses to the help of each command; an example that nobody has written is the command with its arguments. */
function addExamples(program: Command, ofOperations: ReadonlyMap<string, string>): void {
  for (const command of program.commands) addBelow(command, command.name(), ofOperations);
}

function addBelow(command: Command, path: string, ofOperations: ReadonlyMap<string, string>): void {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const example = ofOperations.get(path) ?? EXAMPLES[path] ?? ['coda', path, ...args].join(' ');
  command.addHelpText('after', `\nExample:\n  ${example}\n\n${EXIT}`);
  for (const below of command.commands) addBelow(below, `${path} ${below.name()}`, ofOperations);
}
