import { DAY, dayOfWall, MINUTE, wallOf } from '../civil.ts';
import { type Env, envOf } from '../env.ts';
import { badRule, past, rejectNever, tooOften } from '../texts.ts';
import type { ParsedWhen, WhenContext } from '../types.ts';
import { ruleOccurrences } from './occurrences.ts';
import { isSteps, parseRule, type Rule, type RulePart } from './rule.ts';
import { whenOfRule } from './series.ts';

/** Reads RFC 5545 text ("FREQ=WEEKLY;BYDAY=MO", with or without "RRULE:" and DTSTART); undefined for any other text. */
export function parseRuleText(text: string, ctx: WhenContext): ParsedWhen | undefined {
  const trimmed = text.trim();
  if (!/^(?:DTSTART|RRULE|FREQ=)/i.test(trimmed)) return undefined;
  if (/\b(?:INTERVAL|COUNT)=0+(?:;|\s|$)/i.test(trimmed)) return rejectNever(trimmed);
  const env = envOf(ctx);
  const read = parseRule(trimmed, { start: Number.NaN, zone: ctx.zone });
  if ('problem' in read) return badRule(read.problem);
  return ruleWhen(Number.isNaN(read.start) ? startRule(read, env) : read, env);
}

export function ruleWhen(rule: Rule, env: Env): ParsedWhen {
  const { parts } = rule;
  if (parts.some((part) => part.freq === 'SECONDLY' && (part.interval ?? 1) < 60)) return tooOften();
  if (parts.some((part) => (part.bySecond?.length ?? 0) > 1)) return tooOften();
  if (parts.every(({ until }) => until !== undefined && until <= env.now)) return past('');
  const when = whenOfRule(rule, env);
  if (when.kind === 'recurring' || !parts.every(({ until, count }) => until !== undefined || count !== undefined))
    return when;
  const [any] = ruleOccurrences(rule, rule.start - 2 * DAY);
  return any ? past('') : when;
}

/** Without DTSTART a rule begins with the first time to come: its own hours, else the hour of a date without a time. */
function startRule(rule: Rule, env: Env): Rule {
  const hasSteps = rule.parts.some(isSteps);
  const hasHours = rule.parts.some(({ byHour }) => byHour !== undefined);
  const start = hasSteps
    ? Math.floor(env.wall / MINUTE) * MINUTE
    : // The hours of its own may come before the one that others would have.
      wallOf(dayOfWall(env.wall), hasHours ? 0 : env.parts.date);
  const anchor = { ...rule, start };
  const free = rule.parts.map((part): RulePart => ({ ...part, interval: 1 }));
  const [first] = hasSteps ? [] : ruleOccurrences({ ...anchor, parts: free }, env.now);
  return first ? { ...anchor, start: first.wall } : anchor;
}
