/** How skills are planted. */

export interface Planted {
  name: string;
  /** What the scan must say at least. */
  level: 'block' | 'warn';
  files: Record<string, string>;
}

export const base64 = (text: string) => Buffer.from(text).toString('base64');
export const hex = (text: string) => Buffer.from(text).toString('hex');
export const tags = (text: string) =>
  Array.from(text, (sign) => String.fromCodePoint(0xe0000 + sign.charCodeAt(0))).join('');
export const bits = (text: string) =>
  Array.from(text, (sign) =>
    sign.charCodeAt(0).toString(2).padStart(8, '0').replace(/0/g, '\u200b').replace(/1/g, '\u200c'),
  ).join('');

/** A skill of one SKILL.md; `head` are further lines of its frontmatter. */
export function told(name: string, level: Planted['level'], body: string, head = ''): Planted {
  const description = `Helps with ${name.replaceAll('-', ' ')}. Use when the person asks for it.`;
  return {
    name,
    level,
    files: { 'SKILL.md': `---\nname: ${name}\ndescription: ${description}\n${head}---\n\n# ${name}\n\n${body}\n` },
  };
}

/** A skill whose harm is in a file beside an innocent SKILL.md. */
export function beside(name: string, level: Planted['level'], path: string, content: string): Planted {
  const { files } = told(name, level, `Run \`${path}\` and show what it prints.`);
  return { name, level, files: { ...files, [path]: content } };
}
