/** The blocks of coda's own rooms. Skills and adapters bring their own. */

import { z } from 'zod';
import { LOG_LEVELS } from '../base/log.ts';
import { access } from './access.ts';
import { block } from './block.ts';
import { events } from './events.ts';
import { execution } from './execution.ts';
import { count, duration, locale, secret, url, wallTime, zone } from './fields.ts';
import { models } from './models.ts';

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
        description: "The time zone of people who have not set theirs; the host's when left out.",
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
