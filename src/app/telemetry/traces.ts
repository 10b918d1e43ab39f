import type { Closer } from '../../base/async.ts';
import { Spans } from '../../base/spans.ts';
import { isUrl, stripEnd } from '../../base/text.ts';
import type { World } from '../../base/world.ts';

/**
 * The world with spans, where the environment names a collector as OpenTelemetry has it (`OTEL_EXPORTER_OTLP_ENDPOINT` …);
 * else as it is, and nothing is loaded.
 */
export async function withSpans(world: World, version: string, closer: Closer): Promise<World> {
  const { env, log, clock, secrets } = world;
  const base = stripEnd(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '', '/ ').trim();
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim() || (base && `${base}/v1/traces`);
  if (!url || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return world;
  if (!isUrl(url) || !/^https?:/.test(url)) {
    log.warn({}, 'traces are off: OTEL_EXPORTER_OTLP_ENDPOINT is no address such as http://127.0.0.1:4318');
    return world;
  }
  const configuredHeaders = headersOf(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? '');
  const { bare, credentials } = withoutCredentials(new URL(url));
  const headers = { ...(credentials && { authorization: basic(credentials) }), ...configuredHeaders };
  if (credentials) secrets.add(credentials.password);
  for (const value of Object.values(headers)) secrets.add(value);
  const { Collector } = await import('./otlp.ts');
  const service = env.OTEL_SERVICE_NAME?.trim() || 'coda';
  const collector = new Collector({ url: bare, headers, service, version, log, clock });
  const spans = new Spans(clock, collector.take);
  closer.onClose('traces', () => {
    spans.close();
    return collector.close();
  });
  return { ...world, spans };
}

interface Credentials {
  user: string;
  password: string;
}

/** `fetch` takes no address with a name and a password in it, and its error would show them. */
function withoutCredentials(url: URL): { bare: string; credentials: Credentials | undefined } {
  const credentials = { user: decodePart(url.username), password: decodePart(url.password) };
  url.username = '';
  url.password = '';
  const isThere = credentials.user !== '' || credentials.password !== '';
  return { bare: url.href, credentials: isThere ? credentials : undefined };
}

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** `name=value,name=value`, the values as in a URL. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    const isName = value.length > 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(name.trim());
    return isName ? [[name.trim().toLowerCase(), decodePart(value.join('=').trim())] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function decodePart(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
