/** The lines of a series' rule: where it starts, when it comes, which days it leaves out. */

export interface RuleLines {
  start: string;
  rules: string[];
  /** Those that are left out. */
  days: string[];
}

/** The rule that these lines make. */
export function textOf({ start, rules, days }: RuleLines): string {
  const out = [...new Set(days)].sort();
  return [start, ...rules, ...(out.length > 0 ? [`EXDATE;VALUE=DATE:${out.join(',')}`] : [])].join('\n');
}

/** The lines of `rule`. */
export function linesOf(rule: string): RuleLines {
  const lines = rule.split('\n');
  const days = lines
    .filter((line) => line.startsWith('EXDATE'))
    .flatMap((line) => line.split(':')[1]?.split(',') ?? []);
  return {
    start: lines.find((line) => line.startsWith('DTSTART')) ?? '',
    rules: lines.filter((line) => line.startsWith('RRULE')),
    days,
  };
}
