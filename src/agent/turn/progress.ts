import * as texts from '../texts.ts';
import { isData } from '../tools/calls.ts';
import type { ValidCall } from '../tools/toolbox.ts';

/** Characters: it is one line beside what was said. */
const LONGEST = 100;

/** Progress text of a running call; undefined: nothing is shown. Pure. */
export function doingOf(valid: ValidCall): string | undefined {
  const { name, description, display = isData(valid) ? 'hidden' : 'name' } = valid.tool;
  if (valid.tool.doing) return valid.tool.doing(valid.input);
  if (display === 'hidden') return undefined;
  if (display === 'name') return name.replaceAll('_', ' ');
  return description.split(/(?<=\w)[.;:](?:\s|$)/, 1)[0];
}

/** A tool's own progress, as one short line. */
export function progressLine(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim();
  return texts.working(line.length > LONGEST ? line.slice(0, LONGEST) : line.replace(/[.…]+$/, ''));
}
