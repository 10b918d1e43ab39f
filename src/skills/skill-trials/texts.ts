import { listOf, plural } from '../../base/text.ts';
import type { Tally } from './store.ts';

export const noFiles = (name: string) => `${name} has no files of its own that a variant could take the place of.`;

export const isComposed = (name: string) =>
  `${name} is made of steps: a variant could not take the place of its files.`;

export const unknownVariant = (skill: string, name: string) => `${skill} has no variant ${name}.`;

export const unknownRemedy = (skill: string, name: string, near: string | undefined) =>
  near === undefined
    ? `Name the folder with its files: coda skills optimize ${skill} --variant ${name}=DIR`
    : `Did you mean ${near}? A new one comes with its files: --variant ${name}=DIR`;

export const tooFew = (skill: string) => `One variant of ${skill} cannot be compared with anything.`;

export const tooFewRemedy = (skill: string) =>
  `Name two or more; own is the skill's own files: coda skills optimize ${skill} --variant own --variant v2=DIR`;

export const sameFiles = (a: string, b: string) => `The variants ${a} and ${b} have the same files.`;

export const sameRemedy = () => 'Give them other files, or compare others.';

export const ownFolder = () => 'own is the name of the skill’s own files, and takes no folder.';

export const repeatedNotice = (name: string) => `The variant ${name} is named twice.`;

export const resultOfOther = (name: string) => `There is a result of ${name}, which is none of the variants compared.`;

export const resultRemedy = () => 'Name it with --variant as well.';

export const lackingNotice = (tallies: readonly Tally[], least: number) =>
  `${listOf(tallies.map(({ name, ended }) => `${name} has ${ended}`))} of the ${plural(least, 'run')} that each needs`;

export const equal = (names: readonly string[]) => `${listOf(names)} are equally good`;

export const noWinner = (skill: string, why: string) => `No variant of ${skill} has won: ${why}.`;

export const noWinnerRemedy = () =>
  'Wait for more runs, name more results with --result, or need fewer with --min-runs.';

export const nothingToUndo = (skill: string) => `${skill} is used with its own files already.`;

export const nothingToStop = (skill: string) => `No variants of ${skill} are on trial.`;

export const changedMeanwhile = (name: string) => `The files of the variant ${name} are not those that were kept.`;

export const changedRemedy = (skill: string, name: string) =>
  `Keep it again: coda skills optimize ${skill} --variant ${name}=DIR`;
