import type { BreakerState } from '../../base/breaker.ts';
import type { Checks } from '../../chat/index.ts';

/** Dependencies besides those of every skill. */
export interface DoctorDeps {
  checks: Pick<Checks, 'run'>;
  /** Tools, skills and models that have failed lately. */
  unwell(): readonly BreakerState[];
  /** Lets the parts of a skill, a tool or a model be tried again at once, in all processes. Returns their names here. */
  reset(name: string): string[];
}
