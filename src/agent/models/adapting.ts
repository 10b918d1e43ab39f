import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../model.ts';
import { inText } from './text-tools.ts';

/** What is known of a model that its configuration does not say. */
export interface Learnt {
  /** Whether tools are described and called in text: so configured, or because its server refused them. */
  inText: boolean;
  /** Whether its server refused tools. */
  refusedTools: boolean;
  /** Tokens that it takes, as its server told when they were too many. */
  window: number | undefined;
}

/** `model`, spoken to as it can be: where its server refuses tools, the request is sent again without, in text. */
export function adapting(model: Model, learnt: Learnt): Model {
  const form = (request: ModelRequest) => (learnt.inText ? inText(request) : request);
  const { count } = model;
  return {
    ...model,
    ...(count && { count: (request, signal) => count(form(request), signal) }),
    async *generate(request, signal): AsyncGenerator<ModelEvent> {
      const isNative = !learnt.inText && request.tools.length > 0;
      try {
        return yield* model.generate(form(request), signal);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        learnt.window = smaller(learnt.window, error.details.window);
        if (!isNative || error.details.reason !== 'no_tools') throw error;
        learnt.inText = true;
        learnt.refusedTools = true;
      }
      yield* model.generate(form(request), signal);
    },
  };
}

/** Smaller than any model has, so that it is no window but another number of the message. */
const LEAST_WINDOW = 1_000;

function smaller(known: number | undefined, told: number | undefined): number | undefined {
  if (told === undefined || told < LEAST_WINDOW) return known;
  return Math.min(known ?? told, told);
}
