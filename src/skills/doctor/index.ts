import type { Skill } from '../../chat/index.ts';
import { type DoctorDeps, doctorCommand, doctorTools } from './tools.ts';
import { healthJob, healthTask } from './watch.ts';

export type { DoctorDeps } from './tools.ts';
export { HEALTH_TASK } from './watch.ts';

export const doctor = (deps: DoctorDeps): Skill => ({
  name: 'doctor',
  data: { changes: { commits: { 'doctor.tell': ['owners', 'system'] } } },
  tools: () => doctorTools(deps),
  work: {
    schedules: [healthTask],
    jobs: (own) => [healthJob(deps, own)],
  },
  commands: () => [doctorCommand(deps)],
});
