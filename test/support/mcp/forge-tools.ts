/** The tools of GitHub's MCP server with which a branch is made and proposed, over the forge of a test. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import type { Forge } from '../forge.ts';

export type ForgeToolName = 'create_branch' | 'push_files' | 'list_pull_requests' | 'create_pull_request';

const repository = { owner: z.literal('ana'), repo: z.literal('coda') };
const said = (value: unknown) => ({
  content: [{ type: 'text' as const, text: typeof value === 'string' ? value : JSON.stringify(value) }],
});
const refused = (text: string) => ({ ...said(text), isError: true });

/** Answers a request of MCP over HTTP; a call is cut off where `Forge.cuts` says so. */
export async function answerTools(
  forge: Forge,
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const body = JSON.parse(text) as { method?: string; params?: { name?: string } };
  const called = body.method === 'tools/call' ? (body.params?.name as ForgeToolName) : undefined;
  if (called !== undefined) forge.asked.push(`CALL ${called}`);
  if (called !== undefined && forge.cuts?.(`before:${called}`)) return void response.destroy();
  const server = toolsOf(forge, (tool) => {
    if (forge.cuts?.(`after:${tool}`)) response.destroy();
  });
  const transport = new StreamableHTTPServerTransport({});
  response.on('close', () => void server.close());
  await server.connect(transport as never);
  await transport.handleRequest(request, response, body);
}

/** `done` is told when a tool has had its effect, before it answers. */
function toolsOf(forge: Forge, done: (tool: ForgeToolName) => void): McpServer {
  const server = new McpServer({ name: 'github-mcp-server', version: '1' });
  const add = <Shape extends z.ZodRawShape>(
    name: ForgeToolName,
    inputSchema: Shape,
    act: (input: z.output<z.ZodObject<Shape>>) => ReturnType<typeof said>,
  ) =>
    server.registerTool(name, { description: `Does ${name}.`, inputSchema: inputSchema as never }, (async (
      input: never,
    ) => {
      const result = act(input);
      done(name);
      return result;
    }) as never);
  add('create_branch', { ...repository, branch: z.string(), from_branch: z.string().optional() }, (input) => {
    const { branch, from_branch: from = 'main' } = input;
    if (forge.branches().includes(branch)) return refused('failed to create branch: 422 Reference already exists []');
    forge.git('update-ref', `refs/heads/${branch}`, forge.git('rev-parse', `refs/heads/${from}`));
    return said({ ref: `refs/heads/${branch}`, object: { sha: forge.git('rev-parse', branch) } });
  });
  const files = z.array(z.strictObject({ path: z.string(), content: z.string() }));
  add('push_files', { ...repository, branch: z.string(), files, message: z.string() }, ({ branch, files, message }) => {
    const commit = commitOf(forge, branch, files, message);
    forge.git('update-ref', `refs/heads/${branch}`, commit);
    return said({ ref: `refs/heads/${branch}`, object: { sha: commit } });
  });
  const filter = { head: z.string().optional(), state: z.enum(['open', 'closed', 'all']).optional() };
  add('list_pull_requests', { ...repository, ...filter, perPage: z.number().optional() }, ({ head }) =>
    said(forge.pullsOf(head ?? null)),
  );
  const asked = { title: z.string(), body: z.string().optional(), head: z.string(), base: z.string() };
  add('create_pull_request', { ...repository, ...asked, draft: z.boolean().optional() }, (input) => {
    const [status, value] = forge.open(input);
    if (status !== 201) return refused(`failed to create pull request: ${status} ${JSON.stringify(value)}`);
    const { number, html_url: url } = value as { number: number; html_url: string };
    return said({ id: String(number), url });
  });
  return server;
}

/** A commit of whole files on a branch, at a time of the forge's own. */
function commitOf(
  { bare, folder }: Forge,
  branch: string,
  files: readonly { path: string; content: string }[],
  message: string,
): string {
  const index = join(folder, 'tools-index');
  const git = (args: readonly string[], input = '') =>
    execFileSync('git', args, {
      cwd: bare,
      input,
      env: {
        ...{ PATH: process.env.PATH ?? '', HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
        ...{ GIT_AUTHOR_NAME: 'bot', GIT_AUTHOR_EMAIL: 'bot@example.com', GIT_INDEX_FILE: index },
        ...{ GIT_COMMITTER_NAME: 'bot', GIT_COMMITTER_EMAIL: 'bot@example.com' },
      },
    })
      .toString()
      .trim();
  git(['read-tree', branch]);
  for (const { path, content } of files) {
    const id = git(['hash-object', '-w', '--no-filters', '--stdin'], content);
    git(['update-index', '--add', '--cacheinfo', `100644,${id},${path}`]);
  }
  const commit = git(['commit-tree', git(['write-tree']), '-p', branch, '-F', '-'], message);
  rmSync(index);
  return commit;
}
