import { type Model, ModelError, type ModelEvent, type ModelRequest, type ToolSpec } from '../inference/model.ts';
import { bareSchema } from './plain.ts';
import { type Finding, type Learnt, learn } from './quirks.ts';
import { inText } from './text-tools.ts';

/** One request goes out so often at most; each time without something that was refused. */
const MOST_FORMS = 8;

/**
 * `model`, spoken to as it can be: what its service refuses for good is left out or said in another way, the request goes
 * out once more, and from then on it is sent like that. `found` hears of what is new.
 */
export function adapting(model: Model, learnt: Learnt, found: (finding: Finding) => void): Model {
  const { count } = model;
  return {
    ...model,
    ...(count && { count: (request, signal) => count(formOf(request, learnt), signal) }),
    async *generate(request, signal): AsyncGenerator<ModelEvent> {
      for (let forms = 1; ; forms++) {
        let spoke = false;
        try {
          for await (const event of model.generate(formOf(request, learnt), signal)) {
            spoke ||= event.type !== 'charged';
            yield event;
          }
          learnt.reason = undefined;
          return;
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          const { window, finding, reason, told } = error.details;
          learnt.window = smaller(learnt.window, window);
          if (reason === 'rejected') learnt.reason = told;
          const isNew = finding !== undefined && learn(learnt, finding);
          if (isNew) found(finding);
          // Text that was sent on already cannot be repeated here: the caller asks anew.
          if (!isNew || spoke || forms === MOST_FORMS) throw error;
        }
      }
    },
  };
}

/** The request as this model takes it. What is no part of it, but of how it is sent, the endpoint looks up by itself. */
function formOf(request: ModelRequest, learnt: Learnt): ModelRequest {
  const tools = toolsFor(request.tools, learnt);
  const form = {
    ...request,
    tools,
    maxTokens: Math.min(request.maxTokens, learnt.answer ?? request.maxTokens),
  };
  return learnt.refuses.has('tools') ? inText(form) : form;
}

function toolsFor(tools: ToolSpec[], { refuses, tools: refused, most }: Learnt): ToolSpec[] {
  const isBare = refuses.has('schemas');
  if (!isBare && refused.size === 0 && most === undefined) return tools;
  const taken = tools.filter(({ name }) => !refused.has(name));
  const fitting = most === undefined || taken.length <= most ? taken : fewest(taken, most);
  return isBare ? fitting.map((tool) => ({ ...tool, schema: bareSchema(tool.schema) })) : fitting;
}

/** The spare ones go first. */
function fewest(tools: readonly ToolSpec[], most: number): ToolSpec[] {
  const needed = tools.filter(({ spare }) => !spare);
  const spare = tools.filter((tool) => tool.spare).slice(0, Math.max(0, most - needed.length));
  const kept = new Set([...needed.slice(0, most), ...spare]);
  return tools.filter((tool) => kept.has(tool));
}

/** Smaller than any model has, so that it is no window but another number of the message. */
const LEAST_WINDOW = 1_000;

function smaller(known: number | undefined, told: number | undefined): number | undefined {
  if (told === undefined || told < LEAST_WINDOW) return known;
  return Math.min(known ?? told, told);
}
