import type { ModelRequest } from '../../src/agent/index.ts';
import { play } from './play.ts';
import { ScriptedModel } from './scripted-model.ts';

/** All tools that a model may call, shown or not, in the forms in which it is shown them. */
export const callable = ({ tools, others = [] }: Pick<ModelRequest, 'tools' | 'others'>) => [...tools, ...others];

/** Those of a coda of its own. */
export async function callableTools(config: Record<string, unknown> = {}) {
  const model = new ScriptedModel(['ok']);
  await using coda = await play({ model, config });
  await coda.person('ana').says('hello');
  return callable(model.requests[0] ?? { tools: [] });
}
