import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The suites that take longest, in that order; what is not named here takes less than half a minute. */
export const LONGEST: readonly string[] = [
  'delivery/kill/matrix',
  'skills/browser/container',
  'cli/daemon',
  'web/tasks',
  'web/pages',
  'doctor/faults',
  'adapters/http/unread',
  'journeys/journeys',
  'sandbox/probes',
  'sandbox/docker',
  'skills/self-coding/executor',
  'house/deleting',
  'storage/restored',
  'adapters/discord/gateway',
];

/** Begins with the longest suites, so that none of them is left alone at the end while the other workers have nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    // Those behind them as vitest has them (what took long or failed the last time, else the largest), one project after the other:
    // a worker ends where the next suite is of another one.
    const name = ({ project }: TestSpecification) => project.name;
    return (await super.sort(files)).sort((a, b) => place(a) - place(b) || name(a).localeCompare(name(b)));
  }
}
