/** The commands that run skills, and what they are run with. Each one's own file is loaded when it is called. */

import type { Command } from 'commander';
import type { Call } from './call.ts';
import type { ConnectorFlags } from './flags.ts';

export function addConnectors(connectors: Command, call: Call): void {
  connectors
    .command('list', { isDefault: true })
    .description('show them, with the secrets that are not set, and files that describe none')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./connectors.ts')).connectorsList));
  connectors
    .command('add')
    .description('write the file of one, connectors/NAME.yaml')
    .argument('<name>')
    .option('--type <type>', 'http', 'http')
    .option('--root <dir>', 'the folder of skills that it stands beside; default: ~/.coda/skills')
    .option('--base-url <url>', 'its address; requests go nowhere else')
    .option('--header <header...>', 'sent with each request: "X-Api-Key: secret:API_KEY"')
    .option('--bearer <key>', 'the name of the secret that is sent as a bearer token')
    .option('--timeout <time>', 'how long a request may take', '30s')
    .option('--retries <count>', 'further tries of a request that only reads', '2')
    .action(call<ConnectorFlags>(async () => (await import('./connectors.ts')).connectorsAdd));
  connectors
    .command('test')
    .description('ask one for something, as a skill would, and show the status of its answer')
    .argument('<name>')
    .argument('[path]', 'below its address', '')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./connectors.ts')).connectorsTest));
  connectors
    .command('remove')
    .description('delete the file of one')
    .argument('<name>')
    .option('--root <dir>', 'the folder of skills that it stands beside; default: wherever it is')
    .action(call<ConnectorFlags>(async () => (await import('./connectors.ts')).connectorsRemove));
}
