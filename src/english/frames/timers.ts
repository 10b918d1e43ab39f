import type { Frame, Slots } from '../frames.ts';
import { hour } from './reminders.ts';

/** A length of time counts from now. */
const LENGTH =
  /^(?:an?|half|\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?[ -]?(?:an?[ -])?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/i;

function timer({ text, when = '' }: Slots) {
  const length = when.replace(/^in /i, '').replace(/-/g, ' ');
  if (!LENGTH.test(length)) return undefined;
  return {
    ...(text === undefined ? { text: `timer (${length})`, lead: 'about' } : { text: `timer: ${text}`, lead: 'about' }),
    when: `in ${length}`,
  };
}

export const timers: readonly Frame[] = [
  {
    tool: 'reminder_create',
    does: 'Set a timer',
    verbs: 'set|start|run|make|begin|set me',
    says: [
      '[<verb>] [a|the|another] timer [for|of|in] {when} [(for|called|named) {text}]',
      '[<verb>] [a|an|the|another] {when} timer [(for|called|named) {text}]',
    ],
    example: 'set a timer for 10 minutes',
    isShown: true,
    input: timer,
  },
  {
    tool: 'reminder_create',
    does: 'Set an alarm',
    verbs: 'set|make|create|add|set me|give me',
    says: [
      '[<verb>] [a|an|the|my|another] alarm [for] {when} [(for|to|called|named) {text}]',
      '<verb> [a|an|the|my|another] alarm',
    ],
    example: 'set an alarm for 6:30',
    needs: ['when'],
    input: ({ text, when }) => ({
      ...(text === undefined ? { text: 'alarm', lead: 'about' } : { text }),
      ...(when !== undefined && { when: hour(when), waking: true }),
    }),
  },
  {
    tool: 'reminder_create',
    does: 'Wake you',
    says: ['(wake|get) me [up] [{when}]'],
    example: 'wake me up at 7',
    needs: ['when'],
    input: ({ when }) => ({ text: 'wake up', ...(when !== undefined && { when: hour(when), waking: true }) }),
  },
];
