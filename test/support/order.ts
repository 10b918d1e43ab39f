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
  'skills/scheduler/recipes',
  'skills/scheduler/scripts',
  'storage/restored',
  'adapters/discord/gateway',
];

/**
 * Plays one project after the other, since a worker ends where the next suite is of another one, with all that it has imported;
 * the one on both engines first, and in each the longest suites first, so that none of them is left alone at the end.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    const name = ({ project }: TestSpecification) => project.name;
    // Those behind the longest as vitest has them: what took long or failed the last time, else the largest.
    return (await super.sort(files)).sort((a, b) => name(a).localeCompare(name(b)) || place(a) - place(b));
  }
}
