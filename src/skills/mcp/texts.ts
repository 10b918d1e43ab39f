import { bytesOf, formOf, listOf, plural, shorten, visible } from '../../base/text.ts';

const NAMED = 8;

const nameSome = (names: readonly string[]) =>
  listOf(names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : [...names]);

/** `forge_create_issue` of `forge` → `“create issue”`. */
const nameOf = (server: string, tool: string): string =>
  `“${(tool.startsWith(`${server}_`) ? tool.slice(server.length + 1) : tool).replaceAll(/[_-]+/g, ' ')}”`;

export const texts = {
  /** Calls, for whoever says yes to them. */
  asks: {
    list: 'Look what {server} has to read',
    read: 'Read {uri} from {server}',
    prompt: (hasArguments: boolean) => `Do what {name} of {server} says${hasArguments ? ', with {arguments}' : ''}`,
  },
  needsSandbox: (server: string) => `The MCP server ${server} is a program, and nothing is there to run it in.`,
  needsSandboxRemedy: (server: string) =>
    `Set execution.enabled: true (it needs Docker), or mcp.servers.${server}.host: true to trust it with this machine.`,
  away: (server: string, why: string) => `The MCP server ${server} is not there at the moment (${why}).`,
  awayRemedy: 'Nothing to do: coda starts it again by itself. Do without it for now.',
  lost: (server: string) => `The MCP server ${server} went away during the call; whether it had an effect is unknown.`,
  tooSlow: (server: string) => `The MCP server ${server} did not answer in time; whether it had an effect is unknown.`,
  broken: (server: string, status: number) =>
    `The MCP server ${server} failed (HTTP ${status}); whether the call had an effect is unknown.`,
  refused: (server: string, tool: string, why: string) => `${server} could not carry out ${tool}: ${why}`,
  reported: (server: string, tool?: string) =>
    `${tool === undefined ? 'The call' : nameOf(server, tool)} of ${server} failed.`,
  answered: (server: string, tool: string, characters: number) =>
    `${nameOf(server, tool)} of ${server} answered with ${plural(characters, 'character')}.`,
  nothing: (server: string, tool: string) => `${nameOf(server, tool)} of ${server} is done.`,
  cut: (characters: number) => `[Cut here: ${plural(characters, 'more character')} left out.]`,
  tooManyFiles: (count: number) => `[${plural(count, 'more file')} left out.]`,
  file: (name: string, bytes: number) => `[File ${name}, ${bytesOf(bytes)}]`,
  unreadable: (server: string) => `${server} answered in a form that I do not know.`,
  unknownServer: (server: string) => `There is no MCP server “${server}”.`,
  resources: (server: string, count: number) => `${server} has ${plural(count, 'resource')}.`,
  prompt: (server: string, name: string) => `The prompt ${name} of ${server}.`,
  promptUsage: 'Say /mcp-prompt SERVER NAME, and after it the arguments: key=value, or words for the first one.',
  noPrompts: 'No MCP server that runs has prompts.',
  none: 'No MCP server is configured. docs/mcp.md shows how one is.',
  usage: 'Say /mcp for the servers, or /mcp approve SERVER for what has changed at one.',
  ownersApprove: 'Only an owner may approve what has changed at an MCP server.',
  nothingWaits: (server: string) => `Nothing of ${server} waits for an approval.`,
  isAnother: (server: string, tool: string) =>
    `${tool} is not what it was: ${server} describes it differently now, or has it no more. An owner looks with /mcp approve ${server}.`,
  notOffered: (server: string, tool: string) =>
    `The MCP server ${server} has no tool ${tool}, or none that an owner has approved. /mcp shows what it has.`,
  noSuchPrompt: (server: string, names: readonly string[]) =>
    names.length === 0
      ? `${server} has no such prompt, or none with arguments.`
      : `That prompt of ${server} takes ${nameSome(names.map((name) => shorten(visible(name), 60)))}, and nothing else.`,
  changedMeanwhile: (server: string) => `${server} has changed again. Look with /mcp approve ${server}.`,
  approved: (server: string, count: number) => `${plural(count, 'tool')} of ${server} may be used as described now.`,
  approve: 'Approve',
  /** The question to an owner; `changes` as `inquest`. */
  changed: (server: string, added: readonly string[], changed: readonly string[]) =>
    `The MCP server ${server} describes its tools differently than before, so they are withheld: ${[
      ...(changed.length > 0 ? [`${nameSome(changed)} changed`] : []),
      ...(added.length > 0 ? [`${nameSome(added)} ${formOf(added.length, 'is', 'are')} new`] : []),
    ].join('; ')}. An owner sees all of it with /mcp approve ${server}.`,
  inquest: (server: string, tools: readonly { tool: string; state: string; effect: string; description: string }[]) =>
    [
      `What ${server} says of its tools now, in its own words:`,
      ...tools.map(({ tool, state, effect, description }) => `- ${tool} (${state}; ${effect}): ${description}`),
    ].join('\n'),
  inFile: 'What they take stands in the file, which is part of what you approve.',
  needsSignIn: 'it wants somebody to sign in',
  needsSignInRemedy: (server: string) => `Run "coda mcp login ${server}" where coda runs.`,
  askSignIn: (server: string) =>
    `The MCP server ${server} wants somebody to sign in, and its tools are not there until then. Run \`coda mcp login ${server}\` where coda runs.`,
  signedIn: (server: string) => `coda is signed in to the MCP server ${server}. This page can be closed.\n`,
  loginFailed: (server: string, why: string) => `The sign-in to the MCP server ${server} failed (${why}).`,
  loginRemedy: (server: string) => `Try "coda mcp login ${server}" again; docs/mcp.md says what it needs.`,
  noSignIn: 'it asks nobody to sign in',
  noCode: 'it sent no code',
  otherIssuer: 'the answer is of another issuer',
  issuerFound: (issuer: string, named: string) => `Its issuer is ${issuer}, and oauth.issuer is ${named}.`,
  issuerRemedy: (issuer: string) => `Set oauth.issuer: ${issuer} if that is where you sign in.`,
  noLogin: 'That belongs to no sign-in that was begun here, or comes too late.',
  noLoginRemedy: 'Begin again with "coda mcp login".',
  noAddress: 'That is not the address of the page that the sign-in leads to.',
  noAddressRemedy: 'Copy all of it from the browser: it has "code" and "state" in it.',
  noSignInHere: (server: string) => `Nobody signs in to the MCP server ${server}: its block has no oauth.sign_in.`,
  noSignInRemedy: (server: string) =>
    `Set mcp.servers.${server}.oauth: { sign_in: true } in config.yaml (docs/mcp.md).`,
  line: (server: string, state: string) => `- ${server}: ${state}`,
  refusedTool: (tool: string, models: readonly string[]) =>
    `  ${tool} is left out with ${nameSome(models)}, whose service refuses it.`,
  ready: (tools: number, waiting: number) =>
    `${plural(tools, 'tool')}${waiting > 0 ? `, ${waiting} withheld until an owner approves` : ''}`,
  shownHere: (count: number) => `, of which models are shown ${count} here; \`more_tools\` finds the others`,
  connecting: 'is being started',
  resting: (tools: number) => `${plural(tools, 'tool')}, starts with the next call`,
  allReady: (servers: number, tools: number) => `${plural(servers, 'server')} with ${plural(tools, 'tool')}`,
  checkRemedy: 'Look at mcp.servers in config.yaml and at the log of coda; docs/mcp.md has more.',
};

export const setupTexts = {
  title: 'MCP server',
  about: 'Brings tools of others, over the Model Context Protocol.',
  name: 'A name for it',
  nameUse: 'It begins the names of its tools: github.',
  notName: 'It is a short word of small letters, digits and -, and not mcp.',
  url: 'Its address',
  urlPlace: 'As its documentation says; most end in /mcp. A program as a server is written into the file by hand.',
  key: 'Its key',
  keyPlace: 'Sent as “Authorization: Bearer …”. Left empty where it wants none.',
  notAddress: 'It is no address of a server',
  silent: (server: string) => `${server} is connected, and says nothing of its tools`,
  offers: (count: number) => `connected, with ${plural(count, 'tool')}`,
  remedy: 'Look at its address and its key.',
};
