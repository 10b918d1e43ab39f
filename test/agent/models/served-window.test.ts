/** The window that is configured beside the one with which a server serves the model. */
import { expect, test } from 'vitest';
import { checkProvider } from '../../../src/agent/index.ts';
import { type ModelSettings, Models } from '../../../src/agent/models/index.ts';
import { models as block } from '../../../src/config/models.ts';
import { type JsonRoutes, jsonServer } from '../../support/json-server.ts';
import { testWorld } from '../../support/world.ts';

async function check(routes: JsonRoutes, { name = 'local', tokens = 16_000 } = {}) {
  const { host, requests } = await jsonServer(routes);
  const provider = { kind: 'openai-compatible', base_url: `http://${host}/v1`, context_tokens: tokens };
  const settings = block.schema.parse({ default: `${name}/qwen3:8b`, providers: { [name]: provider } });
  const models = new Models({ settings: settings as ModelSettings, ...testWorld() });
  return { ...(await checkProvider(name, models, new AbortController().signal, 600_000)), requests };
}

const listOf = (owner: string, more = {}) => ({
  'GET /v1/models': { object: 'list', data: [{ id: 'qwen3:8b', object: 'model', owned_by: owner, ...more }] },
});
const OLLAMA = listOf('library');
const SHOWN = { capabilities: ['completion', 'tools'], model_info: { 'qwen3.context_length': 40_960 } };
const NONE_LOADED = { 'GET /api/ps': { models: [] } };

test.each<[string, JsonRoutes]>([
  [
    'Ollama, of what it has loaded',
    {
      ...OLLAMA,
      'POST /api/show': { ...SHOWN, parameters: 'num_ctx 32768' },
      'GET /api/ps': { models: [{ name: 'qwen3:8b', context_length: 4_096 }] },
    },
  ],
  [
    "Ollama, of the model's file",
    { ...OLLAMA, 'POST /api/show': { ...SHOWN, parameters: 'stop "<|im_end|>"\nnum_ctx      4096' }, ...NONE_LOADED },
  ],
  [
    'Ollama, of what it was trained for',
    { ...OLLAMA, 'POST /api/show': { ...SHOWN, model_info: { 'phi.context_length': 4_096 } }, ...NONE_LOADED },
  ],
  ['llama.cpp', { ...listOf('llamacpp'), 'GET /props': { default_generation_settings: { n_ctx: 4_096 } } }],
  ['llama.cpp, in its list', listOf('llamacpp', { meta: { n_ctx: 4_096, n_ctx_train: 131_072 } })],
  [
    'LM Studio, of what it has loaded',
    {
      ...listOf('organization_owner'),
      'GET /api/v0/models': {
        data: [{ id: 'qwen3:8b', state: 'loaded', max_context_length: 32_768, loaded_context_length: 4_096 }],
      },
    },
  ],
  [
    'LM Studio, of what the model can have',
    {
      ...listOf('organization_owner'),
      'GET /api/v0/models': { data: [{ id: 'qwen3:8b', state: 'not-loaded', max_context_length: 4_096 }] },
    },
  ],
  ['vLLM', listOf('vllm', { max_model_len: 4_096 })],
])('a window that is smaller than the configured one is told: %s', async (_service, routes) => {
  expect(await check(routes)).toMatchObject({
    ok: false,
    code: 'MODEL_WINDOW',
    says: 'qwen3:8b takes 4,096 tokens, and context_tokens says 16,000',
    remedy: 'Start it with a larger window, or set models.providers.local.context_tokens: 4096.',
  });
  expect(await check(routes, { tokens: 4_096 })).toMatchObject({ ok: true });
});

test.each<[string, JsonRoutes]>([
  ['has not loaded it', { ...OLLAMA, 'POST /api/show': SHOWN, ...NONE_LOADED }],
  ['knows no such paths', OLLAMA],
  ['answers something else', { ...listOf('llamacpp'), 'GET /props': ['no'] }],
  ['says 0', { ...listOf('llamacpp'), 'GET /props': { default_generation_settings: { n_ctx: 0 } } }],
])('a window that the service does not know is no fault: it %s', async (_case, routes) => {
  expect(await check(routes)).toMatchObject({ ok: true });
});

test('a service is known by the name of its provider, too, and nobody else is asked', async () => {
  const routes = { ...listOf('bartowski'), 'POST /api/show': SHOWN, ...NONE_LOADED };
  const { requests } = await check(routes, { name: 'ollama' });
  // Two of them are asked at once.
  expect(requests.sort()).toEqual(['GET /api/ps', 'GET /v1/models', 'POST /api/show']);
  expect((await check(routes)).requests).toEqual(['GET /v1/models']);
});

test('a router of llama.cpp loads no model for the question', async () => {
  const { requests } = await check(listOf('llamacpp'));
  expect(requests[1]).toBe('GET /props?model=qwen3%3A8b&autoload=false');
});
