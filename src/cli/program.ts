import { Command, Option } from 'commander';
import { families } from '../app/operations/index.ts';
import type { Call } from './call.ts';
import { addBackups, addMemory, addNotes } from './data-commands.ts';
import { addExamples } from './examples.ts';
import {
  type AuditFlags,
  type ChatFlags,
  configRequest,
  type Flags,
  type ImportFlags,
  type InitFlags,
  type LogsFlags,
  type OpenFlags,
  type PairFlags,
  type SecretFlags,
  type StatusFlags,
  type TokenFlags,
  type VersionFlags,
  type WhenFlags,
} from './flags.ts';
import { addFamily } from './operations.ts';
import { addBrowser, addPrograms } from './programs.ts';
import { addAsk, addConnectors, addRuns } from './running.ts';
import { addSkills, addSpecialists } from './skills/commands.ts';
import { usage } from './texts.ts';
import { nameUnknown } from './unknown.ts';
import { version } from './version.ts';

/** Output of the program for its user. */
export interface CommandHandler {
  /** The exit status of the command that ran. */
  exit(status: number): void;
  /** A help that was not asked for: a command is missing. */
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
    .option('--approval-token <token>', 'access.approval_token of the running coda, where something is approved')
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
      const flags = { ...command.optsWithGlobals(), args: command.args };
      listener.exit(await run(flags as never, io));
    };
  const examples = new Map<string, string>();
  const add = (name: keyof typeof families) =>
    addFamily(program, call, [name, families[name], words?.includes(name) ?? true], examples);
  addInit(program, call);
  addImport(program, call);
  addTalking(program, call);
  addMcp(program, call);
  addBrowser(program, call);
  addOpen(program, call);
  addLooking(program, call);
  addBackups(program, call);
  await add('outbox');
  await addPrograms(program, call, add);
  addPeople(program, call);
  await add('approvals');
  addAudit(program.command('audit').description('the log of what was done'), call);
  addTokens(program.command('tokens').description('what programs speak with over HTTP'), call);
  addSecrets(program.command('secrets').description('values that skills are run with'), call);
  addMemory(program.command('memory').description('what coda remembers of people'), call);
  addNotes(program.command('notes').description('notes as a folder of Markdown files'), call);
  const skills = program.command('skills').description('look at agent skills, and check them');
  addSkills(skills, call);
  addRuns(skills, call);
  addAsk(program, call);
  addConnectors(program.command('connectors').description('HTTP services for skills'), call);
  addSpecialists(program.command('specialists').description('look at specialists, and check them'), call);
  addConfig(program.command('config').description('look at the configuration'), call);
  addExamples(program, examples);
  nameUnknown(program);
  return program;
}

function addInit(program: Command, call: Call): void {
  program
    .command('init')
    .description('ask what is needed, and write the configuration; again: change it')
    .option('--yes', 'ask nothing: what is usual, what the flags say, and tokens from the environment')
    .option('--name <name>', 'what the assistant is called')
    .option('--zone <zone>', 'a time zone or a city')
    .option('--platform <name>', 'discord, slack or none')
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

function addTalking(program: Command, call: Call): void {
  const testClock = () => new Option('--test-clock <instant>', 'start a clock that only moves when told to').hideHelp();
  program
    .command('run')
    .description('run as a daemon: every chat platform that is configured')
    .addOption(testClock())
    .action(call(async () => (await import('./run.ts')).run));
  program
    .command('chat')
    .description('chat in this terminal, beside a running daemon or alone')
    .option('--jsonl', 'speak JSON lines on stdin and stdout, for programs (docs/jsonl.md)')
    .addOption(testClock())
    .action(call<ChatFlags>(async () => (await import('./chat.ts')).chat));
}

function addOpen(program: Command, call: Call): void {
  program
    .command('open')
    .description('sign a browser in to the chat and the dashboard of the running daemon')
    .option('--person <who>', 'as whom, by id, platform:id or name; default: the owner at the terminal')
    .option('--no-browser', 'only show the link')
    .option('--revoke', "sign all browsers out: that person's, or everybody's")
    .action(call<OpenFlags>(async () => (await import('./open.ts')).open));
}

function addMcp(program: Command, call: Call): void {
  const mcp = program
    .command('mcp')
    .description('be an MCP server on stdin and stdout: reminders, notes, memory, schedules (docs/mcp.md)')
    .action(call(async () => (await import('./mcp.ts')).serveMcp));
  mcp
    .command('login')
    .description('sign in to an MCP server of the configuration, in a browser')
    .argument('<server>')
    .action(call(async () => (await import('./mcp-login.ts')).login));
  mcp
    .command('logout')
    .description('forget what a sign-in gave')
    .argument('<server>')
    .action(call(async () => (await import('./mcp-login.ts')).logout));
}

function addLooking(program: Command, call: Call): void {
  program
    .command('version')
    .description('show the version')
    .option('--check', 'ask whether there is a newer one, at the address updates.url of the configuration')
    .option('--json', 'as JSON')
    .action(call<VersionFlags>(async () => (await import('./newer.ts')).showVersion));
  program
    .command('health')
    .description('tell by the exit status whether the daemon is well')
    .action(call(async () => (await import('./health.ts')).health));
  program
    .command('status')
    .description('show what the running daemon is doing')
    .option('--json', 'as JSON')
    .option('--metrics', 'what it has counted, as Prometheus reads it')
    .action(call<StatusFlags>(async () => (await import('./status.ts')).status));
  program
    .command('trace')
    .description("show one message's whole way, without what anybody wrote")
    .argument(
      '[id]',
      'the trace of a log line, or the id of a message, a turn or a part; the last message when left out',
    )
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./trace.ts')).trace));
  program
    .command('logs')
    .description('show what coda has logged')
    .option('--trace <id>', 'only what belongs to one message')
    .option('--follow', 'and what comes')
    .option('--lines <count>', 'how many at most; default: 200')
    .option('--json', 'as JSON lines')
    .action(call<LogsFlags>(async () => (await import('./logs/index.ts')).logs));
  program
    .command('cost')
    .description('show what models have cost')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./cost.ts')).cost));
  program
    .command('doctor')
    .description('check every part, and say how to mend what is broken')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./doctor.ts')).doctor));
  program
    .command('migrate')
    .description("bring the database to this version's shape (run and chat do it by themselves)")
    .action(call(async () => (await import('./migrate.ts')).migrateData));
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

function addPeople(program: Command, call: Call): void {
  program
    .command('pair')
    .description('let somebody in, by the code that coda gave them')
    .argument('<code>')
    .option('--role <role>', 'owner, member (the default) or a role of the configuration')
    .action(call<PairFlags>(async () => (await import('./people.ts')).pair));
  const people = program.command('people').description('who is known, and who may do what');
  people
    .command('list', { isDefault: true })
    .description('show everybody, with their accounts, and who waits with a code')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./people.ts')).peopleList));
  people
    .command('revoke')
    .description('take back that an owner has let somebody in')
    .argument('<person>', 'an id, or an account such as discord:123456789012345678')
    .action(call(async () => (await import('./people.ts')).peopleRevoke));
}

function addAudit(audit: Command, call: Call): void {
  audit
    .command('verify')
    .description('look whether anything in it was changed, and show its newest seal')
    .option('--head <seal>', 'a seal that was noted before: the log must still contain it')
    .option('--json', 'as JSON')
    .action(call<AuditFlags>(async () => (await import('./audit.ts')).auditVerify));
  audit
    .command('export')
    .description('write all entries to stdout as JSON lines, the oldest first')
    .action(call(async () => (await import('./audit.ts')).auditExport));
}

function addSecrets(secrets: Command, call: Call): void {
  const whose = (command: Command) =>
    command
      .argument('<skill>')
      .argument('<name>')
      .option('--person <who>', "one person's, by id, platform:id or name; it goes before the space's")
      .option('--space <id>', "a space's, such as discord:123; default: everybody's");
  whose(secrets.command('set').description('set one; its value is asked for, or read from stdin')).action(
    call<SecretFlags>(async () => (await import('./secrets.ts')).secretsSet),
  );
  secrets
    .command('list')
    .description('show which are set, without their values')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./secrets.ts')).secretsList));
  whose(secrets.command('remove').description('remove one')).action(
    call<SecretFlags>(async () => (await import('./secrets.ts')).secretsRemove),
  );
  secrets
    .command('rotate')
    .description('seal all with a new key')
    .action(call(async () => (await import('./secrets.ts')).secretsRotate));
}

function addTokens(tokens: Command, call: Call): void {
  tokens
    .command('list', { isDefault: true })
    .description('show them, newest first, without their values')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./tokens.ts')).tokensList));
  tokens
    .command('add')
    .description('make one; its value is shown once')
    .argument('<name>')
    .option('--person <who>', 'whom it speaks for, by id, platform:id or name; default: the owner at the terminal')
    .option('--scopes <list>', 'what it is good for: messages, data, notify, skills, metrics, admin', 'messages,data')
    .option('--days <n>', 'for how long; default: until it is revoked')
    .action(call<TokenFlags>(async () => (await import('./tokens.ts')).tokensAdd));
  tokens
    .command('revoke')
    .description('end one')
    .argument('<name>', 'its name or id')
    .action(call(async () => (await import('./tokens.ts')).tokensRevoke));
}

function addConfig(config: Command, call: Call): void {
  config
    .command('check')
    .description('find everything that is wrong with it')
    .action(call(async () => checkConfig));
  config
    .command('show')
    .description('show every value and where it comes from; secrets are hidden')
    .option('--json', 'as JSON')
    .action(call(async () => showConfig));
}

async function showWhen({ args, ...options }: WhenFlags, io: NodeJS.Process): Promise<number> {
  const { runWhen } = await import('./when.ts');
  const text = args.length === 0 ? undefined : args.join(' ');
  if (text === undefined && !options.jsonl) throw usage('The words are missing.', 'Try: coda when every weekday at 9');
  return runWhen({ ...options, text }, io);
}

async function checkConfig(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { configCheck } = await import('./config.ts');
  configCheck(configRequest(flags, io), io.stdout);
  return 0;
}

async function showConfig(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { configShow } = await import('./config.ts');
  configShow(configRequest(flags, io), io.stdout, { json: flags.json ?? false });
  return 0;
}

const HELP = `
Examples:
  coda init                       set it up, in six questions
  coda chat                       talk to it here
  coda run --data /var/lib/coda   keep it running
  coda when every weekday at 9    see what it makes of words about time
  coda config check               see what is wrong with the configuration

Exit statuses are those of sysexits.h; docs/errors.md lists every error.`;
