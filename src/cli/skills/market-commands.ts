/** The commands of `coda skills market`. Its file is loaded when one is called. */

import type { Command } from 'commander';
import type { Call } from '../call.ts';
import type { MarketFlags } from '../flags.ts';

const CATALOG = ['--catalog <place>', 'a file or an address; default: the only catalog that is known'] as const;
const KEY = [
  '--key <key>',
  'the public key that its publisher names, where it is looked at for the first time',
] as const;
const APPROVAL = ['--approval <word>', 'approved: an owner has read it'] as const;
const TOKEN = ['--approval-token <token>', 'access.approval_token, where the running coda has one'] as const;
const UNSIGNED = ['--unsigned', 'take a catalog that nobody has signed'] as const;

export function addMarket(market: Command, call: Call): void {
  const tag = (own: string, before: string[] | undefined) => [...(before ?? []), own];
  market
    .command('browse')
    .description('show the skills of a catalog')
    .option(...CATALOG)
    .option('--tag <tag>', 'only skills with this tag', tag)
    .option(...KEY)
    .option('--json', 'as JSON')
    .action(call<MarketFlags>(async () => (await import('./market.ts')).marketBrowse));
  market
    .command('show')
    .description('show one skill of a catalog')
    .argument('<id>')
    .option(...CATALOG)
    .option(...KEY)
    .option('--json', 'as JSON')
    .action(call<MarketFlags>(async () => (await import('./market.ts')).marketShow));
  market
    .command('install')
    .description('install a skill from a catalog, after showing what it may do')
    .argument('<id>')
    .option(...CATALOG)
    .option(...KEY)
    .option(...UNSIGNED)
    .option('--beside <name>', 'install it beside a skill whose name it resembles')
    .option(...APPROVAL)
    .option(...TOKEN)
    .option('--json', 'as JSON')
    .action(call<MarketFlags>(async () => (await import('./market.ts')).marketInstall));
  market
    .command('update')
    .description('show what is newer of the skills from catalogs, and install it')
    .argument('[id]', 'default: all of them')
    .option(...CATALOG)
    .option(...APPROVAL)
    .option(...TOKEN)
    .option('--json', 'as JSON')
    .action(call<MarketFlags>(async () => (await import('./market.ts')).marketUpdate));
  market
    .command('trust')
    .description('have another key sign a catalog that is known')
    .requiredOption(...CATALOG)
    .requiredOption(...KEY)
    .option(...APPROVAL)
    .option(...TOKEN)
    .action(call<MarketFlags>(async () => (await import('./market.ts')).marketTrust));
}
