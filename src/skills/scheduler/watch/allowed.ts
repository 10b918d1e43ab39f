/** Sources that a person may look at: by the tool that stands for each. A rule looks by itself, so nobody can be asked. */
import { type Failed, failed } from '../../../agent/index.ts';
import type { OfferedTool, PeopleDeps, ScriptAsker, SkillPorts } from '../../../chat/index.ts';
import type { Source } from './rule.ts';
import { texts } from './texts.ts';

interface StandIn {
  name: string;
  skill: string;
}

const PAGE: StandIn = { name: 'web_fetch', skill: 'web' };

/** A script is run by its skill's own rules; a hook was sent something already. */
const TOOLS: Readonly<Partial<Record<Source['kind'], StandIn>>> = {
  web_watch: PAGE,
  feed: PAGE,
  appointment: PAGE,
  file: { name: 'skill_read_resource', skill: 'skills' },
};

/** Undefined: it may be looked at. A tool of a server that is away is judged when it is called. */
export function refusalOf(
  { gate, servers }: Pick<PeopleDeps, 'gate'> & Pick<SkillPorts, 'servers'>,
  source: Source,
  asker: ScriptAsker,
): Failed | undefined {
  if (source.kind === 'mcp') {
    const offered = servers.findTool(source.server, source.tool);
    return offered && refusalOfTool(gate, offered, asker);
  }
  const tool = TOOLS[source.kind];
  return tool && refuse(gate, tool, asker);
}

export function refusalOfTool(gate: PeopleDeps['gate'], offered: OfferedTool, asker: ScriptAsker): Failed | undefined {
  if (offered.effect !== 'read' && offered.effect !== 'fetch') return failed('DENIED', texts.actsOutside(offered.name));
  return refuse(gate, { name: offered.name, skill: 'mcp' }, asker);
}

function refuse(gate: PeopleDeps['gate'], tool: StandIn, asker: ScriptAsker): Failed | undefined {
  const thing = { kind: 'tool' as const, ...tool };
  if (!gate.may(asker, thing)) return failed('DENIED', texts.mayNotUse(tool.name));
  return gate.asksFirst(thing) ? failed('DENIED', texts.asksFirst(tool.name)) : undefined;
}
