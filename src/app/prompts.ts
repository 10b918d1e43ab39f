import type { Guard } from '../agent/index.ts';
import { BoundedMap } from '../base/bounded.ts';
import type { Clock } from '../base/clock.ts';
import type { Asked, Asker, PromptSection } from '../chat/index.ts';
import type { Gate } from '../people/index.ts';
import type { EquippedSkill } from './skills.ts';

/** Age after which another process's writes are read; this one's are seen at once. */
const FRESH_MS = 60_000;
const REMEMBERED = 1_000;

type Hook = 'standing' | 'passing' | 'prompt';

interface Known {
  at: number;
  sections: Promise<PromptSection[]>;
  /** Policies of the person at the time it was read. */
  policies: object;
  roles: string;
}

/** Skills' parts of the prompt, read once for each person until something of theirs is written. */
export class Prompts {
  /** The skills that have something to say at each place, so that the others cost a message nothing. */
  private readonly by: Record<Hook, readonly EquippedSkill[]>;
  /** Those of them that people of the same roles may use, while the policies stay. */
  private readonly allowed = new WeakMap<object, Map<string, readonly EquippedSkill[]>>();
  private readonly clock: Clock;
  private readonly known = new BoundedMap<string, Known>(REMEMBERED);
  private readonly gate: Pick<Gate, 'may' | 'basis'>;

  private readonly guard: Guard;

  constructor(skills: readonly EquippedSkill[], clock: Clock, gate: Pick<Gate, 'may' | 'basis'>, guard: Guard) {
    this.gate = gate;
    this.guard = guard;
    const having = (hook: Hook) => skills.filter(({ skill }) => skill[hook]);
    this.by = { standing: having('standing'), passing: having('passing'), prompt: having('prompt') };
    this.clock = clock;
  }

  /** Stable parts for every conversation, skill by skill. */
  async standing(asked: Asked): Promise<string[]> {
    const texts = await Promise.all(
      this.permitted('standing', asked).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'standing', () => skill.standing?.(deps, asked)),
      ),
    );
    return texts.filter((text) => text !== undefined);
  }

  async sections(asked: Asked): Promise<PromptSection[]> {
    // A person's own data is nobody else's to read, and a model repeats its prompt.
    const own = asked.private ? await this.ofPerson(asked) : [];
    const passing = Promise.all(
      this.permitted('passing', asked).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'passing', () => skill.passing?.(deps, asked)),
      ),
    );
    return [...own, ...(await passing).filter((section) => section !== undefined)];
  }

  private ofPerson(asker: Asker): Promise<PromptSection[]> {
    const { person } = asker;
    const now = this.clock.now().getTime();
    const known = this.known.get(person.id);
    const { policies, roles } = this.gate.basis(person);
    const isSame = known?.policies === policies && known.roles === roles;
    if (isSame && Math.abs(now - known.at) < FRESH_MS) return known.sections;
    const sections = this.read(asker);
    sections.catch(() => this.changed(person.id));
    this.known.set(person.id, { at: now, sections, policies, roles });
    return sections;
  }

  /** Call when something of the person's was written: it is read again. */
  changed(personId: string): void {
    this.known.delete(personId);
  }

  private async read(asker: Asker): Promise<PromptSection[]> {
    const sections = await Promise.all(
      this.permitted('prompt', asker).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'prompt', () => skill.prompt?.(deps, asker)),
      ),
    );
    return sections.filter((section) => section !== undefined);
  }

  /** A skill that a person may not use says nothing to a model that answers them. */
  private permitted(hook: Hook, { person }: Asker): readonly EquippedSkill[] {
    const { policies, roles } = this.gate.basis(person);
    const ofRoles = this.allowed.get(policies) ?? new Map<string, readonly EquippedSkill[]>();
    this.allowed.set(policies, ofRoles);
    const key = `${hook} ${roles}`;
    const known = ofRoles.get(key);
    if (known) return known;
    const allowed = this.by[hook].filter(({ skill }) =>
      this.gate.may(person, { kind: 'tool', name: 'prompt', skill: skill.name }),
    );
    ofRoles.set(key, allowed);
    return allowed;
  }
}
