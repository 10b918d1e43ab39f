/** The block of connectors: HTTP services that the owner describes in files beside the skills. */
import { z } from 'zod';
import { block } from '../../config/index.ts';

export const config = block(
  'connectors',
  'HTTP services for skills, each described in connectors/NAME.yaml beside them. docs/skills-platform.md says how.',
  z
    .strictObject({
      env: z
        .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }))
        .default([])
        .meta({
          description: 'Environment variables that secret:NAME may stand for where no secret of that name is set.',
          example: ['WEATHER_KEY'],
        }),
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;
