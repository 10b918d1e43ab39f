export type { DueSource } from './due.ts';
export { Events, type EventsDeps, type Fact, type Raise } from './events/index.ts';
export { deletionRules as eventDeletionRules, mergeRules as eventMergeRules } from './events/store.ts';
export { type Cause, causesOf, FaultLog, type FaultRow } from './faults/index.ts';
export { Instance, type InstanceOptions, type OwnedRows } from './instances/index.ts';
export { countLost, installationOf, isLive, listRunning as runningInstances, type Seat } from './instances/store.ts';
export {
  commitHints as jobHints,
  type Job,
  type JobHandler,
  type JobOptions,
  JobQueue,
  jobName,
} from './queue/index.ts';
export {
  type DeadJob,
  type DeadJobs,
  depth as jobDepth,
  fileReferences as jobFiles,
  type OpenJob,
  takeUnreported,
} from './queue/store.ts';
export { applyRule, collectSoon, fileCollection, retention } from './retention/index.ts';
export { oldest, pruneRule, type RetentionRule } from './retention/store.ts';
export { type ListedSchedule, type Schedule, Schedules, tasksConfig, tasksField } from './schedules/index.ts';
export {
  deletionRules as scheduleDeletionRules,
  type FailingTask,
  mergeRules as scheduleMergeRules,
} from './schedules/store.ts';
export { Worker } from './worker/index.ts';
