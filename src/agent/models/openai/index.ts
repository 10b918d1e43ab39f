import type OpenAI from 'openai';
import type { Model, ModelEvent, ModelRequest } from '../../inference/model.ts';
import { type Endpoint, type EndpointOptions, endpoint, withoutRefused } from '../endpoint.ts';
import { pageFault } from '../fault.ts';
import type { Watch } from '../watch.ts';
import { Reading } from './answer.ts';
import { dialectOf, openaiRequest } from './request.ts';

/** A model behind Chat Completions, or behind one of the many endpoints that speak it. One attempt a request. */
export function openaiModel(options: EndpointOptions): Model {
  let client: Promise<OpenAI> | undefined;
  return endpoint(options, async function* (request, watch, now) {
    client ??= connect(options);
    yield* speak((await client).withOptions({ fetch: watch.fetch }), request, now, watch);
  });
}

async function connect({ apiKey, baseUrl }: EndpointOptions): Promise<OpenAI> {
  const { default: Client } = await import('openai');
  return new Client({
    // Local endpoints want no key, but the client insists on one.
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: 0,
    // It would write raw answers to the terminal.
    logLevel: 'off',
  });
}

async function* speak(
  client: OpenAI,
  request: ModelRequest,
  options: Endpoint,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const dialect = dialectOf(options);
  const body = withoutRefused(openaiRequest(request, options, dialect), options.refuses);
  const reading = new Reading(options.name, dialect, watch);
  if (!options.stream) {
    yield* reading.whole(await client.chat.completions.create(body, { signal: watch.signal }));
    return;
  }
  const streaming = {
    ...body,
    stream: true as const,
    ...(dialect.streamOptions && !options.refuses.has('stream_options') && { stream_options: { include_usage: true } }),
  };
  const { data, response } = await client.chat.completions.create(streaming, { signal: watch.signal }).withResponse();
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('text/html')) throw pageFault(options.name);
  // Some endpoints do not stream, whatever they are asked.
  if (type.includes('application/json')) yield* reading.whole(await response.json());
  else yield* reading.streamed(data);
}
