import { z } from 'zod';
import { block, count, durationWithin } from '../../config/index.ts';

export const config = block(
  'browser',
  'A browser that models drive: pages that need one, forms, shops. docs/browser.md says what it reaches and what it asks.',
  z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Needs Docker, or Chromium in host mode. BROWSER_ENABLED overrides it.'),
      mode: z
        .enum(['docker', 'host'])
        .default('docker')
        .describe(
          'Where Chromium runs: in a container without a network (execution.docker_socket), or on this machine as the user of coda, which is for development.',
        ),
      image: z
        .string()
        .min(1)
        .max(512)
        .default('coda-browser-sandbox')
        .describe('The image of the container; `coda browser image` builds it. BROWSER_IMAGE overrides it.'),
      sandbox_network: z
        .string()
        .min(1)
        .max(128)
        .default('coda-browser-sandbox')
        .describe(
          'Not used: the container has no network at all. It is accepted so that a configuration that names one is valid.',
        ),
      executable: z
        .string()
        .min(1)
        .max(1_000)
        .default('/usr/bin/chromium')
        .describe('Where Chromium is, in host mode.'),
      max_sessions: count(1, 16).default(3).describe('Sessions at the same time.'),
      session_timeout: durationWithin('10s', '1h')
        .prefault('5m')
        .describe('A session that nobody uses ends after this, from 10s to 1h; it outlives the answer until then.'),
      connect_timeout_ms: count(1_000, 120_000)
        .default(15_000)
        .describe('How long Chromium may take to start, and a page to come.'),
      connect_retries: count(0, 10).default(3).describe('How often a start that fails is tried again.'),
      headless: z.boolean().default(true).describe('Whether it has no window, in host mode.'),
      blocked: z
        .array(z.string().regex(/^[\w.-]{1,253}$/, { error: 'expected a host name such as ads.example' }))
        .max(1_000)
        .default([])
        .meta({ description: 'Hosts that it never reaches, with all below them.', example: ['ads.example'] }),
    })
    .prefault({}),
  [
    { env: 'BROWSER_ENABLED', path: ['enabled'] },
    { env: 'BROWSER_IMAGE', path: ['image'] },
  ],
);

export type Settings = z.output<typeof config.schema>;
