/** `coda mcp`: coda as an MCP server on stdin and stdout, for Claude Code, editors and others. */
import type { ProgramTool } from '../app/index.ts';
import { Sequence } from '../base/async.ts';
import { CodaError, messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { version } from '../base/root.ts';
import { ask } from './daemon/verbs.ts';
import type { Flags } from './flags.ts';

const INSTRUCTIONS =
  "The reminders, notes, memories and schedules of one person. Pass times in the person's own words; coda works them out.";

/** Serves until stdin ends. Each call is the daemon's that runs by then; where none does, a coda is opened for it. */
export async function serveMcp(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [{ Server }, { StdioServerTransport }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/server/stdio.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  // Two codas on one data folder refuse each other.
  const calls = new Sequence();
  const asked = (verb: string, args: Record<string, Json> = {}) => calls.run(() => ask(flags, io, verb, args));
  const server = new Server(
    { name: 'coda', version: version() },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(types.ListToolsRequestSchema, async () => {
    const tools = (await asked('tools-list')) as ProgramTool[];
    return { tools: tools.map(toolListing) };
  });
  server.setRequestHandler(types.CallToolRequestSchema, async ({ params: { name, arguments: input = {} } }) => {
    try {
      const call = { tool: name, input: input as Record<string, Json> };
      const { ok, text } = (await asked('tools-call', call)) as { ok: boolean; text: string };
      return { content: [{ type: 'text', text }], isError: !ok };
    } catch (error) {
      const text = error instanceof CodaError ? `${error.message} ${error.remedy}` : messageOf(error);
      return { content: [{ type: 'text', text }], isError: true };
    }
  });
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
    io.stdin.once('end', resolve);
    io.stdin.once('close', resolve);
  });
  await server.connect(new StdioServerTransport(io.stdin, io.stdout));
  await ended;
  await server.close();
  return 0;
}

function toolListing({ name, description, schema, reads, deletes }: ProgramTool) {
  const annotations = { readOnlyHint: reads, destructiveHint: deletes, openWorldHint: false };
  return { name, description, inputSchema: schema as { type: 'object' }, annotations };
}
