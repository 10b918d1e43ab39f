import { omitUndefined } from '../../base/json.ts';
import type { Frame, Slots } from '../matcher.ts';

const place = ({ place: where }: Slots) => (where === undefined ? {} : { place: where });

export const time: readonly Frame[] = [
  {
    tool: 'time_in',
    does: 'Tell the time',
    says: [
      '(what time is it|what is the time|what is the current time|tell me the time|what time is it now|time) [now|right now] [in {place}]',
      '(what day is it|what day is today|what is the date|what date is it|what is today) [today|now]',
      "what is today's date",
      'what is the date today',
    ],
    example: 'what time is it in Tokyo?',
    isShown: true,
    input: place,
  },
  {
    tool: 'date_of',
    does: 'Tell which day a date is',
    says: [
      '(what day|which day|what weekday) [of the week] (is|will be) {when}',
      '(what day|which day|what weekday) [of the week] (does|will) {when} (fall|fall on|be)',
      'when is {when}',
    ],
    example: 'what day is 3 May?',
    input: ({ when = '' }) => ({ date: when, ask: 'weekday' }),
  },
  {
    tool: 'date_of',
    does: 'Count the days until a date',
    says: [
      '(how many days|how long|how many weeks) [is it|are there|are left] [left] (until|till|to|before) {when}',
      'days (until|till|to) {when}',
    ],
    example: 'how many days until 24 December?',
    input: ({ when = '' }) => ({ date: when, ask: 'until' }),
  },
  {
    tool: 'date_of',
    does: 'Tell the week of the year',
    says: ['(what|which) (week|week number|calendar week) (is it|is this|are we in) [now]', 'what is the week number'],
    example: 'what week is it?',
    input: () => ({ date: 'today', ask: 'week' }),
  },
  {
    tool: 'timezone_set',
    does: 'Set your time zone',
    says: [
      '(set|change) [my] (time zone|timezone) to {place}',
      'my (time zone|timezone) is {place}',
      'i live in {place}',
      'i am in {place} now',
    ],
    example: 'set my time zone to Berlin',
    changes: true,
    input: ({ place: zone = '' }) => ({ zone }),
  },
  {
    tool: 'timezone_show',
    does: 'Tell your time zone',
    says: ['(what is|which is|show) my (time zone|timezone)', 'what (time zone|timezone) am i in'],
    example: 'what is my time zone?',
    input: () => ({}),
  },
  {
    tool: 'quiet_hours_set',
    does: 'Set quiet hours',
    says: [
      '[set] [my] quiet hours [from|to|between|are|are from] {hours}',
      '(quiet|mute me|silence) (from|between) {hours}',
      '(do not disturb me|not to be disturbed|keep quiet|be quiet) (from|between) {hours}',
    ],
    example: 'set quiet hours from 10pm to 7am',
    changes: true,
    input: ({ hours = '' }) => (/\d|noon|midnight/i.test(hours) ? { hours } : undefined),
  },
  {
    tool: 'quiet_hours_set',
    does: 'Switch quiet hours off',
    says: [
      '(turn off|switch off|disable|end|no) [my|the] quiet hours',
      '(turn|switch) [my|the] quiet hours off',
      'quiet hours off',
    ],
    example: 'turn off quiet hours',
    changes: true,
    input: () => ({ hours: 'off' }),
  },
  {
    tool: 'quiet_hours_show',
    does: 'Tell your quiet hours',
    says: [
      '(what are|when are|show|show me) [my|the] quiet hours',
      '[my] quiet hours',
      'what quiet hours (do i have|have i got)',
    ],
    example: 'what are my quiet hours?',
    input: () => ({}),
  },
  {
    tool: 'weather',
    setting: 'weather.enabled',
    does: 'Tell the weather',
    says: [
      '[what is|how is|show me|tell me] [the] weather [forecast] [like] [be] [in {place}] [for] [{when}]',
      '[what is|how is] the weather [like] [for] [{when}] in {place}',
      'what will the weather be [like] [in {place}] [{when}]',
      '(will it|is it going to) (rain|snow|be sunny|be cold|be warm) [in {place}] [{when}]',
    ],
    example: "what's the weather in Oslo tomorrow?",
    isShown: true,
    input: ({ place: where, when }) => omitUndefined({ place: where, when }),
  },
];
