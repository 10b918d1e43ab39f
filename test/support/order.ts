import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The suites that take longest, in that order; what is not named here takes less than half a minute. */
export const LONGEST: readonly string[] = [
  'journeys/journeys',
  'delivery/kill/matrix',
  'time/corpus',
  'skills/browser/reach',
  'cli/daemon',
  'sandbox/docker',
  'skills/browser/container',
  'adapters/http/kills',
  'cli/jsonl',
  'sandbox/probes',
  'delivery/unclear',
  'adapters/discord/gateway',
];

/** Begins with the longest suites, so that none of them is left alone at the end while the other workers have nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    // Those behind them as vitest has them: what took long or failed the last time, else the largest.
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
