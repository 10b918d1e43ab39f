/** Tokens (o200k) that a plain message carries to a model: `npm run bench -- weight`. */
import { weigh } from '../test/support/weight.ts';
import { Report } from './support/report.ts';

const BOUNDS = { 64000: 2_000, 8192: 1_700, 4096: 1_500 } as const;

const report = new Report();
for (const [window, most] of Object.entries(BOUNDS)) {
  const { all, system, tools, toolTokens } = await weigh(Number(window));
  const heaviest = Math.max(...tools.map(({ tokens }) => tokens));
  report.add(`“hello” in a window of ${Number(window).toLocaleString('en')} tokens`, `${all} tokens`, {
    beside: `${tools.length} tools ${toolTokens}, the heaviest ${heaviest}; rules, soul and lists ${system}`,
    wanted: `≤ ${most.toLocaleString('en')}`,
  });
}
report.print();
