/** What the policy is asked about a call: put together from the turn, its context and the tool. */
import type { ModelToolCall } from './model.ts';
import type { PolicyQuestion } from './policy.ts';
import { standIn, textsIn } from './targets.ts';
import type { CallContext } from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';
import type { Turn } from './turn.ts';

export interface QuestionSource {
  toolbox: Toolbox;
  turn: Turn;
  context: CallContext;
  /** The turn that a nested one belongs to. */
  parent?: Turn;
}

export function policyQuestionOf(
  valid: ValidCall,
  call: ModelToolCall,
  { toolbox, turn, context, parent }: QuestionSource,
): PolicyQuestion {
  const { tool, effect, input } = valid;
  const { person, place, origin, agent, byName = false, said, ownFiles: files, remembered } = context;
  const before = [...(parent?.madeBefore() ?? []), ...turn.madeBefore(call.id)];
  const deletions = before.filter((made) => toolbox.get(made.name)?.deletes && !isNamed(made, said));
  return {
    ...{ tool, effect, input, person, place, origin, agent, byName, said, files },
    gate: toolbox.admits(person, { tool, input }),
    private: context.private,
    tainted: turn.tainted,
    targets: tool.targets?.(input),
    elsewhere: tool.sendsTo?.(input, { place, conversationId: context.conversationId }) ?? [],
    persons: [...(tool.persons?.(input) ?? []), ...personsIn(input)],
    found: [...(parent ? foundBy(parent, toolbox, said) : []), ...foundBy(turn, toolbox, said)],
    named: isNamed(call, said),
    deletions: deletions.length,
    remembered: remembered.includes(tool.name),
  };
}

/** What calls brought whose targets stood in the words: what they name was asked for. What is named there is not. */
function foundBy(turn: Turn, toolbox: Toolbox, said: readonly string[]): string[] {
  return turn.came().flatMap(({ call, result }) => {
    const valid = toolbox.check({ tool: call.name, input: call.input as Record<string, unknown> }, true);
    if ('ok' in valid || valid.effect !== 'fetch') return [];
    const targets = valid.tool.targets?.(valid.input);
    return targets && standIn(targets, said) ? [result.text, result.material ?? ''] : [];
  });
}

const DELETING = /\b(?:delete|remove|cancel|drop|clear|erase|discard|trash|throw away|get rid of)\b/i;

/** Whether the words ask for a deletion, and for this one: all that it names stands in them. */
function isNamed({ input }: ModelToolCall, said: readonly string[]): boolean {
  const names = textsIn(input);
  return names.length > 0 && said.some((words) => DELETING.test(words)) && standIn(names, said);
}

const PERSON = /^(?:person|owner|user|member)(?:_?id)?$/i;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids of persons in fields that are named for them, whatever the tool says. */
function personsIn(input: unknown): string[] {
  if (input === null || typeof input !== 'object') return [];
  return Object.entries(input).flatMap(([key, value]) =>
    typeof value === 'string' && PERSON.test(key) && ID.test(value) ? [value.toLowerCase()] : personsIn(value),
  );
}
