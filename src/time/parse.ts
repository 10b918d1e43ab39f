import { DAY, dayOfWall, isoOfWall, type Wall, wallOf, weekdayOf } from './civil.ts';
import { parseDuration } from './duration.ts';
import { ruleOccurrences } from './occurrences.ts';
import { formatRule, type RulePart } from './rule.ts';
import type { Once, Recurring, Reject, SplitTask, When, WhenContext } from './types.ts';
import { instantOf, wallAt } from './zones.ts';

const WEEKDAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday'.split('|');
const CLOCK = /(?:\bat )?(\d{1,2})(?::(\d\d))? ?(am|pm)?$|(?:\bat )?(noon|midnight)$/;

export function parseWhen(text: string, ctx: WhenContext): When {
  const words = text.toLowerCase().trim().replace(/\s+/g, ' ');
  if (words.length > 2_000) return reject('NOT_A_DATE', 'That is too long to be a time.');
  const now = ctx.now.getTime();
  const relative = /^in (.+)$/.exec(words)?.[1] ?? /^(.+) from now$/.exec(words)?.[1];
  const length = relative === undefined ? undefined : parseDuration(relative);
  if (length !== undefined) return once(wallAt(now + length, ctx.zone), ctx, now + length);
  const clock = CLOCK.exec(words);
  const minute = clock ? minuteOfClock(clock) : undefined;
  const rest = (minute === undefined ? words : words.slice(0, clock?.index)).trim();
  const wallNow = wallAt(now, ctx.zone);
  const today = dayOfWall(wallNow);
  const every = /^(?:every|each) (.+)$|^(daily)$/.exec(rest);
  if (every) return recurring(every[1] ?? 'day', minute ?? 540, today, ctx);
  if (rest === '' && minute !== undefined) {
    const wall = wallOf(today, minute);
    return once(wall > wallNow ? wall : wall + DAY, ctx);
  }
  const day = dayOf(rest, today);
  if (day === undefined)
    return reject('NO_TIME', 'When should that be? For example "tomorrow at 9" or "in 20 minutes".');
  return once(wallOf(day, minute ?? 540), ctx);
}

function minuteOfClock(match: RegExpExecArray): number | undefined {
  if (match[4] !== undefined) return match[4] === 'noon' ? 720 : 0;
  const hour = Number(match[1]);
  const minutes = Number(match[2] ?? 0);
  if (hour > 23 || minutes > 59) return undefined;
  if (match[3]) return ((hour % 12) + (match[3] === 'pm' ? 12 : 0)) * 60 + minutes;
  return (hour >= 1 && hour <= 6 && match[2] === undefined ? hour + 12 : hour) * 60 + minutes;
}

function dayOf(words: string, today: number): number | undefined {
  if (words === 'today') return today;
  if (words === 'tomorrow') return today + 1;
  const weekday = WEEKDAYS.indexOf(words.replace(/^(?:on|this) /, '')) + 1;
  return weekday === 0 ? undefined : today + ((weekday - weekdayOf(today) + 6) % 7) + 1;
}

function recurring(words: string, minute: number, today: number, ctx: WhenContext): When {
  const days = words.split(/,? and |, /).map((word) => WEEKDAYS.indexOf(word.replace(/s$/, '')) + 1);
  const part = ruleOf(words, days);
  if (!part) return reject('NOT_A_DATE', `I do not understand "every ${words}" yet.`);
  const times = { byHour: [Math.floor(minute / 60)], byMinute: [minute % 60] };
  const rule = { start: wallOf(today, minute), zone: ctx.zone, parts: [{ ...part, ...times }] };
  const next: Date[] = [];
  for (const at of ruleOccurrences(rule, ctx.now.getTime())) if (next.push(at) === 5) break;
  const first = next[0];
  if (!first) return reject('NEVER', 'That never happens.');
  const start = wallAt(first.getTime(), ctx.zone);
  return { kind: 'recurring', rule: formatRule({ ...rule, start }), zone: ctx.zone, next } satisfies Recurring;
}

function ruleOf(words: string, days: number[]): RulePart | undefined {
  if (words === 'day') return { freq: 'DAILY' };
  if (words === 'weekday') return { freq: 'WEEKLY', byDay: [1, 2, 3, 4, 5].map((weekday) => ({ nth: 0, weekday })) };
  if (days.includes(0)) return undefined;
  return { freq: 'WEEKLY', byDay: days.map((weekday) => ({ nth: 0, weekday })) };
}

function once(wall: Wall, ctx: WhenContext, at = instantOf(wall, ctx.zone)): Once | Reject {
  if (at <= ctx.now.getTime()) return reject('PAST', 'That is in the past.');
  return { kind: 'once', at: new Date(at), local: isoOfWall(wall), zone: ctx.zone };
}

function reject(code: Reject['code'], say: string): Reject {
  return { kind: 'reject', code, understood: '', say };
}

const LEAD = /^(?:please )?(?:remind me (?:to |about |that )?)/i;
const TAIL =
  /\s+((?:(?:every|each) .+|(?:today|tomorrow|on \w+day)(?: at .+)?|in (?:\d|an? |half).+|at (?:\d|noon|midnight).*))$/i;
const HEAD = /^((?:in (?:\d+|an?|half an) \w+|tomorrow|today)(?: at \S+)?)[, ]+/i;

export function splitTask(text: string): SplitTask {
  const lead = HEAD.exec(text);
  const rest = (lead ? text.slice(lead[0].length) : text).replace(LEAD, '').trim();
  if (lead) return { when: lead[1], task: rest };
  const tail = TAIL.exec(rest);
  return tail ? { when: tail[1], task: rest.slice(0, tail.index).trim() } : { when: undefined, task: rest };
}
