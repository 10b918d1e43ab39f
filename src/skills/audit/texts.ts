import type { AuditRecord, ToolStats } from '../../audit/index.ts';
import { plural, shorten } from '../../base/text.ts';
import { formatInstant, type Reader } from '../../time/index.ts';

const LONGEST_DETAIL = 160;
const MOST_TOOLS = 20;

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const nothing = (hours: number) => `Nothing was recorded in the ${span(hours)} asked for.`;

export function entriesHeading(count: number, hours: number, limit: number): string {
  return `${count === limit ? 'The newest ' : ''}${plural(count, 'entry', 'entries')} of ${span(hours)}:`;
}

export function line(entry: AuditRecord, reader: Reader, everybody: boolean): string {
  const { at, action, subject, status, code, durationMs, origin, agent, person, detail } = entry;
  const what = action === 'tool.call' || action === 'command.run' ? subject : `${action} ${subject ?? ''}`.trim();
  const how = [status, code, durationMs === null ? undefined : `${durationMs} ms`].filter(Boolean).join(' ');
  const from = [everybody ? (person ?? 'nobody') : undefined, origin, agent].filter(Boolean).join(', ');
  const json = JSON.stringify(detail);
  return `${formatInstant(at, reader)} ${what} ${how} (${from})${json === '{}' ? '' : ` ${shorten(json, LONGEST_DETAIL)}`}`;
}

export function stats(tools: readonly ToolStats[], hours: number): string {
  const calls = tools.reduce((sum, tool) => sum + tool.calls, 0);
  const ok = tools.reduce((sum, tool) => sum + tool.ok, 0);
  const lines = tools.slice(0, MOST_TOOLS).map((tool) => {
    const errors = Object.entries(tool.errors).map(([code, count]) => `${code} ${count}`);
    const mean = tool.meanMs === null ? [] : [`${Math.round(tool.meanMs)} ms`];
    return `${tool.tool}: ${[String(tool.calls), percent(tool.ok, tool.calls), ...mean, ...errors].join(', ')}`;
  });
  const more = tools.length > MOST_TOOLS ? [`and ${plural(tools.length - MOST_TOOLS, 'more tool')}`] : [];
  return [`${plural(calls, 'call')} in ${span(hours)}, ${percent(ok, calls)} succeeded.`, ...lines, ...more].join('\n');
}

const percent = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;

const span = (hours: number) => plural(Math.round(hours * 100) / 100, 'hour');
