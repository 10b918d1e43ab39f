import { z } from 'zod';
import type { Act } from './act.ts';
import { type AnyTool, type Call, dataTool, type Failed, failed, privately, type ToolGroup } from './tool.ts';

/** A verb of a tool that changes a thing: the tool of its own that does it, and the call of it. */
interface Verb<Input> {
  tool: string;
  /** The act, as people's words name it. */
  act: Act;
  /** The field that names the thing there; default: `which`. */
  as?: string;
  /** Fields besides `which` that it takes; a call with another one is refused. */
  takes: readonly (keyof Input & string)[];
  /** The input of its own tool; undefined: a field that it needs is missing. */
  input(input: Input): Record<string, unknown> | undefined;
  /** The missing field then, in words for the model. */
  needs?: string;
}

interface ChangeTool<Fields extends z.ZodRawShape, Verbs extends Record<string, Verb<z.output<z.ZodObject<Fields>>>>> {
  name: string;
  group: ToolGroup;
  description: string;
  which: string;
  verbs: Verbs;
  /** Words on `do`, for the model. */
  says: string;
  fields: Fields;
}

/**
 * A tool that models are shown for all that changes a thing: `do` says what. A call stands for one of the verb's own tool,
 * whose policy, record and undo hold for it.
 */
export function changeTool<
  Fields extends z.ZodRawShape,
  Verbs extends Record<string, Verb<z.output<z.ZodObject<Fields>>>>,
>({ name, group, description, which, verbs, says, fields }: ChangeTool<Fields, Verbs>): AnyTool {
  const names = Object.keys(verbs) as [string, ...string[]];
  const input = z.object({
    which: z.string().describe(which),
    do: z.enum(names).describe(says),
    ...fields,
  });
  return dataTool({
    name,
    group,
    description,
    effect: 'write',
    record: { redact: privately('which', ...Object.keys(fields)) },
    form: {
      short: {
        input,
        standsFor: [...new Set(Object.values(verbs).map(({ tool }) => tool))],
        acts: Object.entries(verbs).map(([verb, { tool, act }]) => ({ verb, tool, act })),
        call: (asked) => callOf(name, verbs, asked as { which: string; do: string }),
      },
    },
    input,
    run: async () => failed('INVALID_INPUT', `${name} needs a verb.`),
  }) as AnyTool;
}

function callOf<Input>(
  name: string,
  verbs: Readonly<Record<string, Verb<Input>>>,
  { which, do: named, ...fields }: { which: string; do: string },
): Call | Failed {
  const verb = verbs[named] as Verb<Input>;
  const extra = Object.entries(fields).find(
    ([field, value]) => value !== undefined && value !== '' && !(verb.takes as readonly string[]).includes(field),
  );
  if (extra) {
    return failed(
      'INVALID_INPUT',
      `${name}: “${named}” takes no ${extra[0]}. Choose what to do again, or leave it out.`,
    );
  }
  const input = verb.input(fields as Input);
  if (!input) return failed('INVALID_INPUT', `${name}: “${named}” needs ${verb.needs ?? 'more'}.`);
  return { tool: verb.tool, input: { [verb.as ?? 'which']: which, ...input } };
}
