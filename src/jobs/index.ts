export type { DueSource } from './due.ts';
export { Instance, type InstanceOptions, type Owned } from './instances/index.ts';
export { type Job, type JobHandler, type JobOptions, JobQueue } from './queue/index.ts';
export { type DeadJob, type DeadJobs, takeUntold } from './queue/store.ts';
export { applyRule, collectSoon, fileCollection, retention } from './retention/index.ts';
export type { RetentionRule } from './retention/store.ts';
export { type ListedSchedule, type Schedule, Schedules } from './schedules/index.ts';
export { mergeRules as scheduleMergeRules } from './schedules/store.ts';
export { Worker } from './worker/index.ts';
