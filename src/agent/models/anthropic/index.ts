import type Anthropic from '@anthropic-ai/sdk';
import type { Model, ModelEvent, ModelRequest } from '../../inference/model.ts';
import { type Endpoint, type EndpointOptions, endpoint, endpointNow, withoutRefused } from '../endpoint.ts';
import { pageFault } from '../fault.ts';
import type { Watch } from '../watch.ts';
import { tokens } from '../wire.ts';
import { Reading, wholeAnswer } from './answer.ts';
import { anthropicRequest } from './request.ts';

/** Beyond that the estimate has to do. */
const COUNTED_WITHIN_MS = 3_000;

/** A model behind the Messages API. One attempt a request: who asks decides about the next. */
export function anthropicModel(options: EndpointOptions): Model {
  let connected: Promise<Anthropic> | undefined;
  const client = () => {
    connected ??= connect(options);
    return connected;
  };
  const model = endpoint(options, async function* (request, watch, now) {
    yield* speak((await client()).withOptions({ fetch: watch.fetch }), request, now, watch);
  });
  return { ...model, count: async (request, signal) => count(await client(), request, endpointNow(options), signal) };
}

async function count(client: Anthropic, request: ModelRequest, options: Endpoint, signal: AbortSignal) {
  const { max_tokens: _, ...body } = anthropicRequest(request, options);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(COUNTED_WITHIN_MS)]);
  const { input_tokens: told } = (await client.messages.countTokens(body, { signal: limit })) ?? {};
  const counted = tokens.parse(told);
  if (!counted) throw pageFault(options.name);
  return counted;
}

async function connect({ apiKey, baseUrl }: EndpointOptions): Promise<Anthropic> {
  const { default: Client } = await import('@anthropic-ai/sdk');
  return new Client({
    apiKey: apiKey ?? 'none',
    authToken: null,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    maxRetries: 0,
    // It would write raw answers to the terminal.
    logLevel: 'off',
  });
}

async function* speak(
  client: Anthropic,
  request: ModelRequest,
  options: Endpoint,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const body = withoutRefused(anthropicRequest(request, options), options.refuses);
  if (!options.stream) {
    yield* wholeAnswer(await client.messages.create(body, { signal: watch.signal }), options.name, watch);
    return;
  }
  const streaming = { ...body, stream: true as const };
  const { data, response } = await client.messages.create(streaming, { signal: watch.signal }).withResponse();
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('text/html')) throw pageFault(options.name);
  // Some endpoints do not stream, whatever they are asked.
  if (type.includes('application/json')) yield* wholeAnswer(await response.json(), options.name, watch);
  else yield* new Reading(options.name, watch).streamed(data);
}
