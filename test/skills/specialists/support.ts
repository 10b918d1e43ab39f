/** Folders of specialists, and codas that have them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { type Play, type PlayOptions, play } from '../../support/play.ts';

export interface SpecialistFiles {
  soul?: string;
  tools?: readonly string[];
  /** Further lines of its config.yaml. */
  config?: string;
  /** Other files, or one of the three instead, by path. */
  files?: Readonly<Record<string, string>>;
}

/** A folder for specialists that is removed after the file. */
export function agentsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-agents-'));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text, { mode: 0o644 });
}

/** Writes the folder of a specialist. */
export function put(folder: string, name: string, { soul, tools = [], config = '', files = {} }: SpecialistFiles = {}) {
  const all = {
    'soul.md': soul ?? `You are ${name}.`,
    'tools.md': ['# What it may use', '', ...tools].join('\n'),
    'config.yaml': `description: Does ${name}.\n${config}`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) write(folder, join(name, path), text);
}

/** A coda with these specialists beside those that ship. */
export function playWith(
  specialists: Readonly<Record<string, SpecialistFiles>>,
  { config = {}, ...options }: PlayOptions = {},
): Promise<Play & { folder: string }> {
  const folder = agentsFolder();
  for (const [name, files] of Object.entries(specialists)) put(folder, name, files);
  const settings = { 'specialists.dirs': [folder], 'memory.auto': 'off', ...config };
  return play({ ...options, config: settings }).then((coda) => Object.assign(coda, { folder }));
}
