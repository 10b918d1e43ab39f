import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { SCOPES, type Scope } from '../../chat/index.ts';
import { block, count, duration, secret, size, url } from '../../config/index.ts';
import { prefixIn } from './prefix.ts';

const LISTEN = /^(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i;

export function addressOf(listen: string): { host: string; port: number } {
  const [, v6, name = '', port] = LISTEN.exec(listen) ?? [];
  return { host: v6 ?? name, port: Number(port) };
}

export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '::ffff:127.0.0.1' || (isIPv4(host) && host.startsWith('127.'))
  );
}

/** A request's own limits are not those of the answer, which may take as long as a turn. */
const timeouts = z
  .strictObject({
    header: duration('10s').describe('For the head of a request.'),
    request: duration('60s').describe('For a request with its body.'),
    idle: duration('75s').describe('Between two requests of one connection.'),
  })
  .prefault({})
  .describe('How long coda waits for a client; one that is slower is sent away.');

const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]];

const jwt = z
  .strictObject({
    alg: z.enum(['HS256', 'RS256', 'ES256']).meta({
      description: 'The one algorithm that is taken, whatever a token says.',
      example: 'HS256',
    }),
    issuer: z.string().min(1).meta({ description: 'What "iss" must be.', example: 'https://login.example.com' }),
    audience: z.string().min(1).meta({ description: 'What "aud" must hold.', example: 'coda' }),
    ...secret('secret', z.string().min(32, { error: 'expected at least 32 characters' }).optional(), {
      description: 'For HS256: what tokens are signed with.',
      file: 'coda_jwt_secret',
      example: '${CODA_JWT_SECRET:-an-example-of-at-least-32-characters}',
    }),
    jwks_url: url('https', 'http').optional().meta({
      description: 'For RS256 and ES256: where the keys of the issuer are. It is fetched as egress allows.',
      example: 'https://login.example.com/.well-known/jwks.json',
    }),
    roles_claim: z.string().min(1).max(200).optional().meta({
      description: 'The claim with the roles of its subject, which access names http-role:NAME.',
      example: 'realm_access.roles',
    }),
    scopes: z
      .array(z.enum(SCOPE_NAMES))
      .default(['messages', 'data'])
      .describe('What such tokens are good for; "scope" in a token narrows it.'),
  })
  .superRefine(({ alg, secret: shared, jwks_url: keys }, context) => {
    const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (alg === 'HS256' && shared === undefined) add('alg', 'needs secret or secret_file');
    if (alg !== 'HS256' && keys === undefined) add('alg', 'needs jwks_url');
  });

export type JwtConfig = z.output<typeof jwt>;

export const config = block(
  'http',
  'coda for programs, over HTTP (docs/http.md). The block, even an empty one, switches it on.',
  z
    .strictObject({
      listen: z
        .string()
        .refine((text) => LISTEN.test(text) && addressOf(text).port <= 65_535, {
          error: 'expected an address and a port such as 127.0.0.1:8321',
        })
        .default('127.0.0.1:8321')
        .describe('Where it is served. CODA_HTTP_LISTEN overrides it.'),
      url: url('https', 'http')
        .refine((text) => prefixIn(text) !== undefined, {
          error:
            'expected an address whose path, if it has one, is up to 64 letters, digits and "-", ".", "_", "~" between single slashes, such as https://example.com/coda',
        })
        .optional()
        .meta({
          description:
            'Where people reach it in a browser, when that is a proxy in front of it: "coda open" links there. It may have a path.',
          example: 'https://coda.example.com',
        }),
      ingress: z.union([z.ipv4(), z.ipv6()], { error: 'expected an address such as 172.30.32.2' }).optional().meta({
        description:
          "Address of Home Assistant's supervisor, which alone names the path and the user of a request (docs/containers.md). CODA_HTTP_INGRESS overrides it.",
        example: '172.30.32.2',
      }),
      public: z
        .boolean()
        .default(false)
        .describe(
          'Whether other machines may reach it: any address but a loopback one needs this, and authentication. CODA_HTTP_PUBLIC overrides it.',
        ),
      tokens: z.boolean().default(true).describe('Whether the tokens of "coda tokens add" are taken.'),
      jwt: jwt.optional().describe('Tokens of an issuer: "sub" is an account http:SUB, which access lets in.'),
      cors: z
        .array(z.string().regex(/^https?:\/\/[^/\s]+$/, { error: 'expected an origin such as https://example.com' }))
        .max(50)
        .default([])
        .meta({ description: 'Origins whose pages may use it.', example: ['https://home.example.com'] }),
      idempotency_ttl: duration('7d', 's').describe(
        'How long an Idempotency-Key of what programs write counts, at most 7d.',
      ),
      attachment_max_size: size('10m', 1_024).describe('The largest attachment that a webhook brings, decoded.'),
      body_limit: size('10m', 1_024).describe('The largest body of a request.'),
      max_connections: count(1, 100_000).default(2_000).describe('Connections at the same time.'),
      timeouts,
    })
    .superRefine(({ listen, public: isPublic, tokens, jwt: issuer }, context) => {
      if (!LISTEN.test(listen) || isLoopback(addressOf(listen).host)) return;
      const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
      if (!isPublic) add('listen', 'is reached from other machines, which http.public must allow');
      if (!tokens && issuer === undefined)
        add('tokens', 'cannot be off on an address that other machines reach, where nothing else says who asks');
    })
    .optional(),
  [
    { env: 'CODA_HTTP_LISTEN', path: ['listen'] },
    { env: 'CODA_HTTP_PUBLIC', path: ['public'] },
    { env: 'CODA_HTTP_INGRESS', path: ['ingress'] },
  ],
);

export type HttpConfig = NonNullable<z.output<typeof config.schema>>;
