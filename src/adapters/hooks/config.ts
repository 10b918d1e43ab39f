import { z } from 'zod';
import { block, secret, url } from '../../config/index.ts';

/** Text with `{{text}}` and the like in it. */
const filled = z.string().min(1).max(2_000);

const hook = z.strictObject({
  url: url('https', 'http').meta({
    description: 'Where it is posted to; reached as the block egress says.',
    example: 'https://ntfy.sh/a-topic-of-your-own',
  }),
  headers: z
    .record(z.string().regex(/^[a-z0-9-]{1,64}$/, { error: 'expected lower-case letters, digits and -' }), filled)
    .default({})
    .meta({ description: 'Further headers, in lower case.', example: { title: 'coda' } }),
  body: z
    .union([filled, z.record(z.string().min(1).max(100), z.union([filled, z.number(), z.boolean()]))])
    .default('{{text}}')
    .describe('Words, or fields that are sent as JSON. {{text}} stands for what is told, {{kind}} for its kind.'),
  ...secret('token', z.string().min(1).optional(), {
    description: 'Sent as Authorization: Bearer.',
    file: 'hook_token',
    example: '${NTFY_TOKEN:-tk_example}',
  }),
});

export type Hook = z.output<typeof hook>;

export const config = block(
  'targets',
  'Services that what people plan can be told through. docs/targets.md says how.',
  z
    .strictObject({
      hooks: z
        .record(
          z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected lower-case letters, digits and -' }),
          hook,
        )
        .default({})
        .meta({ description: 'By a name of your choice.', example: 'ntfy' }),
    })
    .prefault({}),
);

export type HooksConfig = z.output<typeof config.schema>;
