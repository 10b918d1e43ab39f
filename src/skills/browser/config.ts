/** The block of the browser. */
import { z } from 'zod';
import { block, count } from '../../config/index.ts';

export const config = block(
  'browser',
  'A browser that models drive: pages that need one, forms, shops. docs/browser.md says what it reaches and what it asks.',
  z
    .strictObject({
      enabled: z.boolean().default(false).describe('Needs Chromium. BROWSER_ENABLED overrides it.'),
      mode: z
        .enum(['docker', 'host'])
        .default('host')
        .describe(
          'Where Chromium runs. On the host it is this machine, as the user of coda, for development; docker is not there yet.',
        ),
      executable: z.string().min(1).max(1_000).default('/usr/bin/chromium').describe('Where Chromium is.'),
      max_sessions: count(1, 16).default(3).describe('Sessions at the same time.'),
      session_timeout_seconds: count(10, 3_600).default(300).describe('A session that nobody uses ends after this.'),
      connect_timeout_ms: count(1_000, 120_000)
        .default(15_000)
        .describe('How long Chromium may take to start, and a page to come.'),
      connect_retries: count(0, 10).default(3).describe('How often a start that fails is tried again.'),
      headless: z.boolean().default(true).describe('Whether it has no window.'),
      blocked: z
        .array(z.string().regex(/^[\w.-]{1,253}$/, { error: 'expected a host name such as ads.example' }))
        .max(1_000)
        .default([])
        .meta({ description: 'Hosts that it never reaches, with all below them.', example: ['ads.example'] }),
    })
    .refine(({ mode }) => mode === 'host', {
      path: ['mode'],
      error: 'expected host: a browser in a container is not there yet',
    })
    .prefault({}),
  [{ env: 'BROWSER_ENABLED', path: ['enabled'] }],
);

export type Settings = z.output<typeof config.schema>;
