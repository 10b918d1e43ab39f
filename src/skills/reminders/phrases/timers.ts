import type { Phrase } from '../../../agent/index.ts';
import { parseDuration } from '../../../time/index.ts';
import { create, createAt, isName } from '../phrase-calls.ts';
import { isTime } from '../time-words.ts';

const TAKES_TIME =
  /\b(?:drive|walk|commute|flight|trip|journey|ride|run|way|job|work|meeting|gym|kids|call|bus|train|appointment|interview|class|lesson|school|break|lunch|dinner|shower|workout|exam|test)\b/i;

/** What people say to be woken, for an alarm, and for a timer. */
export const timers: Phrase[] = [
  {
    pattern: '(wake me up|wake me)',
    example: 'wake me up',
    call: () => create('wake up', undefined),
  },
  {
    pattern: 'set an alarm (for|at) {when} (called|named|to|for|saying) {text}',
    example: 'set an alarm for 7am called gym',
    call: ({ when = '', text = '' }) => createAt(`at ${when}`, text) ?? createAt(when, text),
  },
  {
    pattern: '[set|start] (a|the) timer for {length} (for|called|to) {text}',
    example: 'set a timer for 10 minutes for the pasta',
    call: ({ length = '', text = '' }) => timer(length, text),
  },
  {
    pattern: '[set|start] [a|the] timer [for|of] {rest}',
    example: 'timer 12 minutes pasta',
    call: ({ rest = '' }) => timerOf(rest),
  },
  {
    pattern: '[set|start] [a|an] {length} timer (for|called) {text}',
    example: '10 minute timer for eggs',
    call: ({ length = '', text = '' }) => timer(length.replace(/-/g, ' '), text),
  },
  {
    pattern: '{length} timer',
    example: '10 minute timer',
    call: ({ length = '' }) => timer(length.replace(/-/g, ' ')),
  },
  {
    pattern: '{length} for (the|my) {thing}',
    example: '40 minutes for the bread',
    tentative: 'last',
    // "20 minutes for the drive" tells how long it takes.
    call: ({ length = '', thing = '' }) =>
      /^\d{1,3} ?(?:m|mins?|minutes?)$/i.test(length) && isName(thing, 3) && !TAKES_TIME.test(thing)
        ? timer(length, thing)
        : undefined,
  },
  {
    pattern: '[in] {length} from now (tell|let) me [know] [that|to] {text}',
    example: 'an hour from now tell me the bread is done',
    call: ({ length = '', text = '' }) =>
      parseDuration(length) === undefined ? undefined : createAt(`in ${length}`, text),
  },
  {
    pattern: '(wake|get) me [up] {when}',
    example: 'wake me at 7',
    call: ({ when = '' }) => createAt(when, 'wake up') ?? createAt(when.split(/,\s/)[0] ?? '', 'wake up'),
  },
  {
    pattern: '(wake|get) me [up] {when} (for {thing}|to {text})',
    example: 'wake me 5am for the surf',
    call: ({ when = '', thing, text = '' }) =>
      isTime(`${when} to ${thing ?? text}`)
        ? undefined
        : createAt(when, thing === undefined ? 'wake up' : `wake up for ${thing}`),
  },
  {
    pattern: '[set|make|create|add|new|put|give|do] [me] [an|a|my|the] alarm [for|at] {when}',
    example: 'set an alarm for 6:30',
    call: ({ when = '' }) => createAt(/^\d/.test(when) ? `at ${when}` : when, 'alarm') ?? createAt(when, 'alarm'),
  },
  {
    pattern: '(set|start|make|run) (a|the) timer for {length}',
    example: 'set a timer for 10 minutes',
    call: ({ length = '' }) => timer(length),
  },
  {
    pattern: '(set|start|make|run) (a|an) {length} timer',
    example: 'start a 25 minute timer',
    call: ({ length = '' }) => timer(length.replace(/-/g, ' ')),
  },
  {
    pattern: '[set] timer [for] {length}',
    example: 'timer 5 minutes',
    call: ({ length = '' }) => timer(length),
  },
];

/** "12 minutes pasta": the longest beginning that is a length, and what it is for. */
function timerOf(rest: string) {
  const words = rest.split(/\s+/);
  for (let at = Math.min(words.length - 1, 6); at > 0; at--) {
    const length = words.slice(0, at).join(' ');
    if (/^\d+$/.test(length) || parseDuration(length) === undefined) continue;
    const text = words.slice(at).join(' ');
    return /^(?:and\b|\d|half\b|quarter\b)/i.test(text) ? undefined : timer(length, text);
  }
  return undefined;
}

function timer(length: string, text?: string) {
  // "A few minutes": the tool asks how many.
  const isLength =
    parseDuration(length) !== undefined || (/\b(?:few|several)\b/i.test(length) && isTime(`in ${length}`));
  return isLength ? create(text?.replace(/^the\s+/i, '') ?? `timer (${length})`, `in ${length}`) : undefined;
}
