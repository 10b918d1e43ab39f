/** Runs code in locked-down containers. */
export { buildImage, type ImageRequest } from './build.ts';
export { type BuildRequest, type BuiltImage, type ImageBuilder, openBuilder } from './builder.ts';
export type { SandboxCode, SandboxFailure } from './failure.ts';
export { allowsImage } from './images.ts';
export { isPicture, typeOf } from './kinds.ts';
export type {
  Collected,
  CollectLimits,
  Detached,
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
export { type Told, told } from './result-text.ts';
export { openSandbox, type SandboxOptions } from './sandbox.ts';
export { roomForSkills } from './spec.ts';
export type { Kept, StreamResult } from './streams.ts';
export {
  type MadeFile,
  type Ran,
  type RunOptions,
  type SkillFiles,
  type Workspace,
  type WorkspaceOwner,
  Workspaces,
} from './workspaces.ts';
