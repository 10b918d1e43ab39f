/** The blocks of coda's own rooms. Skills and adapters bring their own. */
import { z } from 'zod';
import { LOG_LEVELS } from '../base/log.ts';
import { access } from './access.ts';
import { block } from './block.ts';
import { count, duration, durationWithin, locale, secret, size, url, wallTime, zone } from './fields.ts';
import { models } from './models.ts';

// The block of events: which programs hear what happens.

const EVENT_NAMES = [
  'reminder.due',
  'turn.failed',
  'approval.waiting',
  'skill.degraded',
  'dead_letter',
  'job.dead',
  'improvement.run',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

const target = z.strictObject({
  url: url('https', 'http').meta({
    description: 'Where they are posted to, as JSON; reached as the block egress says.',
    example: 'https://example.com/coda',
  }),
  ...secret('secret', z.string().min(16, { error: 'expected at least 16 characters' }), {
    description: 'What they are signed with: HMAC-SHA256 in the header Coda-Signature (docs/webhooks.md).',
    file: 'events_secret',
    example: '${EVENTS_SECRET:-at-least-16-characters}',
  }),
  events: z
    .array(z.enum(EVENT_NAMES))
    .min(1)
    .default([...EVENT_NAMES])
    .describe('Which of them; all when left out.'),
});

const events = block(
  'events',
  'Programs that are told what happens. docs/webhooks.md says what is sent and how it is signed.',
  z
    .strictObject({
      targets: z
        .record(
          z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected lower-case letters, digits and -' }),
          target,
        )
        .default({})
        .meta({ description: 'By a name of your choice.', example: 'home' }),
    })
    .prefault({}),
);

const MB = 1024 * 1024;
const LEAST_MEMORY = 64 * MB;

const image = z.string().min(1).max(512);

export const execution = block(
  'execution',
  'Running code, in locked-down containers only. docs/sandbox.md says what is promised.',
  z
    .strictObject({
      enabled: z.boolean().default(false).describe('Needs Docker. EXECUTION_ENABLED overrides it.'),
      docker_socket: z
        .string()
        .min(1)
        .default('/var/run/docker.sock')
        .describe(
          'Where Docker or a proxy of its socket listens: a path, unix://, tcp://host:port or ssh://user@host.',
        ),
      docker_tls: z.string().min(1).optional().meta({
        description: 'A folder with ca.pem, cert.pem and key.pem, for tcp://.',
        example: '/etc/coda/docker',
      }),
      default_image: image
        .default('python:3.12-slim')
        .describe('The image that code runs in. EXECUTION_DEFAULT_IMAGE overrides it.'),
      allowed_images: z
        .array(image)
        .max(100)
        .default(['python:*', 'node:*', 'ubuntu:*', 'alpine:*'])
        .describe('Images that may be used. * stands for any tag, or for any part of a name; the registry must match.'),
      pull: z.boolean().default(false).describe('Whether an allowed image that is missing is pulled.'),
      runtime: z.enum(['runc', 'runsc']).default('runc').describe('runsc is gVisor, where Docker has it.'),
      network_enabled: z
        .boolean()
        .default(false)
        .describe(
          'Whether code reaches allowed_hosts, through a proxy of coda’s and nothing else; without it no network.',
        ),
      allowed_hosts: z
        .array(
          z.string().regex(/^(?:\*\.)?[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}$/, {
            error: 'expected a host name such as pypi.org or *.example.com',
          }),
        )
        .max(200)
        .default([])
        .meta({
          description:
            'Hosts that code may reach with network_enabled, by HTTP and HTTPS; *. stands for all names below one.',
          example: ['pypi.org', 'files.pythonhosted.org'],
        }),
      max_network_size: size('50m', 1_024).describe('Bytes that the code of one container may send and receive.'),
      timeout: duration('60s', 's').describe('How long one program may run.'),
      sandbox_timeout: duration('5m', 's').describe('How long a container lives with its files.'),
      max_sandbox_timeout: duration('1h', 's').describe('The longest that may be asked for.'),
      sandbox_timeouts: z
        .record(z.string().min(1).max(200), durationWithin('1s', '1h'))
        .default({})
        .meta({
          description:
            'sandbox_timeout of single conversations (discord:123), before that of a specialist; at most 1h.',
          example: { 'discord:123': '30m' },
        }),
      max_concurrent: count(1, 64).default(4).describe('Containers at the same time; others wait in order.'),
      lasting: z
        .array(z.string().min(1).max(200))
        .max(1_000)
        .default([])
        .meta({
          description:
            'Conversations (discord:123) and skills, by name, whose files stay for max_sandbox_timeout instead of going with the answer.',
          example: ['discord:123'],
        }),
      warm: count(0, 1)
        .default(1)
        .describe('1: one container of the default image waits for the next use, until 10 minutes without any.'),
      max_memory: size('512m', LEAST_MEMORY).describe('The memory of a container, its files included.'),
      disk: size('256m', MB).describe('What its files may use, half of it for its output.'),
      cpus: z.number().min(0.1).max(64).default(1).describe('Processors that it may use.'),
      pids: count(16, 4_096).default(128).describe('Processes and threads that it may have.'),
      max_output_size: size(52_428_800, 1_024).describe(
        'Bytes that one program may write, and that are taken of its files.',
      ),
      build: z
        .strictObject({
          network: z
            .enum(['bridge', 'host', 'none'])
            .default('bridge')
            .describe("Docker's network that the steps of a build may use."),
          pip_index: url('https', 'http').optional().meta({
            description:
              'The index that packages come from, instead of pypi.org. Without a password: it stays in the image.',
            example: 'https://pypi.example.com/simple',
          }),
          allow_urls: z
            .boolean()
            .default(false)
            .describe('Whether a skill may name packages by URL instead of by name.'),
        })
        .describe('Images of skills, which `coda skills images` builds.')
        .prefault({}),
    })
    .refine(({ max_memory, disk }) => max_memory < LEAST_MEMORY || disk * 1.5 + 8 * MB <= max_memory, {
      path: ['disk'],
      error: 'expected at most two thirds of max_memory: files are kept in memory',
    })
    .refine(({ network_enabled: isOn, allowed_hosts: hosts }) => !isOn || hosts.length > 0, {
      path: ['allowed_hosts'],
      error: 'expected at least one host with network_enabled: code reaches these and no others',
    })
    .refine(({ network_enabled: isOn, runtime }) => !isOn || runtime !== 'runsc', {
      path: ['network_enabled'],
      error: 'expected false with runtime: runsc, whose containers share no loopback',
    })
    .prefault({}),
  [
    { env: 'EXECUTION_ENABLED', path: ['enabled'] },
    { env: 'EXECUTION_DEFAULT_IMAGE', path: ['default_image'] },
  ],
);

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const assistant = block(
  'assistant',
  'Who the assistant is, and where and how its people live unless they say otherwise.',
  z
    .strictObject({
      name: z.string().min(1).max(60).default('coda').describe('The name it answers to.'),
      soul: z
        .string()
        .min(1)
        .default('config/soul.md')
        .describe('A Markdown file that says how it speaks and behaves; read again when it changes.'),
      zone: zone().optional().meta({
        description:
          "The time zone of people who have not set theirs; the host's when left out, UTC where its TZ names none.",
        example: 'Europe/Berlin',
      }),
      locale: locale().optional().meta({
        description: "How dates such as 3/4 are read; the zone's country decides when left out.",
        example: 'en-GB',
      }),
    })
    .prefault({}),
);

const postgres = url('postgres', 'postgresql');

const storage = block(
  'storage',
  'Where everything is kept. Without a url, a PostgreSQL embedded in coda keeps it in the data folder.',
  z
    .strictObject({
      ...secret('url', postgres.optional(), {
        description: 'A PostgreSQL 15 or newer. DATABASE_URL overrides it.',
        file: 'database_url',
        example: 'postgres://coda:${POSTGRES_PASSWORD:-secret}@localhost:5432/coda',
        secret: 'url',
      }),
      direct_url: postgres.optional().meta({
        description: 'An address that bypasses a transaction pooler, for LISTEN.',
        example: 'postgres://coda:${POSTGRES_PASSWORD:-secret}@localhost:5432/coda',
        secret: 'url',
      }),
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: 'expected lower-case letters, digits and _' })
        .default('public')
        .describe("The schema that holds coda's tables."),
      connect_timeout: duration('30s').describe('How long a start tries to reach the database before it gives up.'),
      pool: count(2, 200).default(10).describe('The most connections that one process opens.'),
    })
    .prefault({}),
  [{ env: 'DATABASE_URL', path: ['url'] }],
);

const redis = block(
  'redis',
  'Hints between several coda processes, so that one notices sooner what another did. Not needed for one.',
  z
    .strictObject({
      ...secret('url', url('redis', 'rediss'), {
        description: 'REDIS_URL overrides it.',
        file: 'redis_url',
        example: 'redis://localhost:6379',
        secret: 'url',
      }),
    })
    .optional(),
  [{ env: 'REDIS_URL', path: ['url'] }],
);

const log = block(
  'log',
  'What coda writes about itself, as JSON lines on stderr.',
  z
    .strictObject({
      level: z
        .enum(LOG_LEVELS)
        .default('info')
        .describe('The least important lines shown. CODA_LOG_LEVEL overrides it.'),
    })
    .prefault({}),
  [{ env: 'CODA_LOG_LEVEL', path: ['level'] }],
);

const delivery = block(
  'delivery',
  'How messages are worked on.',
  z
    .strictObject({
      concurrency: count(1, 1_000)
        .default(16)
        .describe(
          'Conversations that are worked on at the same time; those that wait for a model are not counted, up to 16 times as many.',
        ),
      queue_limit: count(1, 100_000).default(50).describe('Messages that may wait in one conversation.'),
      rate_limit: count(0, 100_000)
        .optional()
        .meta({ description: 'Read for this version only: say access.rate_limit instead.', example: 60 }),
      max_age: duration('24h').describe('Older messages are not answered out of the blue.'),
      steer: z
        .boolean()
        .default(true)
        .describe("Whether the asker's further messages join the answer that is being worked on, or wait their turn."),
      turn_timeout: duration('10m').describe('The longest that one answer may take.'),
      max_tool_calls: count(1, 1_000).default(25).describe('The most tools that one answer may use.'),
    })
    .prefault({}),
);

const dayParts = z
  .strictObject({
    early: wallTime('07:00').describe('"early tomorrow"'),
    morning: wallTime('09:00').describe('"tomorrow morning"'),
    lunch: wallTime('12:30').describe('"at lunchtime"'),
    noon: wallTime('12:00').describe('"at noon"'),
    afternoon: wallTime('15:00').describe('"this afternoon"'),
    end_of_day: wallTime('17:00').describe('"by end of day", "EOD", "close of business"'),
    evening: wallTime('19:00').describe('"tomorrow evening"'),
    tonight: wallTime('20:00').describe('"tonight"'),
    late: wallTime('22:00').describe('"late tonight"'),
    date: wallTime('09:00').describe('A date without a time.'),
    weekend: wallTime('10:00').describe('"this weekend", on Saturday.'),
  })
  .prefault({});

const time = block(
  'time',
  'What people mean by words about time.',
  z
    .strictObject({
      week_start: z.enum(WEEKDAYS).default('monday').describe('The first day of a week.'),
      day_parts: dayParts.describe('The times of day that words stand for.'),
      waking: z
        .strictObject({
          from: wallTime('07:00').describe('When the day begins.'),
          to: wallTime('22:00').describe('When it ends.'),
        })
        .prefault({})
        .describe('The hours in which a bare "at 8" is expected to lie.'),
    })
    .prefault({}),
);

const egress = block(
  'egress',
  'What is fetched from addresses that others chose: files, pages. Only public addresses are reached.',
  z
    .strictObject({
      ports: z
        .array(count(1, 65_535))
        .min(1)
        .max(50)
        .default([80, 443, 8080, 8443])
        .describe('The ports of public addresses that are connected to.'),
      i_understand_private: z
        .array(
          z.strictObject({
            network: z.union([z.cidrv4(), z.cidrv6()], { error: 'expected a network such as 192.168.1.20/32' }),
            port: count(1, 65_535).optional(),
          }),
        )
        .max(50)
        .default([])
        .meta({
          description:
            'Networks that are not public and may be reached all the same. Whoever can send coda an address can then ' +
            'reach them through it: name single addresses, with their port.',
          example: [{ network: '192.168.1.20/32', port: 8123 }],
        }),
    })
    .prefault({}),
);

/** In the order in which the example file shows them. */
export const CORE_BLOCKS = [
  assistant,
  access,
  models,
  storage,
  redis,
  log,
  delivery,
  time,
  egress,
  events,
  execution,
] as const;

/** The values of coda's own blocks, by their keys; durations are in milliseconds. */
export type CoreValues = {
  readonly [B in (typeof CORE_BLOCKS)[number] as B['key']]: z.output<B['schema']>;
};
