/** The `execution` block: where code runs, and within which limits. */

import { z } from 'zod';
import { block } from './block.ts';
import { count, duration, durationWithin, size, url } from './fields.ts';

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
      network_enabled: z.boolean().default(false).describe('Refused when true: code has no network.'),
      timeout: duration('60s', 'seconds').describe('How long one program may run.'),
      sandbox_timeout: duration('5m', 'seconds').describe('How long a container lives with its files.'),
      max_sandbox_timeout: duration('1h', 'seconds').describe('The longest that may be asked for.'),
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
    .prefault({}),
  [
    { env: 'EXECUTION_ENABLED', path: ['enabled'] },
    { env: 'EXECUTION_DEFAULT_IMAGE', path: ['default_image'] },
  ],
);
