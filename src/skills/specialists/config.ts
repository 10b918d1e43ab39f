import { z } from 'zod';
import { block, type Config, count, durationWithin } from '../../config/index.ts';
import { LIMITS } from './specialist.ts';

const tool = z.string().min(1).max(64);

const override = z
  .strictObject({
    enabled: z.boolean().optional().meta({ description: 'Whether it can be used at all.', example: true }),
    system_prompt: z.string().min(1).max(LIMITS.soul).optional().meta({
      description: 'What it is told, instead of its soul.md. The rules that come before stay.',
      example: 'You research trains, and nothing else.',
    }),
    allowed_tools: z
      .array(tool)
      .max(LIMITS.tools)
      .optional()
      .meta({
        description: 'The tools that it may use, instead of its tools.md.',
        example: ['web_search', 'web_fetch'],
      }),
    blocked_tools: z
      .array(tool)
      .max(LIMITS.tools)
      .optional()
      .meta({ description: 'Tools of its list that it may not use after all.', example: ['web_fetch'] }),
    default_model: z.string().min(1).max(200).nullable().optional().meta({
      description: 'The model that it thinks with: default, light, heavy, or a name; null: heavy.',
      example: 'light',
      model: 'tier',
    }),
    default_provider: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .optional()
      .meta({ description: 'The provider of that model, where it is a name.', example: 'anthropic' }),
    token_budget: count(1_000, 10_000_000).nullable().optional().meta({
      description: 'Tokens that one task may take, read and written together; null: 50,000.',
      example: 80_000,
    }),
    max_tool_calls: count(1, 1_000).nullable().optional().meta({
      description: 'Tool calls that one task may take; null: 25.',
      example: 25,
    }),
    sandbox_timeout: durationWithin('1s', '1h').nullable().optional().meta({
      description: 'How long a container lives that it opens, at most 1h; null: execution.sandbox_timeout.',
      example: '20m',
    }),
    skills: z
      .array(z.string().min(1).max(128))
      .max(100)
      .optional()
      .meta({
        description: 'The agent skills that it may use, instead of those that are marked for it.',
        example: ['web-research'],
      }),
  })
  .describe('What is different for a specialist, by its name.');

export type Override = z.output<typeof override>;

export const config = block(
  'specialists',
  'Specialists: folders with a soul.md, a tools.md and a config.yaml that work on parts of a request.',
  z
    .object({
      dirs: z
        .array(z.string().min(1))
        .default(['~/.coda/agents'])
        .describe(
          'Folders that hold specialists beside those that ship with coda; a later one wins over an earlier one.',
        ),
    })
    .catchall(override)
    .meta({ example: 'research' })
    .prefault({}),
);

export type SpecialistsConfig = z.output<typeof config.schema>;

export function overridesIn({ dirs: _, ...named }: SpecialistsConfig): Readonly<Record<string, Override>> {
  return named as Record<string, Override>;
}

/** The agent skills that the configuration names for specialists, by specialist. */
export function chosenIn(whole: Config): ReadonlyMap<string, ReadonlySet<string>> {
  const named = Object.entries(overridesIn(whole.block(config)));
  return new Map(named.flatMap(([name, { skills }]) => (skills ? [[name, new Set(skills)] as const] : [])));
}
