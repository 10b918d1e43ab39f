import { createHash } from 'node:crypto';
import { z } from 'zod';
import { faultsOf, inputWords } from '../../base/input.ts';
import { readYaml, type YamlNode } from '../../base/yaml.ts';
import { durationWithin, url } from '../../config/index.ts';

export const CONNECTOR_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** A value may hold `secret:KEY`, which is resolved at call time. */
const value = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[^\r\n\0]*$/, { error: 'expected one line' });

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'expected the name of a header' });

/** Headers that HTTP itself, or the egress client, sets. */
const OWN_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'trailer']);

const auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), token: value }),
  z.strictObject({ type: z.literal('basic'), username: value, password: value }),
  z.strictObject({ type: z.literal('header'), name: headerName, value }),
  z.strictObject({ type: z.literal('query'), name: z.string().min(1).max(100), value }),
]);

const definition = z.strictObject({
  type: z.literal('http'),
  description: z.string().min(1).max(500).optional(),
  base_url: url('https', 'http').refine((address) => !/[?#]/.test(address) && !/\/\/[^/]*@/.test(address), {
    error: 'expected an address without a query, a fragment or a user name',
  }),
  headers: z
    .record(headerName, value)
    .default({})
    .refine((headers) => Object.keys(headers).every((name) => !OWN_HEADERS.has(name.toLowerCase())), {
      error: 'expected no header that HTTP itself sets, such as Host',
    }),
  auth: auth.optional(),
  timeout: durationWithin('1s', '5m').prefault('30s'),
  /** Further tries of a request that only reads. */
  retries: z.int().min(0).max(5).default(2),
});

export type Definition = z.output<typeof definition>;

export interface Connector extends Definition {
  name: string;
  /** The folder beside which it stands: its `secrets/.env` is there. */
  root: string;
  /** Hash of the file; an approval binds to it. */
  hash: string;
}

const LIMITS = { depth: 8, nodes: 500, lexemes: 5_000 };

export function parseConnector(text: string): Definition | string {
  const { entries, problems } = readYaml(text, LIMITS);
  const [problem] = problems;
  if (problem)
    return `line ${problem.line}: ${problem.kind === 'syntax' ? problem.message : `it is not taken as YAML (${problem.kind})`}`;
  const read = definition.safeParse(mapOf(entries), { error: inputWords });
  return read.success ? read.data : faultsOf(read.error, 'the whole', 1);
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function mapOf(entries: YamlNode['entries']): Record<string, unknown> {
  return Object.fromEntries(
    entries.flatMap(({ key, value: node }) => (key === undefined ? [] : [[key, plainOf(node)]])),
  );
}

function plainOf(node: YamlNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'map') return mapOf(node.entries);
  return node.kind === 'list' ? node.items.map(plainOf) : node.scalar;
}

const SECRET_REFERENCE = /(?<![A-Za-z0-9_])secret:([A-Z_][A-Z0-9_]*)/g;

export function secretsIn({ headers, auth: own }: Pick<Definition, 'headers' | 'auth'>): string[] {
  const values = [...Object.values(headers), ...Object.values(own ?? {})];
  return [...new Set(values.flatMap((text) => [...text.matchAll(SECRET_REFERENCE)].map(([, name = '']) => name)))];
}

export function withSecrets(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(SECRET_REFERENCE, (whole, name: string) => values[name] ?? whole);
}

export function connectorTemplate({
  baseUrl = 'https://api.example.com',
  header,
  bearer,
  timeout = '30s',
  retries = 2,
}: {
  baseUrl?: string | undefined;
  header?: readonly string[] | undefined;
  bearer?: string | undefined;
  timeout?: string | undefined;
  retries?: number | undefined;
}): string {
  const headers = (header ?? []).map((each) => {
    const [, name = '', text = ''] = /^([^:\s]+)\s*:\s*(.*)$/s.exec(each) ?? [];
    return `  ${name}: ${JSON.stringify(text)}`;
  });
  return [
    'type: http',
    `base_url: ${baseUrl}`,
    ...(headers.length > 0 ? ['headers:', ...headers] : []),
    ...(bearer === undefined ? [] : ['auth:', '  type: bearer', `  token: secret:${bearer}`]),
    `timeout: ${timeout}`,
    `retries: ${retries}`,
    '',
  ].join('\n');
}
