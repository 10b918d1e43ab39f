import { type ModelSettings, Models } from '../../src/agent/models/index.ts';
import { models as block } from '../../src/config/models.ts';
import { KEY, type ModelServer } from './model-server/index.ts';
import { type TestWorld, testWorld } from './world.ts';

/** A `models` block with the scripted server behind two providers, `claude` and `gpt`. */
function scripted(server: ModelServer, changes: Record<string, unknown> = {}): ModelSettings {
  return block.schema.parse({
    default: 'claude/main',
    light: 'claude/small',
    heavy: 'claude/big',
    fallbacks: ['gpt/other'],
    providers: {
      claude: { kind: 'anthropic', base_url: server.baseUrl('anthropic'), api_key: KEY },
      gpt: { kind: 'openai-compatible', base_url: server.baseUrl('openai'), api_key: KEY },
    },
    ...changes,
  }) as ModelSettings;
}

/** Models behind the scripted server; nothing waits between tries. */
export function modelsOn(server: ModelServer, changes: Record<string, unknown> = {}, world: TestWorld = testWorld()) {
  return new Models({ settings: scripted(server, changes), ...world, retryMs: 0 });
}

/** The configuration of a coda whose models are the scripted server; `retry` waits are real, so faults come alone. */
export function modelConfig(server: ModelServer, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const settings = {
    default: 'claude/main',
    light: 'claude/small',
    heavy: 'claude/big',
    prices: {
      'claude/main': { input: 3, output: 15 },
      'claude/small': { input: 1, output: 5 },
      'claude/big': { input: 5, output: 25 },
    },
    providers: {
      claude: { kind: 'anthropic', base_url: server.baseUrl('anthropic'), api_key: KEY },
      gpt: { kind: 'openai-compatible', base_url: server.baseUrl('openai'), api_key: KEY },
    },
    ...changes,
  };
  return { models: settings };
}
