import { BoundedMap } from '../base/bounded.ts';
import type { Clock } from '../base/clock.ts';
import type { Asked, Asker, PromptSection } from '../chat/index.ts';
import type { EquippedSkill } from './skills.ts';

/** What another process wrote is seen after this long; what this one wrote, at once. */
const FRESH_MS = 60_000;
const REMEMBERED = 1_000;

/** What skills add to the prompt, read once for each person until something of theirs is written. */
export class Prompts {
  private readonly skills: readonly EquippedSkill[];
  private readonly clock: Clock;
  private readonly known = new BoundedMap<string, { at: number; sections: Promise<PromptSection[]> }>(REMEMBERED);

  constructor(skills: readonly EquippedSkill[], clock: Clock) {
    this.skills = skills;
    this.clock = clock;
  }

  /** What stands before every conversation, skill by skill. */
  async standing(asked: Asked): Promise<string[]> {
    const texts = await Promise.all(this.skills.map(({ skill, deps }) => skill.standing?.(deps, asked)));
    return texts.filter((text) => text !== undefined);
  }

  async sections(asked: Asked): Promise<PromptSection[]> {
    // What is the person's own is nobody else's to read, and a model repeats what it is shown.
    const own = asked.private ? await this.ofPerson(asked) : [];
    const passing = Promise.all(this.skills.map(({ skill, deps }) => skill.passing?.(deps, asked)));
    return [...own, ...(await passing).filter((section) => section !== undefined)];
  }

  private ofPerson(asker: Asker): Promise<PromptSection[]> {
    const { person } = asker;
    const now = this.clock.now().getTime();
    const known = this.known.get(person.id);
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.sections;
    const sections = this.read(asker);
    sections.catch(() => this.changed(person.id));
    this.known.set(person.id, { at: now, sections });
    return sections;
  }

  /** Call when something of the person's was written: it is read again. */
  changed(personId: string): void {
    this.known.delete(personId);
  }

  private async read(asker: Asker): Promise<PromptSection[]> {
    const sections = await Promise.all(this.skills.map(({ skill, deps }) => skill.prompt?.(deps, asker)));
    return sections.filter((section) => section !== undefined);
  }
}
