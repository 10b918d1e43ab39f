import { Command, Option } from 'commander';
import { type ChatFlags, configRequest, type Flags } from './flags.ts';
import { usage } from './texts.ts';
import { version } from './version.ts';

/** Every command with its help. A command's own file is loaded when it is called, so that each starts quickly. */
export function createProgram(io: NodeJS.Process, exit: (status: number) => void): Command {
  const program = new Command('coda')
    .description('A personal assistant that lives where you already chat, and keeps its word about time.')
    .version(version(), '-V, --version', 'show the version')
    .option('--data <dir>', 'the data folder (CODA_DATA; default: ./data)')
    .option('--config <file>', 'the configuration (CODA_CONFIG; default: config/config.yaml)')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', HELP)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {}, // errors are written once, in one form, by whoever catches them
    });

  /** Runs what `load` finds with the flags of all levels. */
  const call =
    <F extends Flags>(load: () => Promise<(flags: F, io: NodeJS.Process) => Promise<number>>) =>
    async (...args: unknown[]) => {
      const command = args.at(-1) as Command;
      const run = await load();
      exit(await run({ ...command.optsWithGlobals(), args: command.args } as unknown as F, io));
    };

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
  program
    .command('health')
    .description('tell by the exit status whether the daemon is well')
    .action(call(async () => (await import('./health.ts')).health));
  program
    .command('status')
    .description('show what the running daemon is doing')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./status.ts')).status));
  program
    .command('doctor')
    .description('check every part, and say how to mend what is broken')
    .action(call(async () => (await import('./doctor.ts')).doctor));
  program
    .command('migrate')
    .description("bring the database to this version's shape (run and chat do it by themselves)")
    .action(call(async () => (await import('./migrate.ts')).migrateData));

  const config = program.command('config').description('look at the configuration').action(missing);
  config
    .command('check')
    .description('find everything that is wrong with it')
    .action(call(async () => checkConfig));
  config
    .command('show')
    .description('show every value and where it comes from; secrets are hidden')
    .option('--json', 'as JSON')
    .action(call(async () => showConfig));
  return program;
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
  coda chat                       talk to it here
  coda run --data /var/lib/coda   keep it running
  coda config check               see what is wrong with the configuration

Exit statuses are those of sysexits.h; docs/errors.md lists every error.`;

function missing(): never {
  throw usage('"coda config" needs a command: check or show.', 'See "coda config --help".');
}
