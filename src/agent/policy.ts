import type { Origin, Place } from '../delivery/index.ts';
import type { Person } from '../people/index.ts';
import { standIn } from './targets.ts';
import * as texts from './texts.ts';
import { type Effect, type Failed, failed, type Tool } from './tool.ts';

/** What is known when it is decided whether a call may run. */
export interface PolicyQuestion {
  tool: Tool;
  effect: Effect;
  input: unknown;
  person: Person;
  /** What the configuration says of the tool, and of the skill that it uses, for this person. */
  gate: 'allow' | 'ask' | 'deny';
  place: Place;
  /** Nobody but the person sees the answer. */
  private: boolean;
  /** Whose words are answered. */
  origin: Origin;
  /** The specialist whose nested turn calls; undefined: the one that talks to the person. */
  agent: string | undefined;
  /** The person asked for exactly this call, by name; no model chose it. */
  byName: boolean;
  /** Untrusted text went into the turn. */
  tainted: boolean;
  /** The person's own files are shown in the conversation: what leaves is looked at as if it were tainted. */
  files: boolean;
  /** What the call points at: addresses, recipients; undefined where its tool does not say. */
  targets: readonly string[] | undefined;
  /** Where it sends something to besides this conversation. */
  elsewhere: readonly string[];
  /** Ids of the people whose data it names. */
  persons: readonly string[];
  /** The asker's own words of this turn. */
  said: readonly string[];
  /** Results that these words asked for. */
  found: readonly string[];
  /** The words ask for this very deletion. */
  named: boolean;
  /** How much the turn has deleted before this call without being asked to. */
  deletions: number;
  /** The person has said yes to this tool for the rest of the conversation. */
  remembered: boolean;
}

export type Decision = { kind: 'allow' } | { kind: 'ask'; reason: string } | { kind: 'deny'; reason: string };

export type Policy = (question: PolicyQuestion) => Decision;

/** What the owner configured: tools that act outside and need not ask, and those whose yes may be remembered. */
export interface PolicyRules {
  unasked: readonly string[];
  rememberable: readonly string[];
}

const ALLOW: Decision = { kind: 'allow' };

/**
 * The rules, in the order in which they are asked; the first one that says something decides. A rule for what asks or is
 * denied stands before those that allow, so that no configuration can allow it.
 */
export function policyOf(rules: PolicyRules): Policy {
  return (question) => refusal(question) ?? caution(question) ?? permission(question, rules);
}

function refusal({ person, gate, persons }: PolicyQuestion): Decision | undefined {
  if (gate === 'deny') return { kind: 'deny', reason: texts.notPermitted() };
  if (persons.some((id) => id !== person.id)) return { kind: 'deny', reason: texts.othersData() };
  return undefined;
}

/** What asks whatever its effect is. */
function caution({ tool, input, gate, elsewhere, tainted, named, deletions }: PolicyQuestion): Decision | undefined {
  if (tool.confirm) return { kind: 'ask', reason: texts.alwaysAsks() };
  if (gate === 'ask') return { kind: 'ask', reason: texts.policyAsks() };
  if (elsewhere.length > 0) return { kind: 'ask', reason: texts.sendsElsewhere(elsewhere) };
  const deletes = tool.deletes?.(input) ?? 0;
  // One deletion is shown beside the answer, with an Undo; who is led to delete everything is asked.
  if (tainted && deletes > 0 && !named && deletions + deletes > 1) return { kind: 'ask', reason: texts.deletesMore() };
  return undefined;
}

function permission(question: PolicyQuestion, rules: PolicyRules): Decision {
  const { tool, effect, person, targets, said, found, tainted, files, remembered } = question;
  const leaks = tainted || files;
  switch (effect) {
    case 'read':
    case 'write':
      return ALLOW;
    case 'fetch': {
      const isAsked = targets !== undefined && standIn(targets, [...said, ...found]);
      return !leaks || isAsked ? ALLOW : { kind: 'ask', reason: tainted ? texts.untrusted() : texts.filesInPlay() };
    }
    case 'external': {
      const isUnasked = rules.unasked.includes(tool.name) || (remembered && rules.rememberable.includes(tool.name));
      return isUnasked && !leaks && person.role !== 'guest' ? ALLOW : { kind: 'ask', reason: texts.actsOutside() };
    }
    case 'dangerous':
      return { kind: 'ask', reason: texts.cannotBeUndone() };
  }
}

/** What a setting of a shared place changes, it changes for everybody there: that is an owner's to decide. */
export function refusedHere({ person, place }: { person: Person; place: Place }): Failed | undefined {
  return place.kind === 'dm' || person.role === 'owner' ? undefined : failed('DENIED', texts.settingOfAll());
}
