import { z } from 'zod';
import { block, count, duration } from '../config/index.ts';

const inline = z.strictObject({
  name: z.string().min(1).max(128),
  description: z.string().min(1),
  instructions: z.string().min(1),
  source_path: z.string().optional().describe('The folder with its files; ~ is the home folder; empty: none.'),
  scripts: z.array(z.string().min(1)).max(100).default([]).describe('Files below scripts/ in that folder.'),
  references: z.array(z.string().min(1)).max(100).default([]).describe('Files below references/ in that folder.'),
});

const setting = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether it can be used at all.'),
  display: z.enum(['hidden', 'name', 'description', 'stream']).optional().meta({
    description: 'What is shown of its use: hidden, name, description or stream; what the skill says when left out.',
    example: 'name',
  }),
  description: z.string().min(1).optional().meta({
    description: 'What the model and people are told it is for, instead of what the skill says.',
    example: 'The weather at home and at work.',
  }),
});

export const config = block(
  'skills',
  'Agent skills: folders with a SKILL.md. Those in ~/.coda/skills and installed bundles are always read.',
  z
    .strictObject({
      agent_skill_dirs: z
        .array(z.string().min(1))
        .default(['~/.agent-skills'])
        .describe(
          'Folders that hold skills, at any depth; ~ is the home folder. A later one wins over an earlier one.',
        ),
      claude_skills: z
        .boolean()
        .default(false)
        .describe('Whether the skills in ~/.claude/skills and ./.claude/skills are read, too.'),
      inline: z
        .array(inline)
        .default([])
        .meta({
          description:
            'Skills that stand here: name, description, instructions; with files source_path, scripts, references.',
          example: [{ name: 'house-style', description: 'How we write to clients.', instructions: 'Write short.' }],
        }),
      settings: z.record(z.string().min(1), setting).default({}).meta({
        description: 'What is different for single skills, by their names.',
        example: 'weather',
      }),
      prompt_budget: count(0, 1_000_000)
        .default(1_000)
        .describe('Tokens that the list of skills may take in a prompt; the model searches for those left out.'),
      alone: z
        .strictObject({
          timeout: duration('5m').describe('How long such a skill may take.'),
          budget: z.number().min(0).optional().meta({
            description:
              'What one run may cost, in the currency of the prices; what is left for the answer when left out.',
            example: 0.5,
          }),
        })
        .prefault({})
        .describe('Skills that run as agents of their own (fork_agent).'),
      parallel: count(1, 16).default(4).describe('Steps of a run that may run side by side (docs/skills-platform.md).'),
      watch: z
        .boolean()
        .default(false)
        .describe('Whether the folders are watched, so that changes need no /rescan-skills.'),
      expose: z
        .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }))
        .default([])
        .meta({
          description: 'Environment variables that ${NAME} may stand for in the instructions of skills.',
          example: ['OFFICE_CITY'],
        }),
    })
    .prefault({}),
);

export type SkillsConfig = z.output<typeof config.schema>;
