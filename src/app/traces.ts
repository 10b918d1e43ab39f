import type { Closer } from '../base/async.ts';
import { Spans } from '../base/spans.ts';
import type { World } from '../base/world.ts';

/**
 * The world with spans, where the environment names a collector as OpenTelemetry has it (`OTEL_EXPORTER_OTLP_ENDPOINT` …);
 * else as it is, and nothing is loaded.
 */
export async function traced(world: World, version: string, closer: Closer): Promise<World> {
  const { env, log, clock, secrets } = world;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim().replace(/\/+$/, '');
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim() || (base && `${base}/v1/traces`);
  if (!url || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return world;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    log.warn({}, 'traces are off: OTEL_EXPORTER_OTLP_ENDPOINT is no address such as http://127.0.0.1:4318');
    return world;
  }
  const headers = headersOf(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? '');
  for (const value of Object.values(headers)) secrets.add(value);
  const { Collector } = await import('./otlp.ts');
  const service = env.OTEL_SERVICE_NAME?.trim() || 'coda';
  const collector = new Collector({ url, headers, service, version, log, clock });
  closer.onClose('traces', () => collector.close());
  return { ...world, spans: new Spans(clock, collector.take) };
}

/** `name=value,name=value`, the values as in a URL. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [, name, value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return name === undefined ? [] : [[name, decoded(value)] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
