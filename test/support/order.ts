import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Suites that take costs of the processor: what others have left in a worker's memory is collected before each, for seconds. */
const MEASURING: readonly string[] = ['app/hostile-ways', 'app/hostile-shapes', 'app/hostile-texts'];

/** The suites that take longest, in that order; what is not named here takes less than half a minute. */
const LONGEST: readonly string[] = [
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

export const FIRST: readonly string[] = [...MEASURING, ...LONGEST];

/**
 * Plays one project after the other, since a worker ends where the next suite is of another one, with all that it has imported;
 * the one on both engines first, and in each what measures, then the longest suites, so that none of them is left alone at the end.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? FIRST.length : at;
    };
    const name = ({ project }: TestSpecification) => project.name;
    // Those behind the longest as vitest has them: what took long or failed the last time, else the largest.
    return (await super.sort(files)).sort((a, b) => name(a).localeCompare(name(b)) || place(a) - place(b));
  }
}
