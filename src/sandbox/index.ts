/** Runs code in locked-down containers. */
export {
  type BuildRequest,
  type BuiltImage,
  buildImage,
  type ImageBuilder,
  type ImageRequest,
  openBuilder,
} from './builder.ts';
export type { SandboxCode, SandboxFailure } from './failure.ts';
export { allowsImage } from './images.ts';
export type {
  CollectedFiles,
  CollectLimits,
  DetachedEngine,
  ExecOptions,
  ExecResult,
  OpenOptions,
  OutputFile,
  Program,
  ProgramSpec,
  PutFile,
  PutTarget,
  Sandbox,
  SandboxFacts,
  SandboxSpec,
  Session,
} from './port.ts';
export { HiddenValues, redact } from './redact.ts';
export { Relay, relayScript } from './relay.ts';
export { isPicture, type RunReport, reportRun, typeOf } from './result-text.ts';
export { openSandbox, type SandboxOptions } from './sandbox.ts';
export { roomForSkills } from './spec.ts';
export type { StoredOutput, StreamResult } from './streams.ts';
export {
  type MadeFile,
  type Ran,
  type RunOptions,
  type SkillFiles,
  type Workspace,
  type WorkspaceOwner,
  Workspaces,
} from './workspaces.ts';
