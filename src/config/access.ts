import { z } from 'zod';
import { block } from './block.ts';
import { count, duration, secret, secretText } from './fields.ts';

const identity = z
  .string()
  .regex(/^[a-z][a-z-]*:\S+$/, { error: 'expected a platform and an id, such as discord:123456789012345678' });

const pattern = z
  .string()
  .max(200)
  .regex(/^(\*|[a-z0-9][a-z0-9_-]*(\/(\*|[a-z0-9][a-z0-9_-]*\*?))?)$/i, {
    error: 'expected skill/name, skill/* or *',
  });

const permission = z
  .string()
  .max(200)
  .regex(/^(\*|[a-z0-9][a-z0-9_-]*(:[a-z0-9*][a-z0-9_*-]*)+)$/i, {
    error: 'expected a permission such as admin:read',
  });

const held = z.union([permission, pattern], { error: 'expected admin:read, skill/name, skill/* or *' });

const roleName = z.string().regex(/^[a-z][a-z0-9_-]{0,59}$/, { error: 'expected a name such as admin' });

const roles = z.record(roleName, z.array(held).max(500));

export const permissionPolicyFile = z.strictObject({
  roles: roles.default({}),
  policies: z
    .array(z.strictObject({ skill_id: pattern, required_permissions: z.array(permission).max(100) }))
    .max(1_000)
    .default([]),
});

export const approvalPolicyFile = z.strictObject({
  policies: z
    .array(z.strictObject({ skill_id: pattern, requires_approval: z.boolean() }))
    .max(1_000)
    .default([]),
});

const policy = z.strictObject({
  skill_id: pattern,
  required_permissions: z.array(permission).max(100).default([]),
  requires_approval: z.boolean().default(false),
});

const rateLimit = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether anything is limited.'),
    requests: count(1, 100_000).default(60).describe('Messages, commands and presses within the window.'),
    window: duration('60s').describe('The window.'),
    turns: count(1, 1_000).default(5).describe('Conversations in which one person is being answered at the same time.'),
  })
  .prefault({})
  .describe('How much one person may ask for, in all places together.');

const toolName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'expected the name of a tool' });

const approvals = z
  .strictObject({
    expiry: duration('24h')
      .refine((ms) => ms <= 86_400_000, { error: 'expected at most 24h' })
      .describe('How long a question waits for its answer; with text from elsewhere in play at most 10 minutes.'),
    rememberable: z
      .array(toolName)
      .default([])
      .meta({
        description: 'Tools that act outside whose yes may be given for the rest of a conversation.',
        example: ['calendar_add'],
      }),
  })
  .prefault({})
  .describe('Questions to a person before something is done.');

export const access = block(
  'access',
  'Who may talk to coda, and who may use what. Nobody is let in who is not named here or approved by an owner; the terminal belongs to the owner.',
  z
    .strictObject({
      owners: z
        .array(identity)
        .default([])
        .meta({
          description: 'People who may do everything, as platform:id.',
          example: ['discord:123456789012345678', 'slack:U0123ABCD'],
        }),
      members: z
        .array(identity)
        .default([])
        .meta({
          description: 'People, roles and servers that may talk to it.',
          example: ['discord-role:123456789012345678', 'discord-guild:123456789012345678'],
        }),
      unknown: z
        .enum(['notice', 'ignore'])
        .default('notice')
        .describe('What somebody hears whom nobody let in: one notice with a code for an owner, or nothing.'),
      channels: z
        .array(identity)
        .default([])
        .meta({
          description:
            'Where members are heard besides direct messages, as platform:channel, with its threads; empty: everywhere.',
          example: ['discord:123456789012345678'],
        }),
      roles: roles.default({}).meta({
        description:
          'What each role holds: permissions, which policies ask for, and patterns of what guests may use. owner, ' +
          'member and guest are there; an owner holds everything if nothing is said.',
        example: { guest: ['basics/*'], admin: ['admin:read', 'admin:write'] },
      }),
      assigned: z
        .record(roleName, z.array(identity))
        .default({})
        .meta({
          description: 'Who has a role of your own besides.',
          example: { admin: ['discord:123456789012345678'] },
        }),
      policies: z
        .array(policy)
        .max(1_000)
        .default([])
        .meta({
          description:
            'What a tool, command or skill needs, as in policies/permission_policies.json and ' +
            'policies/approval_policies.json; a narrower pattern adds to a wider one.',
          example: [{ skill_id: 'notes/*', required_permissions: ['notes:use'] }],
        }),
      policies_folder: z.string().min(1).default('policies').describe('Where the policy files are.'),
      ...secret('approval_token', secretText().optional(), {
        description: 'What a program must send with a decision about an approval.',
        file: 'coda_approval_token',
        example: '${CODA_APPROVAL_TOKEN:-example}',
      }),
      unasked: z
        .array(toolName)
        .default([])
        .meta({
          description:
            'Tools that act outside and need not ask, as long as no text from elsewhere is in play. What cannot be ' +
            'undone asks even so.',
          example: ['calendar_add'],
        }),
      approvals,
      critique: z
        .enum(['off', 'flagged', 'dangerous'])
        .default('off')
        .describe(
          'Whether the light model looks at a call first: at what a browser opens and does, connectors (MCP) and the installing of ' +
            'skills (flagged), or also at whatever cannot be undone (dangerous). What it refuses, or cannot look at, does not run.',
        ),
      rate_limit: rateLimit,
    })
    .prefault({}),
);
