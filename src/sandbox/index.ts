/** Runs code in locked-down containers. */
export type { SandboxCode, SandboxFailure } from './failure.ts';
export type {
  Collected,
  CollectLimits,
  ExecOptions,
  ExecResult,
  OpenOptions,
  OutputFile,
  PutFile,
  PutTarget,
  Sandbox,
  SandboxSpec,
  Session,
} from './port.ts';
export { openSandbox, type SandboxOptions } from './sandbox.ts';
