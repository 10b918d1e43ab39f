/** Texts of the daily briefing and the weekly review. */
import type { Instant } from '../../base/clock.ts';
import type { AgendaSection } from '../../chat/index.ts';
import { formatClock, formatLongDay, type Reader, wallTimeFor } from '../../time/index.ts';

/** A line of a section each; long ones are cut by who gives them. */
export function routine(
  name: 'briefing' | 'weekly-review',
  sections: readonly AgendaSection[],
  { now, zone }: Reader,
): string {
  const heading = name === 'briefing' ? `${greeting(now, zone)} It is ${formatLongDay(now, zone)}.` : 'Your week:';
  if (sections.length === 0)
    return `${heading} ${name === 'briefing' ? 'Nothing is planned for today.' : 'Nothing happened, and nothing is coming up.'}`;
  const parts = sections.map(({ title, lines }) => [`**${title}**`, ...lines.map((line) => `- ${line}`)].join('\n'));
  return [heading, ...parts].join('\n\n');
}

function greeting(now: Instant, zone: string): string {
  const hour = Number(formatClock(now, { zone }).slice(0, 2));
  if (hour < 4 || hour >= 18) return 'Good evening.';
  return hour < 12 ? 'Good morning.' : 'Good afternoon.';
}

export const everyTime = ({ days, at }: { days: string; at: string }, reader: Reader) =>
  `Send it ${days} at ${wallTimeFor(at, reader)}`;

export const notHere = (title: string) =>
  `Your ${title} is for you alone, and others read here. Ask me in a direct message.`;

export const noTime = (title: string) => `When should your ${title} come? For example "every weekday at 7".`;
