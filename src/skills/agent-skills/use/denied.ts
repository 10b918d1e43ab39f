import type { Gate, Who } from '../../../people/index.ts';
import type { View } from '../host.ts';

/** The skills that a person may not use, whose names are then neither shown nor taken. */
export type DeniedSkills = (view: View, who: Who) => ReadonlySet<string>;

/** Asks the gate once for each role while the skills and the policies stay what they are. */
export function deniedBy(gate: Pick<Gate, 'may' | 'basis'>): DeniedSkills {
  const known = new WeakMap<View, WeakMap<object, Map<string, ReadonlySet<string>>>>();
  return (view, who) => {
    const { policies, roles } = gate.basis(who);
    const ofView = known.get(view) ?? new WeakMap<object, Map<string, ReadonlySet<string>>>();
    const ofRoles = ofView.get(policies) ?? new Map<string, ReadonlySet<string>>();
    known.set(view, ofView.set(policies, ofRoles));
    const names = [...view.snapshot.skills.keys()];
    const denied = ofRoles.get(roles) ?? new Set(names.filter((name) => !gate.may(who, { kind: 'skill', name })));
    ofRoles.set(roles, denied);
    return denied;
  };
}
