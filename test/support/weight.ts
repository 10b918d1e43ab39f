import { countTokens } from 'gpt-tokenizer';
import { ModelServer } from './model-server/index.ts';
import { modelConfig } from './models.ts';
import { play } from './play.ts';

interface SentTool {
  name: string;
  description: string;
  schema: Record<string, unknown>;
}

/** The first message of a conversation as a model gets it, and its tokens. */
export interface Weight {
  all: number;
  system: number;
  tools: readonly (SentTool & { tokens: number })[];
  toolTokens: number;
  /** The tools' bytes. */
  bytes: string;
}

type Wire = 'openai' | 'anthropic';

const toolOf = (wire: Wire, sent: Record<string, unknown>): SentTool => {
  const { name, description, parameters, input_schema } = (wire === 'openai' ? sent.function : sent) as Record<
    string,
    unknown
  >;
  return { name, description, schema: parameters ?? input_schema } as SentTool;
};

/** Says hello to a coda of its own whose model has a window of so many tokens. */
export async function weigh(
  window: number,
  wire: Wire = 'openai',
  config: Record<string, unknown> = {},
): Promise<Weight> {
  await using server = await ModelServer.start();
  const model = wire === 'openai' ? 'gpt/own' : 'claude/own';
  const models = modelConfig(server, { default: model, light: model, context_tokens: window });
  await using coda = await play({ config: { ...models, ...config } });
  await coda.person('ana').says('hello');
  const { tools, messages, system = messages[0].content } = server.requests.at(-1)?.body ?? {};
  const sent = (tools as Record<string, unknown>[]).map((tool) => toolOf(wire, tool));
  const bytes = JSON.stringify(tools);
  const text = typeof system === 'string' ? system : (system as { text: string }[]).map((part) => part.text).join('\n');
  return {
    all:
      countTokens(JSON.stringify(tools)) +
      countTokens(JSON.stringify(messages)) +
      (wire === 'openai' ? 0 : countTokens(text)),
    system: countTokens(text),
    tools: sent.map((tool) => ({ ...tool, tokens: countTokens(JSON.stringify(tool)) })),
    toolTokens: countTokens(bytes),
    bytes,
  };
}
