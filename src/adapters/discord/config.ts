import { z } from 'zod';
import { block, count, duration, secret, secretText, url } from '../../config/index.ts';

/** Ids are longer than a number can hold exactly, so they are text, quoted or not. */
const snowflake = z.string().regex(/^\d{5,25}$/, { error: 'expected an id of digits, such as 123456789012345678' });

export const config = block(
  'discord',
  'coda in Discord. The block, or DISCORD_TOKEN, switches it on.',
  z
    .strictObject({
      ...secret('token', secretText(), {
        description: "The bot's token. DISCORD_TOKEN overrides it.",
        file: 'discord_token',
        example: '${DISCORD_TOKEN:-example-token}',
      }),
      api_url: url('http', 'https').optional().meta({
        description: "Discord's REST address, for a proxy.",
        example: 'https://discord.com/api',
      }),
      guilds: z
        .array(snowflake)
        .default([])
        .meta({ description: 'Only in these servers; everywhere when empty.', example: ['123456789012345678'] }),
      mention_required: z
        .union([z.boolean(), z.record(snowflake, z.boolean())], {
          error: 'expected true, false, or true/false for each channel id',
        })
        .default(true)
        .describe('Whether it must be mentioned in channels: true, false, or a true/false per channel id.'),
      dm: z.boolean().default(true).describe('Whether it answers direct messages.'),
      threads: z
        .union([z.boolean(), z.record(snowflake, z.boolean())], {
          error: 'expected true, false, or true/false for each channel id',
        })
        .default(false)
        .describe('Whether each question in a channel gets a thread: true, false, or a true/false per channel id.'),
      bots: z.boolean().default(false).describe('Whether it answers other bots and webhooks.'),
      commands: z
        .enum(['global', 'guilds'])
        .default('global')
        .describe('Where slash commands appear: everywhere, or (at once, for development) only in `guilds`.'),
      max_file_mb: count(1, 500).default(10).describe('Larger attachments are not taken.'),
      look_back: duration('24h').describe('Messages that were missed while coda was off are answered up to this age.'),
      look_back_messages: count(1, 1_000).default(100).describe('The most that are looked at in each conversation.'),
      status: z.string().max(128).optional().meta({ description: 'What its status says.', example: '/help' }),
    })
    .optional(),
  [{ env: 'DISCORD_TOKEN', path: ['token'] }],
);

export type DiscordConfig = NonNullable<z.output<typeof config.schema>>;
