import { isData } from './calls.ts';
import * as texts from './texts.ts';
import type { ValidCall } from './toolbox.ts';

/** Characters: it is one line beside what was said. */
const LONGEST = 100;

/** What is done while a call runs, in words; undefined: nothing is shown. Pure. */
export function doingOf(valid: ValidCall): string | undefined {
  const { name, description, display = isData(valid) ? 'hidden' : 'name' } = valid.tool;
  if (valid.tool.doing) return valid.tool.doing(valid.input);
  if (display === 'hidden') return undefined;
  if (display === 'name') return name.replaceAll('_', ' ');
  return description.split(/(?<=\w)[.;:](?:\s|$)/, 1)[0];
}

/** What a tool says of how far it is, as one short line. */
export function progressLine(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim();
  return texts.working(line.length > LONGEST ? line.slice(0, LONGEST) : line.replace(/[.…]+$/, ''));
}
