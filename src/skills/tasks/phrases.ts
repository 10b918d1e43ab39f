import { type Call, type Phrase, REMOVE } from '../../agent/index.ts';
import { parseWhen } from '../../time/index.ts';

const ANYWHERE = { now: new Date('2026-01-01T00:00:00Z'), zone: 'UTC' };
const MOST_WORDS = 10;

/** "plan the party: find a date; write the invitations": what is before the colon is the title. Pure. */
export function readTask(words: string): { title: string; steps: string[]; when?: string } | undefined {
  const [, title = '', rest = ''] = /^([^:\n]+?)\s*[:\n]\s*([\s\S]+)$/.exec(words.trim()) ?? [];
  if (title === '') return undefined;
  const split = /[;\n]/.test(rest) ? rest.split(/[;\n]/) : rest.split(/,\s*(?:and\s+)?(?:then\s+)?|\s+then\s+/);
  const steps = split
    .map((step) =>
      step
        .trim()
        .replace(/^(?:and |then )+/i, '')
        .replace(/[.]$/, ''),
    )
    .filter(Boolean);
  return steps.length === 0 ? undefined : { title: title.replace(/^["“]|["”]$/g, ''), steps };
}

const create = (words: string): Call | undefined => {
  const read = readTask(words);
  return read && { tool: 'task_create', input: { ...read, by: 'person' } };
};

const of = (tool: string, words: string, more: Record<string, unknown> = {}): Call | undefined =>
  words.split(/\s+/).length > MOST_WORDS ? undefined : { tool, input: { which: words, ...more } };

const isTime = (words: string): boolean => {
  const { kind } = parseWhen(words.replace(/^(?:until|till)\s+/i, ''), ANYWHERE);
  return kind !== 'reject';
};

const block = (words: string, reason: string, type = 'waiting_for_person') => of('task_block', words, { type, reason });

const making: Phrase[] = [
  {
    pattern:
      '(new task|add task|add a task|create task|create a task|make a task|start a task|begin a task|task:) {rest}',
    example: 'new task plan the party: find a date; write the invitations',
    shown: true,
    call: ({ rest = '' }) => create(rest.replace(/^(?:to|called|named|for)\s+/i, '')),
  },
  {
    pattern: 'create a new task {rest}',
    example: 'create a new task move house: pack; hire a van; hand over the keys',
    call: ({ rest = '' }) => create(rest.replace(/^(?:to|called|named|for)\s+/i, '')),
  },
];

const seeing: Phrase[] = [
  {
    pattern: '(show|list|see|display|give) [me] [all] [of] (my|the|our) [open|active|unfinished|current] tasks',
    example: 'show my tasks',
    call: () => ({ tool: 'task_status', input: {} }),
  },
  {
    pattern:
      '(what|which) [are|of] [my|the] [open|active|unfinished] tasks [do i have|have i got|are there|are open|are left]',
    example: 'which tasks do I have?',
    call: () => ({ tool: 'task_status', input: {} }),
  },
  {
    pattern: '[my] [open|active|unfinished] tasks',
    example: 'my open tasks',
    call: () => ({ tool: 'task_status', input: {} }),
  },
  {
    pattern: '(what are you working on|what are we working on|what is in progress|what tasks are open)',
    example: 'what are you working on?',
    call: () => ({ tool: 'task_status', input: {} }),
  },
  {
    pattern: '(show|open|see) [me] [the|my] task {which}',
    example: 'show the task party',
    call: ({ which = '' }) => of('task_status', which),
  },
  {
    pattern:
      "(how is|how's|what about|where are we with|what is the status of|status of) [the|my] task {which} [going|doing]",
    example: 'how is the task party going?',
    call: ({ which = '' }) => of('task_status', which.replace(/\s+(?:going|doing|coming along)$/i, '')),
  },
  {
    pattern:
      "(how is|how's|what about|where are we with|what is the status of|status of) [the|my] {which} task [going|doing]",
    example: 'how is the party task going?',
    call: ({ which = '' }) => of('task_status', which),
  },
];

const working: Phrase[] = [
  {
    pattern:
      '(next step|step done|that step is done|the step is done|this step is done|done with this step|done with that step|finished the step|finished this step)',
    example: 'step done',
    call: () => ({ tool: 'task_advance', input: {} }),
  },
  {
    pattern:
      '(next step|step done|finished the step|done with the step|i finished the step|i did the step) (of|in|for) [the|my] [task] {which}',
    example: 'step done in the party task',
    call: ({ which = '' }) => of('task_advance', which),
  },
  {
    pattern: '(advance|move on with|move forward) [the|my] task {which}',
    example: 'advance the task party',
    call: ({ which = '' }) => of('task_advance', which),
  },
  {
    pattern: '(advance|move on with|move forward) [the|my] {which} task',
    example: 'advance the party task',
    call: ({ which = '' }) => of('task_advance', which),
  },
  {
    pattern: '(block|hold) [the|my] task {which} (because|because of|until|:) {reason}',
    example: 'block the task party because the hall has not answered',
    call: ({ which = '', reason = '' }) => held(which, reason),
  },
  {
    pattern: '(block|hold) [the|my] {which} task (because|because of|until|:) {reason}',
    example: 'block the party task because the hall has not answered',
    call: ({ which = '', reason = '' }) => held(which, reason),
  },
  {
    pattern:
      '[the|my] task {which} (is blocked by|is blocked because|is waiting for|waits for|is stuck because) {reason}',
    example: 'the task party is waiting for the answer of the hall',
    call: ({ which = '', reason = '' }) => block(which, reason, 'external'),
  },
  {
    pattern:
      '[the|my] {which} task (is blocked by|is blocked because|is waiting for|waits for|is stuck because) {reason}',
    example: 'the party task is waiting for the answer of the hall',
    call: ({ which = '', reason = '' }) => block(which, reason, 'external'),
  },
  {
    pattern: '(continue|resume|unblock|go on with|carry on with|pick up|take up) [the|my] task {which}',
    example: 'continue the task party',
    call: ({ which = '' }) => of('task_resume', which),
  },
  {
    pattern: '(continue|resume|unblock|go on with|carry on with|pick up|take up) [the|my] {which} task',
    example: 'go on with the party task',
    call: ({ which = '' }) => of('task_resume', which),
  },
];

/** "until Friday" is a time; all else is a reason. */
const held = (which: string, reason: string): Call | undefined =>
  isTime(reason)
    ? of('task_block', which, { type: 'waiting_for_time', reason: `until ${reason}`, until: reason })
    : block(which, reason);

const changing: Phrase[] = [
  {
    pattern: '(postpone|put off|snooze|push|delay) [the|my] task {which} (to|until|till|for|by) {when}',
    example: 'postpone the task party until Friday at 9',
    call: ({ which = '', when = '' }) => (isTime(when) ? of('task_later', which, { when }) : undefined),
  },
  {
    pattern: '(postpone|put off|snooze|push|delay) [the|my] {which} task (to|until|till|for|by) {when}',
    example: 'put off the party task until tomorrow',
    call: ({ which = '', when = '' }) => (isTime(when) ? of('task_later', which, { when }) : undefined),
  },
  {
    pattern: '(come back to|get back to|return to|ask me about) [the|my] task {which} (on|at|in|again) {when}',
    example: 'come back to the task party in three days',
    call: ({ which = '', when = '' }) =>
      isTime(`in ${when}`)
        ? of('task_later', which, { when: `in ${when}` })
        : isTime(when)
          ? of('task_later', which, { when })
          : undefined,
  },
  {
    pattern: '(rename|call) [the|my] task {which} (to|as) {title}',
    example: 'rename the task party to the big party',
    call: ({ which = '', title = '' }) => of('task_edit', which, { title }),
  },
  {
    pattern: `(${REMOVE}|abandon|give up|give up on|stop) [the|my] task {which}`,
    example: 'cancel the task party',
    call: ({ which = '' }) => of('task_cancel', which),
  },
  {
    pattern: `(${REMOVE}|abandon|give up|give up on|stop) [the|my] {which} task`,
    example: 'cancel the party task',
    call: ({ which = '' }) =>
      /\b(?:scheduled|recurring|schedule)\b/i.test(which) ? undefined : of('task_cancel', which),
  },
];

/** What people say of work over days. */
export const phrases: Phrase[] = [...making, ...seeing, ...working, ...changing];
