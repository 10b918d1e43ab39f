/** Whether the scripts that a skill's instructions name are there. */

/** `scripts/rotate.py`, also behind `./` and `{baseDir}/`; not what stands in another folder or at an address. */
const NAMED =
  /(^|[\s`"'(=<[]|\{baseDir\}\/|\$\{?[A-Z_]+\}?\/|\.\/)(scripts\/[\w./-]*\w\.(?:py|sh|bash|js|mjs|cjs|ts|rb|pl))\b/gm;

/** The scripts that `body` names, each with its first line (from 1) in it. */
export function namedScripts(body: string): { path: string; line: number }[] {
  const scripts = new Map<string, number>();
  for (const [index, line] of body.split('\n').entries()) {
    for (const [, , path] of line.matchAll(NAMED)) {
      if (path !== undefined && !path.split('/').includes('..') && !scripts.has(path)) scripts.set(path, index + 1);
    }
  }
  return [...scripts].map(([path, line]) => ({ path, line }));
}
