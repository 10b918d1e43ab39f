/** What the owner can have coda do, by the first word of its command. Each family's file is loaded when it is called. */
import type { OperationFamily } from '../../chat/operation.ts';

export const families = {
  outbox: { summary: 'what could not be delivered', load: async () => (await import('./outbox.ts')).outbox },
  jobs: { summary: 'background jobs', load: async () => (await import('./jobs.ts')).jobs },
  schedule: { summary: 'runs of skills at an instant', load: async () => (await import('./jobs.ts')).scheduledRuns },
  approvals: {
    summary: 'calls that wait for a decision',
    load: async () => (await import('./approvals.ts')).approvals,
  },
} satisfies Record<string, OperationFamily>;
