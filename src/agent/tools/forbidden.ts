import { capabilitiesFitting, capabilitiesOf, possibleWith } from './capability.ts';
import type { Capability, Tool } from './tool.ts';

/** The fields by which a tool is recognised. */
export type Named = Pick<Tool, 'name' | 'effect' | 'does'>;

/**
 * True if `tool` is among the forbidden ones. A pattern is a tool's name, `*` stands for any characters; case does not
 * count, nor whether its words are joined by `-` or `_`; `=name` is exactly that tool. What stands in brackets
 * (`Bash(rm:*)`) would narrow it, and is left out. Another assistant's name for something forbids whatever does that,
 * and a tool that does not say what it does is taken to do all that its effect allows: rather too much is forbidden
 * than too little.
 */
export function isForbidden(tool: Named, patterns: readonly string[]): boolean {
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
export function isAllowed(tool: Named, names: readonly string[]): boolean {
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
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
