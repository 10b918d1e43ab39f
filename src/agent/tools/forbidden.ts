import type { Capability, Effect, Tool } from './tool.ts';

export type ToolLabel = Pick<Tool, 'name' | 'effect' | 'does'>;

/**
 * True if `tool` is among the forbidden ones. A pattern is a tool's name, `*` stands for any characters; case does not
 * count, nor whether its words are joined by `-` or `_`; `=name` is exactly that tool. What stands in brackets
 * (`Bash(rm:*)`) would narrow it, and is left out. Another assistant's name for something forbids whatever does that,
 * and a tool that does not say what it does is taken to do all that its effect allows: rather too much is forbidden
 * than too little.
 */
export function isForbidden(tool: ToolLabel, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const name = plain(tool.name);
  const does = tool.does ?? possibleWith(tool.effect);
  return patterns.some((pattern) => {
    if (pattern.startsWith('=')) return pattern.slice(1) === tool.name;
    const bare = plain(pattern.replace(/\(.*$/s, ''));
    return fits(bare, name) || forbidden(pattern, bare).some((capability) => does.includes(capability));
  });
}

/** True if `names` allow `tool`: by its own name, or by another assistant's for what it says that it does. */
export function isAllowed(tool: ToolLabel, names: readonly string[]): boolean {
  return names.some(
    (name) => name === tool.name || capabilitiesOf(name).some((capability) => tool.does?.includes(capability)),
  );
}

function forbidden(pattern: string, bare: string): readonly Capability[] {
  if (!bare.includes('*')) return capabilitiesOf(pattern);
  const squeezed = bare.replaceAll('_', '');
  return [...capabilitiesFitting((name) => fits(squeezed, name)), ...capabilitiesOf(bare.replaceAll('*', ' '))];
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().replaceAll('-', '_');
}

/** Pieces between stars, looked for one after the other: the patterns are strangers', and this takes linear time. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const index = name.indexOf(piece, at);
    if (index < 0) return false;
    at = index + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

// Capabilities of tools, by whatever name other assistants know them: skills are written for them, too.

const NAMES: Readonly<Record<Capability, readonly string[]>> = {
  code: words(`bash sh shell zsh terminal powershell exec execute command cmd process run_command run_shell_command
    run_terminal_cmd run_in_terminal bash_output kill_shell kill_bash python python_repl repl code code_interpreter
    code_execution notebook_run computer computer_use sandbox subprocess ipython jupyter`),
  file_read: words(`read read_file read_files read_many_files view view_file cat open_file glob grep ls list_dir
    list_directory list_files find find_files file_search search_files ripgrep notebook_read str_replace_based_edit_tool`),
  file_write: words(`write write_file edit edit_file multi_edit create_file delete_file str_replace str_replace_editor
    str_replace_based_edit_tool apply_patch patch replace replace_in_file notebook_edit save_file file_write`),
  web_read: words(
    'web_fetch fetch fetch_url url_fetch read_url http http_request curl wget web browse browser open_url',
  ),
  web_search: words('web_search search_web google_search google brave_search search_engine duckduckgo tavily'),
  agents: words('task agent subagent sub_agent spawn spawn_agent delegate dispatch_agent'),
};

const CODE =
  /^(?:bash|sh|zsh|shell|terminal|powershell|exec|execute|executes|executor|execution|command|commands|cmd|subprocess|repl|interpreter|python|node|javascript|code|script|scripts|sandbox|computer)$/;

const ALL = Object.keys(NAMES) as Capability[];

function words(text: string): string[] {
  return text.split(/\s+/).map(squeezeName);
}

function squeezeName(name: string): string {
  return name.replace(/[\s_.:-]+/g, '').toLowerCase();
}

/** Capabilities of another assistant's tool with this name; brackets behind the name (`Bash(git:*)`) do not count. */
export function capabilitiesOf(name: string): readonly Capability[] {
  const plain = name.normalize('NFKC').replace(/\(.*$/s, '').trim();
  const capabilities = ALL.filter((capability) => NAMES[capability].includes(squeezeName(plain)));
  if (capabilities.length > 0) return capabilities;
  const parts = plain
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return parts.some((part) => CODE.test(part)) ? ['code'] : [];
}

function capabilitiesFitting(fits: (name: string) => boolean): readonly Capability[] {
  return ALL.filter((capability) => NAMES[capability].some(fits));
}

function possibleWith(effect: Effect): readonly Capability[] {
  if (effect === 'read' || effect === 'write') return [];
  return effect === 'fetch' ? ['web_read', 'web_search', 'agents'] : ALL;
}
