/** The contract of the parts of self-review; `parts.ts` lists them. */
import type { AnyTool, TurnOver } from '../../agent/index.ts';
import type { AskedPrompt, PromptSection, SkillDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import type { AnyProposalKind, Nightly, ProposalKinds } from '../../proposals/index.ts';
import type { Settings } from './config.ts';

export interface Deps extends SkillDeps<Settings> {
  kinds: ProposalKinds;
}

/** A part of self-improvement: deleting its folder and its line deletes it. Nothing of it is imported while the block is off. */
export interface Part {
  name: string;
  /** True if these settings switch it on; left out: it is. */
  isOn?(config: Settings): boolean;
  kinds?(deps: SkillDeps<Settings>): readonly AnyProposalKind[];
  tools?(deps: Deps): readonly AnyTool[];
  jobs?(deps: Deps): readonly JobHandler[];
  nightly?: Nightly<Deps>;
  /** Called when coda has started; what it begins goes on beside. */
  onStart?(deps: Deps): void;
  turnOver?(deps: Deps, over: TurnOver): Promise<void>;
  stablePrompt?(deps: Deps, asked: AskedPrompt): Promise<string | undefined>;
  messagePrompt?(deps: Deps, asked: AskedPrompt): Promise<PromptSection | undefined>;
}
