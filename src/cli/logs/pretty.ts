const COLOURS: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31, fatal: 35 };

/** A JSON line of the log as one line of text: time, level, what happened, and the rest as `key=value`. */
export function prettyLine(line: string): string {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof read !== 'object' || read === null) return line;
  const { level = '', time = '', msg = '', trace, stack, ...rest } = read as Record<string, unknown>;
  const marks = Object.entries(rest).map(([key, value]) => `${key}=${showValue(value)}`);
  const colour = COLOURS[String(level)] ?? 39;
  const head = `${String(time).slice(11, 23)} \u001b[${colour}m${String(level).padEnd(5)}\u001b[39m ${inert(String(msg))}`;
  const tail = [...marks, ...(trace === undefined ? [] : [`trace=${showValue(trace)}`])].join(' ');
  const more = typeof stack === 'string' ? `\n${inert(stack, true)}` : '';
  return `${head}${tail === '' ? '' : ` \u001b[90m${tail}\u001b[39m`}${more}\n`;
}

function showValue(value: unknown): string {
  return inert(typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value));
}

/** Removes control characters: text from outside must not steer the terminal. */
function inert(text: string, lines = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (sign) => (lines && sign === '\n' ? sign : ' '));
}
