/** The one place where proposals are listed, decided and taken back, whatever has made them. */
import type { Skill, SkillDeps } from '../chat/index.ts';
import { approvalChannelCheck } from './channel.ts';
import { type Improvement, improvementConfig } from './config.ts';
import type { AnyProposalKind } from './proposals.ts';
import { proposalRoutes, type ReadRecord, type RouteDeps } from './routes.ts';
import { deletionRules, mergeRules } from './store.ts';
import { proposalCommand, proposalTools } from './tools.ts';

/** A maker of proposals: the kinds that it makes, in a coda with self-improvement. */
export type ProposalSource = (deps: SkillDeps<Improvement>) => {
  kinds: readonly AnyProposalKind[];
  readRecord?: ReadRecord;
};

type Optional = Improvement | undefined;

/** Present in every coda, so that what is stored goes with its person; without its block it does nothing. */
export function proposals(sources: readonly ProposalSource[]): Skill<Optional> {
  const own = ({ config, ...deps }: SkillDeps<Optional>): RouteDeps | undefined => {
    if (!config?.enabled) return undefined;
    const set = { ...deps, config };
    const made = sources.map((source) => source(set));
    const kinds = new Map(made.flatMap((each) => each.kinds).map((kind) => [kind.category, kind]));
    return { ...set, kinds, readRecord: made.find(({ readRecord }) => readRecord)?.readRecord };
  };
  const whenOn = <T>(deps: SkillDeps<Optional>, parts: (on: RouteDeps) => T[]): T[] => {
    const on = own(deps);
    return on ? parts(on) : [];
  };
  return {
    name: 'proposals',
    config: improvementConfig,
    tools: (deps) => whenOn(deps, proposalTools),
    commands: (deps) => whenOn(deps, (on) => [proposalCommand(on)]),
    views: {
      checks: (deps) => whenOn(deps, approvalChannelCheck),
      routes: (deps) => proposalRoutes(own(deps)),
    },
    data: { deletionRules, mergeRules },
  };
}
