/** Sources that a person may look at: by the tool that stands for each. A rule looks by itself, so nobody can be asked. */
import { type Failed, failed } from '../../../agent/index.ts';
import type { GatedTool, OfferedTool, PeopleDeps, ScriptAsker, SkillPorts } from '../../../chat/index.ts';
import type { Source } from './rule.ts';
import { texts } from './texts.ts';

type Gating = Pick<PeopleDeps, 'gate'> & Pick<SkillPorts, 'servers' | 'pages' | 'scripts'>;

/** A script is run by its skill's own rules; a hook was sent something already. */
const TOOLS: Readonly<Partial<Record<Source['kind'], (ports: Gating) => GatedTool | undefined>>> = {
  web_watch: ({ pages }) => pages.tool,
  feed: ({ pages }) => pages.tool,
  appointment: ({ pages }) => pages.tool,
  file: ({ scripts }) => scripts.fileTool,
};

/** Undefined: it may be looked at. A tool of a server that is away is judged when it is called. */
export function refusalOf(ports: Gating, source: Source, asker: ScriptAsker): Failed | undefined {
  if (source.kind === 'mcp') {
    const offered = ports.servers.findTool(source.server, source.tool);
    return offered && refusalOfTool(ports, offered, asker);
  }
  const tool = TOOLS[source.kind]?.(ports);
  return tool && refuse(ports.gate, tool, asker);
}

export function refusalOfTool(
  { gate, servers }: Pick<Gating, 'gate' | 'servers'>,
  { name, effect }: OfferedTool,
  asker: ScriptAsker,
): Failed | undefined {
  if (effect !== 'read' && effect !== 'fetch') return failed('DENIED', texts.actsOutside(name));
  return refuse(gate, { name, skill: servers.skill }, asker);
}

function refuse(gate: PeopleDeps['gate'], tool: GatedTool, asker: ScriptAsker): Failed | undefined {
  const thing = { kind: 'tool' as const, ...tool };
  if (!gate.may(asker, thing)) return failed('DENIED', texts.mayNotUse(tool.name));
  return gate.asksFirst(thing) ? failed('DENIED', texts.asksFirst(tool.name)) : undefined;
}
