import { oneLine } from '../base/text.ts';
import type { Inquest } from './trust.ts';

const MOST_FINDINGS = 12;

export function inquest(
  { id, before, changes, findings, forbiddenToolsUnreadable }: Inquest,
  what: string = 'skill',
): string {
  const heavy = findings.filter(({ level }) => level !== 'info');
  const lines = heavy
    .slice(0, MOST_FINDINGS)
    .map(
      ({ level, file, line, why }) =>
        `${level === 'block' ? '**' : ''}${oneLine(file, 120)}${line > 0 ? `:${line}` : ''}${level === 'block' ? '**' : ''}: ${why}`,
    );
  const more = heavy.length - lines.length;
  const from = id.source === what ? '' : ` (${id.source})`;
  return [
    before && before.state !== 'blocked'
      ? `The ${what} **${id.name}**${from} has ${changes.length > 0 ? '' : 'not '}changed since ${before.state === 'approved' ? 'it was approved' : 'its first use'}${changes.length > 0 ? ':' : '.'}`
      : `The ${what} **${id.name}**${from}, as it is now${changes.length > 0 ? ':' : '.'}`,
    ...changes.map((change) => `- ${oneLine(change, 400)}`),
    ...(forbiddenToolsUnreadable
      ? ['- It gives up tools in a form that nobody can read, so that none is forbidden.']
      : []),
    ...(lines.length > 0 ? ['What a careful person would want to know:', ...lines.map((line) => `- ${line}`)] : []),
    ...(more > 0
      ? [`- … and ${more} more${what === 'skill' ? `: \`coda skills audit ${id.name}\` shows all` : ''}.`]
      : []),
    'Approving it lets the model follow its instructions; what its tools do is still asked about as ever.',
  ].join('\n');
}
