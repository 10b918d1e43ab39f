/** The one place where proposals are listed, decided and taken back, whatever has made them. */
import type { LazySkill, SkillDeps } from '../chat/index.ts';
import { approvalChannelCheck } from './channel.ts';
import { type Improvement, improvementConfig } from './config.ts';
import type { AnyProposalKind } from './proposals.ts';
import { proposalRoutes, type ReadWeeks, type RouteDeps } from './routes.ts';
import { deletionRules, mergeRules } from './store.ts';
import { proposalCommand, proposalTools } from './tools.ts';

/** A maker of proposals: the kinds that it makes. */
export type ProposalMaker = (deps: SkillDeps<Improvement>) => {
  kinds: readonly AnyProposalKind[];
  readWeeks?: ReadWeeks;
};

/** Imports a maker, once self-improvement is on. */
export type ProposalSource = () => Promise<ProposalMaker>;

/** Present in every coda, so that what is stored goes with its person; without its block it does nothing. */
export function proposals(sources: readonly ProposalSource[]): LazySkill<Improvement | undefined> {
  return {
    name: 'proposals',
    config: improvementConfig,
    views: { routes: () => proposalRoutes(undefined) },
    data: { deletionRules, mergeRules },
    async load(settings) {
      if (!settings?.enabled) return {};
      const makers = await Promise.all(sources.map((source) => source()));
      const on = (deps: SkillDeps<Improvement>): RouteDeps => {
        const parts = makers.map((maker) => maker(deps));
        const kinds = new Map(parts.flatMap((each) => each.kinds).map((kind) => [kind.category, kind]));
        return { ...deps, kinds, readWeeks: parts.find(({ readWeeks }) => readWeeks)?.readWeeks };
      };
      return {
        tools: (deps) => proposalTools(on(deps)),
        commands: (deps) => [proposalCommand(on(deps))],
        views: { checks: approvalChannelCheck, routes: (deps) => proposalRoutes(on(deps)) },
      };
    },
  };
}
