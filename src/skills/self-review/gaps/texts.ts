import { plural, shorten } from '../../../base/text.ts';
import type { Gap } from './cluster.ts';

const MOST_TOOLS = 5;

export const requested =
  'I look for what I was asked and cannot do. What I find becomes proposals: /improvements shows them.';

export function title({ words, tools }: Pick<Gap, 'words' | 'tools'>): string {
  const lacking = words.length > 0 ? words.join(' ') : (tools[0] ?? '');
  return `No tool for: ${shorten(lacking, 100)}`;
}

export function description({ requests, days, people, tools }: Gap, within: number): string {
  const asked = `${plural(requests, 'request')} on ${plural(days, 'day')} by ${plural(people, 'person', 'people')} in the last ${plural(within, 'day')} could not be served.`;
  if (tools.length === 0) return `${asked} A skill or a connector could.`;
  return `${asked} Called although there is none: ${tools.slice(0, MOST_TOOLS).join(', ')}. A skill or a connector could serve them.`;
}

export function toolTitle({ tool, code }: { tool: string; code: string }): string {
  return `A tool that does not serve: ${tool} (${code})`;
}

export const toolDescription = (calls: number, days: number, within: number): string =>
  `${plural(calls, 'call')} on ${plural(days, 'day')} in the last ${plural(within, 'day')} failed because it is not set up, or out of order.`;
