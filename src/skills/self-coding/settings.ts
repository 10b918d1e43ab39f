import { z } from 'zod';
import { duration, secret, secretText, url } from '../../config/index.ts';

const segment = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/;
const branch = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}$/;

const forge = z
  .strictObject({
    kind: z
      .enum(['git', 'mcp'])
      .default('git')
      .describe(
        'With git it pushes over https and asks the API for pull requests; with mcp, tools of an MCP server do both and git only reads.',
      ),
    server: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'expected the name of a server in mcp.servers' })
      .optional()
      .meta({ description: 'With kind: mcp, the server: its name in mcp.servers.', example: 'github' }),
    api: url('https', 'http')
      .default('https://api.github.com')
      .describe("The address of the forge's API, of GitHub's form; http is for a forge on this machine."),
    repository: z
      .string()
      .regex(segment, { error: 'expected owner/name' })
      .meta({ description: 'The repository of coda that it works on.', example: 'you/coda' }),
    remote: url('https', 'http').optional().meta({
      description: 'Where git reaches it, if not at https://github.com/REPOSITORY.git.',
      example: 'https://git.example.com/you/coda.git',
    }),
    base: z
      .string()
      .regex(branch, { error: 'expected the name of a branch' })
      .default('main')
      .describe('The branch that changes are made from and proposed for.'),
    ...secret('token', secretText().optional(), {
      description:
        'Its key; GITHUB_TOKEN where none is written. To push branches and to open pull requests of this repository, nothing else. With kind: mcp, to read it; none where everybody may.',
      file: 'forge_token',
      example: '${FORGE_TOKEN:-ghp_example}',
    }),
  })
  .refine(({ api, remote }) => [api, remote].every((address) => address === undefined || isSafe(address)), {
    error: 'expected https: only a forge on this machine may be reached without',
  })
  .refine(({ remote }) => remote === undefined || !/@|[?#]/.test(remote), {
    path: ['remote'],
    error: 'expected an address without a name or a key in it',
  })
  .refine(({ kind, server }) => kind !== 'mcp' || server !== undefined, {
    path: ['server'],
    error: 'expected the name of a server of mcp.servers with kind: mcp',
  });

/** A key goes over a network only encrypted. */
function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

const command = z.array(z.string().min(1).max(1_000)).min(1).max(50);

export const forgeFields = {
  executor_forge: forge.optional().describe('Where changes are proposed. Without it, or its key, the executor is off.'),
  executor_dockerfile: z
    .string()
    .regex(/^[\w./-]{1,200}$/, { error: 'expected a path in the repository' })
    .default('Dockerfile')
    .describe('What the image is built with in which a change is tested; its bases are of execution.allowed_images.'),
  executor_test_command: command
    .default(['npm', 'test'])
    .describe('What is run in it. It passes where this ends with 0; its files may be written in /tmp and $HOME.'),
  executor_shadow_command: command.optional().meta({
    description: "What is started as the shadow; the image's own command when it is left out.",
    example: ['node', 'dist/main.js', 'run'],
  }),
  executor_health_path: z
    .string()
    .regex(/^\/[\w./~-]{0,200}$/, { error: 'expected a path such as /healthz' })
    .default('/healthz')
    .describe('What the shadow is asked for at executor_shadow_port, from inside its container.'),
  executor_build_timeout: duration('15m', 's').describe('How long the build of the image may take.'),
  executor_test_timeout: duration('30m', 's').describe('How long the tests may take.'),
};

export interface Forge {
  api: string;
  repository: string;
  remote: string;
  base: string;
  /** Undefined where a server writes and everybody may read. */
  token: string | undefined;
  /** The MCP server whose tools write; undefined: git and the API do. */
  server: string | undefined;
}

/** The forge of these settings; undefined where there is none, or nothing that may write to it. */
export function forgeOf(settings: { executor_forge?: z.output<typeof forge> | undefined }): Forge | undefined {
  const { kind, api, repository, remote, base, token } = settings.executor_forge ?? {};
  const server = kind === 'mcp' ? settings.executor_forge?.server : undefined;
  if (!api || !repository || !base || !(token || server)) return undefined;
  return { api, repository, base, token, server, remote: remote ?? `https://github.com/${repository}.git` };
}
