import { type CostReport, costReport } from '../app/index.ts';
import { plural } from '../base/text.ts';
import { migrate, openDatabase } from '../storage/index.ts';
import { callDaemon } from './daemon.ts';
import type { Flags } from './flags.ts';
import { prepare } from './serve.ts';

/** `coda cost`: what models have cost everybody, today and this month. */
export async function cost(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const answer = await callDaemon(config.dataDir, 'cost');
  const report = answer === undefined ? await read() : (answer as unknown as CostReport);
  io.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : `${costLines(report).join('\n')}\n`);
  return 0;

  async function read(): Promise<CostReport> {
    const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
    const { dataDir } = config;
    const database = await openDatabase({ url, directUrl, schema, connectTimeoutMs, poolSize, dataDir }, world);
    try {
      await migrate(database, { now: world.clock.now() });
      return await costReport(database, config, world.clock.now());
    } finally {
      await database.close();
    }
  }
}

function costLines({ currency, spans, models, unpriced: gaps }: CostReport): string[] {
  const line = ({ name, calls, price, input, cached, output, unpriced }: CostReport['models'][number]) => {
    const tokens = `${plural(calls, 'call')}, ${count(input + cached)} tokens read, ${count(output)} written`;
    const more = unpriced > 0 ? `, ${count(unpriced)} without a known price` : '';
    return `  ${name.padEnd(28)} ${price.toFixed(2).padStart(9)} ${currency}  ${tokens}${more}`;
  };
  const total = (lines: CostReport['models']) => lines.reduce((sum, { price }) => sum + price, 0);
  return [
    ...spans.flatMap(({ name, people, budget }) => [
      `${name}: ${total(people).toFixed(2)}${budget > 0 ? ` of ${budget.toFixed(2)}` : ''} ${currency}`,
      ...people.map(line),
    ]),
    'models this month:',
    ...(models.length === 0 ? ['  none was asked'] : models.map(line)),
    ...gaps.map((gap) => `${gap}.`),
  ];
}

const count = (tokens: number) => tokens.toLocaleString('en');
