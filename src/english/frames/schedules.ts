import { DELETE, type Frame, type Reader, SHOW, type Slots } from '../matcher.ts';

const SCHEDULE = { thing: 'schedule', nouns: 'schedules|schedule|automations|automation' } as const;

/** Frames of a routine that ships with coda. `every`: what a time alone is meant for. */
function routine(name: string, title: string, nouns: string, every: (when: string) => string | undefined): Frame[] {
  return [
    {
      tool: 'routine_switch',
      does: `Switch the ${title} on`,
      nouns,
      verbs: 'turn on|switch on|enable|start|activate|schedule|set up|i want|make|create|give me|send me',
      says: [
        '[<verb>] [a|an|the|my] <noun> [for] {when}',
        '(turn|switch) [the|my] <noun> on',
        '<verb> [a|an|the|my] <noun>',
      ],
      example: name === 'briefing' ? 'schedule a daily briefing at 7:30' : 'turn on the weekly review',
      changes: true,
      input(slots: Slots, reader: Reader) {
        const { when } = slots;
        if (when === undefined) return { name, on: true };
        const often = reader.isSeries(when) ? when : every(when);
        return often !== undefined && reader.isSeries(often) ? { name, on: true, when: often } : undefined;
      },
    },
    {
      tool: 'routine_switch',
      does: `Switch the ${title} off`,
      nouns,
      verbs: 'turn off|switch off|disable|stop|pause|cancel|no more',
      says: ['<verb> [sending me] [the|my] <noun>', '(turn|switch) [the|my] <noun> off'],
      example: `turn off the ${title}`,
      changes: true,
      input: () => ({ name, on: false }),
    },
    {
      tool: 'routine_show',
      does: `Show the ${title}`,
      nouns,
      verbs: 'show|show me|read|read me|tell me|run|what is in',
      says: ['<verb> [the|my|a] <noun> [now|today]', '[my|the] <noun> [now|today]'],
      example: `show me the ${title}`,
      input: () => ({ name }),
    },
  ];
}

export const schedules: readonly Frame[] = [
  ...routine('briefing', 'briefing', 'daily briefing|morning briefing|briefing', (when) => `every day ${when}`),
  ...routine('weekly-review', 'weekly review', 'weekly review|week review', (when) => `every week ${when}`),
  {
    tool: 'schedule_create',
    does: 'Plan it for you',
    says: ['schedule {text} {when}'],
    example: 'schedule a look at my open tasks every Monday at 9',
    input: ({ text = '', when = '' }, reader) => (reader.isSeries(when) ? { prompt: text, when } : undefined),
  },
  {
    tool: 'schedule_create',
    does: 'Run a skill again and again',
    says: ['run {name} [{when}]'],
    example: 'every Friday at 4pm run weekly-review',
    input: ({ name, when = '' }, reader) => (reader.isSeries(when) ? { run: name, when } : undefined),
  },
  {
    tool: 'schedule_list',
    does: 'Show your schedules',
    verbs: SHOW,
    nouns: SCHEDULE.nouns,
    says: [
      '<verb> [all] [of] [my|the] <noun>',
      '[my] schedules',
      '(what are my|which are my) <noun>',
      '(what|which) <noun> (do i have|are there)',
      'what (is|have i) scheduled',
    ],
    example: 'show my schedules',
    input: () => ({}),
  },
  {
    tool: 'schedule_switch',
    does: 'Switch a schedule off',
    ...SCHEDULE,
    verbs: 'turn off|switch off|disable|pause|stop',
    says: ['<verb> {which}', '(turn|switch) {which} off'],
    example: 'pause the schedule about my open tasks',
    changes: true,
    input: ({ which: name = '' }) => (name === 'all' ? undefined : { name, on: false }),
  },
  {
    tool: 'schedule_switch',
    does: 'Switch a schedule on',
    ...SCHEDULE,
    verbs: 'turn on|switch on|enable|resume|restart',
    says: ['<verb> {which}', '(turn|switch) {which} on'],
    example: 'resume the schedule about my open tasks',
    changes: true,
    input: ({ which: name = '' }) => (name === 'all' ? undefined : { name, on: true }),
  },
  {
    tool: 'scheduler_run_now',
    does: 'Run a schedule now',
    ...SCHEDULE,
    says: ['(run|trigger) {which} [right] [now]'],
    example: 'run the schedule about my open tasks',
    input: ({ which: name = '' }) => (name === 'all' ? undefined : { name }),
  },
  {
    tool: 'schedule_delete',
    does: 'Delete the schedule',
    ...SCHEDULE,
    verbs: DELETE,
    says: ['<verb> {which}'],
    example: 'delete the schedule about my open tasks',
    changes: true,
    input: ({ which = '' }) => (which === 'all' ? undefined : { which }),
  },
];
