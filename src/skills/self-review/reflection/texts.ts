import { plural } from '../../../base/text.ts';
import type { FailureMode } from '../assessment/modes.ts';
import type { Signals } from './signals.ts';

export const reflectingNotice = () => 'I look back now; what I propose comes to you by itself.';

export const reflectionReport = (signals: Signals, count: number) =>
  [
    `**I looked back on the last ${plural(signals.days, 'day')}.** ${scores(signals)}`,
    ...signals.modes.map(
      ({ mode, turns, tools }) => `- ${modeName(mode)}: ${plural(turns, 'turn')}${amongTools(tools)}`,
    ),
    ...signals.failing.map(
      ({ tool, calls, failed }) => `- \`${tool}\` failed in ${failed} of ${plural(calls, 'call')}`,
    ),
    '',
    count === 0
      ? 'I propose nothing new.'
      : `I propose ${plural(count, 'change')}; nothing changes until you approve it:`,
  ].join('\n');

function scores({ turns, mean, low }: Signals): string {
  if (turns === 0) return 'No turn was scored.';
  return `${plural(turns, 'turn')} scored, ${(mean ?? 0).toFixed(1)} of 5 on average, ${low} below 3.`;
}

const modeName = (mode: FailureMode): string => mode.replaceAll('_', ' ');

const amongTools = (tools: readonly string[]): string =>
  tools.length === 0 ? '' : `, with ${tools.map((tool) => `\`${tool}\``).join(', ')}`;
