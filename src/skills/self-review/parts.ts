/** The parts of self-review; each is a folder and a line here. */
import { DAY_MS } from '../../base/clock.ts';
import type { AskedPrompt, PromptSection, Skill, SkillDeps } from '../../chat/index.ts';
import { nightly, type ProposalKinds, type ProposalMaker } from '../../proposals/index.ts';
import { assessmentPart } from './assessment/index.ts';
import { scoresByWeek } from './assessment/store.ts';
import type { Settings } from './config.ts';
import { examplesPart } from './examples/index.ts';
import { gapsPart } from './gaps/index.ts';
import type { Deps, Part } from './part.ts';
import { promptPart } from './prompt/index.ts';
import { reflectionPart } from './reflection/index.ts';
import { routingPart } from './routing/index.ts';

const PARTS: readonly Part[] = [assessmentPart, reflectionPart, promptPart, routingPart, gapsPart, examplesPart];

const partsOn = (settings: Settings): readonly Part[] => PARTS.filter((part) => part.isOn?.(settings) ?? true);

export function reviewParts(settings: Settings): Partial<Skill<Settings>> {
  const on = partsOn(settings);
  const works = on.flatMap((part) => (part.nightly ? [nightly(part.nightly)] : []));
  const ownDeps = (deps: SkillDeps<Settings>): Deps => ({ ...deps, kinds: kindsOf(on, deps) });
  const askAll = <T>(ask: (part: Part) => Promise<T | undefined> | undefined) =>
    Promise.all(on.map(ask)).then((answers) => answers.filter((each) => each !== undefined));
  return {
    tools: (deps) => [...on, ...works].flatMap((each) => each.tools?.(ownDeps(deps)) ?? []),
    work: {
      jobs: (deps) => [...on, ...works].flatMap((each) => each.jobs?.(ownDeps(deps)) ?? []),
      ownSchedules: (deps) => works.flatMap((work) => work.schedules(ownDeps(deps))),
      onStart(deps) {
        for (const part of on) part.onStart?.(ownDeps(deps));
      },
      async turnOver(deps, over) {
        await askAll((part) => part.turnOver?.(ownDeps(deps), over));
      },
    },
    prompt: {
      async stable(deps, about: AskedPrompt) {
        const texts = await askAll((part) => part.stablePrompt?.(ownDeps(deps), about));
        return texts.length === 0 ? undefined : texts.join('\n\n');
      },
      message: async (deps, about: AskedPrompt) =>
        joinSections(await askAll((part) => part.messagePrompt?.(ownDeps(deps), about))),
    },
  };
}

function kindsOf(parts: readonly Part[], deps: SkillDeps<Settings>): ProposalKinds {
  return new Map(parts.flatMap((part) => part.kinds?.(deps) ?? []).map((kind) => [kind.category, kind]));
}

function joinSections(sections: readonly PromptSection[]): PromptSection | undefined {
  const [first] = sections;
  if (!first) return undefined;
  return { title: first.title, text: sections.map(({ text }) => text).join('\n\n') };
}

const WEEKS = 12;

export const reviewMaker =
  (settings: Settings | undefined): ProposalMaker =>
  (deps) => ({
    kinds: settings ? [...kindsOf(partsOn(settings), { ...deps, config: settings }).values()] : [],
    readWeeks: (db, now) => scoresByWeek(db, new Date(now.getTime() - WEEKS * 7 * DAY_MS), deps.people.household.zone),
  });
