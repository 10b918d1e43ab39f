/** Conversations with skills from a folder of their own. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ModelMessage, ModelRequest } from '../../src/agent/index.ts';
import { Play, type PlayOptions } from '../support/play.ts';
import type { ScriptedModel } from '../support/scripted-model.ts';
import { skillText, temporaryFolder, write } from './support.ts';

export interface SkillFiles {
  description?: string;
  body?: string;
  /** Further lines of the frontmatter. */
  more?: string;
  /** Supporting files by path. */
  files?: Record<string, string | Buffer>;
}

export interface SkillPlay {
  coda: Play;
  /** The folder that the skills are in. */
  folder: string;
  put(name: string, files?: SkillFiles): void;
}

/** The engines that there are here. */
export const engines: readonly ('PGlite' | 'PostgreSQL')[] = process.env.CODA_TEST_POSTGRES
  ? ['PGlite', 'PostgreSQL']
  : ['PGlite'];

/** A coda with these skills; it ends with the test. */
export async function playWith(
  skills: Record<string, SkillFiles>,
  { model, config = {}, ...options }: Omit<PlayOptions, 'model'> & { model?: ScriptedModel } = {},
): Promise<SkillPlay> {
  const folder = temporaryFolder();
  const put = (name: string, { files = {}, ...text }: SkillFiles = {}) => {
    write(folder, join(name, 'SKILL.md'), skillText(name, text));
    for (const [path, content] of Object.entries(files)) write(folder, join(name, path), content);
  };
  for (const [name, files] of Object.entries(skills)) put(name, files);
  const coda = await Play.begin({
    ...options,
    ...(model && { model }),
    config: { 'skills.agent_skill_dirs': [folder], ...config },
  });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  return { coda, folder, put };
}

/** What the model was told that the last calls gave. */
export function results(request: ModelRequest | undefined): string[] {
  const messages = request?.messages ?? [];
  const from = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(from + 1).flatMap((message: ModelMessage) => (message.role === 'tool' ? [message.text] : []));
}

/** The list of skills in a prompt, as names. */
export function listedIn(request: ModelRequest | undefined): string[] {
  return [...(request?.system ?? '').matchAll(/<skill name="([^"]+)"/g)].map(([, name = '']) => name);
}
