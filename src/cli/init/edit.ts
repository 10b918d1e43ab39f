/** Editing what people write by hand: everything that is not changed stays as it is, comments too. Pure. */

import type { Document } from 'yaml';

/** A key's path and its new value; a list gets what it lacks. */
export type Change = readonly [path: readonly string[], value: string | boolean | readonly string[]];

type Yaml = typeof import('yaml');

const NEW_FILE = `# What this coda is set to. config.example.yaml shows every key; "coda config check" finds what is wrong.
# Tokens and keys stand in the file .env beside this folder.
`;

/** `text`, a configuration, with `changes` made; undefined where it is no YAML that can be edited. */
export function editYaml(yaml: Yaml, text: string, changes: readonly Change[]): string | undefined {
  const document = yaml.parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) {
    const values = new yaml.Document({});
    for (const [path, value] of changes) setIn(yaml, values, path, value);
    const before = text === '' ? NEW_FILE : text.replace(/\n*$/, '\n');
    return `${before}\n${values.toString({ lineWidth: 0 })}`;
  }
  if (!yaml.isMap(document.contents)) return undefined;
  for (const [path, value] of changes) setIn(yaml, document, path, value);
  return document.toString({ lineWidth: 0 });
}

function setIn(yaml: Yaml, document: Document, path: readonly string[], value: Change[1]): void {
  // A key with nothing behind it stands for an empty block.
  for (let depth = 1; depth < path.length; depth++) {
    const above = path.slice(0, depth);
    if (!yaml.isCollection(document.getIn(above))) document.setIn(above, document.createNode({}));
  }
  const there = document.getIn(path);
  if (typeof value !== 'object') {
    if (there !== value) document.setIn(path, value);
    return;
  }
  if (!yaml.isSeq(there)) {
    document.setIn(path, document.createNode(value, { flow: true }));
    return;
  }
  const held = there.toJSON() as unknown[];
  for (const item of value) if (!held.includes(item)) there.add(item);
}

/** `text`, a file of environment variables, with `values` set; other lines stay. A value is one line. */
export function editEnv(text: string, values: Readonly<Record<string, string>>): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}=${quoted(value)}`;
    // Of a name that stands there twice the last one counts.
    const at = lines.findLastIndex((each) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(each));
    if (at < 0) lines.push(line);
    else lines[at] = line;
  }
  return `${lines.join('\n')}\n`;
}

/** As node:util's `parseEnv` and the shell read it back. */
function quoted(value: string): string {
  if (/^[\w.:/@+,=%-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((each) => !value.includes(each)) ?? '"';
  return `${quote}${value}${quote}`;
}
