import { describe, expect, test } from 'vitest';
import { offlineModel } from '../../../src/agent/index.ts';
import { anthropicModel } from '../../../src/agent/models/anthropic/index.ts';
import { openaiModel } from '../../../src/agent/models/openai/index.ts';
import { all, faultIn, modelContract, request } from '../../support/model-contract.ts';

for (const stream of [true, false]) {
  modelContract('anthropic', {
    api: 'anthropic',
    stream,
    open: (options) => anthropicModel(named('anthropic/claude-test', { stream, ...options })),
  });
  modelContract('openai-compatible', {
    api: 'openai',
    stream,
    open: (options) => openaiModel(named('openai/gpt-test', { stream, ...options })),
  });
}

describe('the model that needs no model', () => {
  test('ends with its stop, and does not begin once it was stopped', async () => {
    const model = offlineModel([]);
    expect((await all(model)).at(-1)).toEqual({ type: 'stop', reason: 'end' });
    expect((await faultIn(all(model, request(), AbortSignal.abort()))).fault).toBe('cancelled');
  });
});

function named<T extends { baseUrl: string; apiKey: string; silenceMs?: number; sees?: boolean }>(
  name: string,
  options: T,
) {
  return { name, model: name.split('/')[1] ?? '', stream: true, silenceMs: 30_000, sees: true, ...options };
}
