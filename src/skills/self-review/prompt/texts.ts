import { plural } from '../../../base/text.ts';
import type { Scores } from './store.ts';

export const trialRuns = (version: number) =>
  `version ${version} of the guidance is being tried, and one is tried at a time`;

export const doesNotApply = () => 'its difference does not apply to the guidance as it is';

export const tooLong = (most: number) => `the guidance would be longer than ${plural(most, 'character')}`;

/** Stands in the stable beginning of the prompt. */
export const guidance = (content: string) => `## Learnt from experience\n${content}`;

export const rolledBack = (from: number, to: number | undefined) =>
  `Version ${from} of the guidance is taken back; ${to === undefined ? 'there is none now' : `version ${to} holds, byte for byte`}.`;

export const noVersion = () => 'No version of the guidance is in use.';

export const trialEnded = (version: number, isKept: boolean, sample: string) =>
  `Version ${version} of what I have learnt ${isKept ? 'helps and is kept' : 'does not help enough and is taken back'}: ${sample}.`;

export function sampleWords(of: Scores): string {
  const side = ({ turns, mean }: Scores['with'], how: string) =>
    `${mean === null ? 'no score' : mean.toFixed(1)} ${how} (${plural(turns, 'turn')})`;
  return `${side(of.with, 'with it')}, ${side(of.without, 'without')}`;
}

export const versionName = (version: number) => `Version ${version}`;

export const measuredWords = (scores: Scores | null) => (scores ? sampleWords(scores) : 'not measured yet');
