import { DELETE, type Frame, SHOW, type Slots } from '../matcher.ts';

const TASK = { thing: 'task', nouns: 'tasks|task' } as const;

/** "plan the party: find a date; write the invitations". */
function create({ text = '' }: Slots) {
  const words = text.trim();
  const end = words.search(/[:\n]/);
  const title = words.slice(0, Math.max(end, 0)).trim();
  const rest = words.slice(end + 1);
  const steps = (/[;\n]/.test(rest) ? rest.split(/[;\n]/) : rest.split(',')).map((step) => step.trim()).filter(Boolean);
  return title === '' || steps.length === 0 ? undefined : { title, steps, by: 'person' };
}

const selectOne = ({ which = '' }: Slots) => (which === 'all' ? undefined : { which });

export const tasks: readonly Frame[] = [
  {
    tool: 'task_create',
    does: 'Keep a task',
    verbs: 'new|add a|create a|make a|start a|begin a|add|create',
    says: ['<verb> [new] task [to|called] {text}', 'task {text}'],
    example: 'new task plan the party: find a date; write the invitations',
    isShown: true,
    input: create,
  },
  {
    tool: 'task_status',
    does: 'Show your tasks',
    verbs: SHOW,
    says: [
      '<verb> [all] [of] [my|the] [open] tasks',
      '[my] [open] tasks',
      '(what|which) tasks (do i have|are there|are open)',
      '(what are|which are) my [open] tasks',
    ],
    example: 'show my tasks',
    input: () => ({}),
  },
  {
    tool: 'task_status',
    does: 'Show a task',
    ...TASK,
    isNamed: true,
    verbs: `${SHOW}|open`,
    says: ['<verb> {which}', 'how is {which} [going]'],
    example: 'show the party task',
    input: selectOne,
  },
  {
    tool: 'task_status',
    does: 'Show the next step of a task',
    ...TASK,
    says: ['what is [the] next [step] (of|in|for|on|with) {which}'],
    example: 'what is next in the party task?',
    input: selectOne,
  },
  {
    tool: 'task_advance',
    does: 'The next step is done',
    ...TASK,
    isNamed: true,
    says: [
      '[the|this|that|next] step [is] done (in|of|for|on|with) {which}',
      '(advance|move on with) {which}',
      '(i did|i finished|done with) the [next] step (in|of|for|on) {which}',
    ],
    example: 'step done in the party task',
    changes: true,
    input: selectOne,
  },
  {
    tool: 'task_advance',
    does: 'The next step is done',
    says: ['[the|this|that|next] step [is] done', 'i (did|finished) the [next] step'],
    example: 'step done',
    changes: true,
    input: () => ({}),
  },
  {
    tool: 'task_cancel',
    does: 'Give the task up',
    ...TASK,
    verbs: `${DELETE}|give up|abandon`,
    says: ['<verb> {which}'],
    example: 'cancel the party task',
    changes: true,
    input: selectOne,
  },
];
