import { z } from 'zod';
import { block, duration, secret, secretText, url } from '../../config/index.ts';

const EFFECTS = ['fetch', 'external', 'dangerous'] as const;

const text = z.string().min(1).max(4_096);
const values = (description: string, example: Record<string, string>) =>
  z
    .record(z.string().regex(/^[\w-]{1,100}$/), secretText().meta({ secret: true }))
    .default({})
    .meta({ description, example });

const oauth = z
  .strictObject({
    sign_in: z
      .boolean()
      .default(false)
      .describe('A person signs in at a page, with "coda mcp login NAME". Else coda asks with its own secret.'),
    issuer: url('https', 'http').optional().meta({
      description:
        'Who gives out the tokens; its origin is the only other one that is reached, and yours to choose. With sign_in: the server itself when left out.',
      example: 'https://auth.example.com',
    }),
    client_id: text.optional().meta({
      description: 'As whom coda asks for them. With sign_in it is registered at the issuer when left out.',
      example: 'coda',
    }),
    ...secret('client_secret', secretText().optional(), {
      description: 'Its secret.',
      file: 'mcp_client_secret',
      example: '${MCP_CLIENT_SECRET:-example}',
    }),
    scope: text.optional().meta({ description: 'What they are to be good for.', example: 'tools:read' }),
  })
  .superRefine(({ sign_in: signsIn, issuer, client_id: id, client_secret: own }, context) => {
    if (signsIn) return;
    for (const [path, value] of Object.entries({ issuer, client_id: id, client_secret: own })) {
      if (value === undefined)
        context.addIssue({ code: 'custom', path: [path], message: 'is missing (or sign_in: true)' });
    }
  });

const server = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether it is used.'),
    command: text.optional().meta({ description: 'The program that is the server, over stdio.', example: 'node' }),
    args: z
      .array(text)
      .max(100)
      .default([])
      .meta({ description: 'Its arguments.', example: ['/srv/mcp/index.js'] }),
    env: values('Added to its environment, which is otherwise nearly empty. Hidden wherever values are shown.', {
      API_KEY: '${MCP_API_KEY:-example}',
    }),
    image: text.optional().meta({
      description: 'The image of its container, instead of execution.default_image.',
      example: 'node:24-slim',
    }),
    host: z
      .boolean()
      .default(false)
      .describe('Runs the program on this machine, outside of any container: only what you would install yourself.'),
    url: url('https', 'http').optional().meta({
      description: 'Where it is, over streamable HTTP. Yours to choose: it may be on your own network.',
      example: 'https://api.githubcopilot.com/mcp/',
    }),
    headers: values('Sent with each request: its key. Hidden wherever values are shown.', {
      Authorization: 'Bearer ${GITHUB_TOKEN:-ghp_example}',
    }),
    oauth: oauth.optional().describe('Tokens of an issuer instead of a key: client credentials, or a person signs in.'),
    tools: z
      .array(text)
      .max(200)
      .optional()
      .meta({ description: 'Only these of its tools.', example: ['get_issue', 'list_issues'] }),
    effects: z
      .record(z.string(), z.enum(EFFECTS))
      .default({})
      .meta({
        description: 'What a tool may do, where its server says it wrong: fetch, external or dangerous.',
        example: { get_issue: 'fetch' },
      }),
    timeout: duration('60s', 'ms').describe('How long one call may take.'),
  })
  .refine(({ command, url: address }) => (command === undefined) !== (address === undefined), {
    error: 'expected either command (a program) or url (a service)',
  });

export const config = block(
  'mcp',
  'Tools of others over the Model Context Protocol. docs/mcp.md says how they are held in.',
  z
    .strictObject({
      servers: z
        .record(
          z
            .string()
            .regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'expected a short name of lower-case letters, digits and -' })
            .refine((name) => name !== 'mcp', { error: 'expected another name than mcp' }),
          server,
        )
        .default({})
        .meta({ description: 'By a name of your choice, which begins the names of their tools.', example: 'github' }),
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;
export type ServerSettings = Settings['servers'][string];
