import { formOf, listOf } from '../../base/text.ts';

export const nothingToRun = () => 'A run needs steps, the name of a composed skill, or a run to resume.';

export const notComposed = (name: string) => `The skill “${name}” has no steps: it is not a composed one.`;

export const noRun = (id: string) => `There is no run ${id} of yours.`;

export const isOver = (id: string) => `The run ${id} has come to its end; nothing is left to resume.`;

export const changedSkill = (name: string) =>
  `The files of “${name}” are not those that were planned with, so that nothing of it was run. Make a new plan.`;

export const notWithin = (name: string, role: string) => `“${name}” is not for the role ${role}.`;

export const cut = (characters: number) =>
  `\n[cut: ${characters.toLocaleString('en')} ${formOf(characters, 'more character')}]`;

export const joinOutputs = (parts: readonly { skill: string; output: string }[]): string =>
  parts.length === 1
    ? (parts[0]?.output ?? '')
    : parts.map(({ skill, output }) => `## ${skill}\n\n${output}`).join('\n\n');

export const failedAt = (skills: readonly string[], why: string, done: readonly string[]): string => {
  const before = done.length === 0 ? '' : ` Done before it: ${listOf(done)}.`;
  return `The step ${listOf(skills)} failed: ${why}${before}`;
};

export const resumeWith = (run: string) => `“/pipeline resume ${run}” goes on from there.`;

export const pausedOutput = (skills: readonly string[], output: string): string => `[${listOf(skills)}]\n${output}`;

export const progress = (skills: readonly string[], at: number, of: number) => `${skills.join(' | ')} (${at}/${of})`;
