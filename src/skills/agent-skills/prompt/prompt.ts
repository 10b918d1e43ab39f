/** What the model is told of skills before it answers. */

import { tokensIn } from '../../../agent/index.ts';
import type { Asked, PromptSection } from '../../../chat/index.ts';
import type { View, Views } from '../host.ts';
import { activeIn, offIn } from '../settings.ts';
import * as texts from '../texts.ts';
import { type Listed, listed, passingBudget } from './list.ts';
import { entryOf, isFor, offered } from './offered.ts';
import type { SkillSearch } from './search.ts';

/** Lists of so many different conversations are kept. */
const KEPT = 100;
const MOST_FITTING = 5;
/** The list may take so much of a window. */
const WINDOW_SHARE = 0.06;

export class SkillPrompt {
  private readonly views: Views;
  private readonly search: SkillSearch;
  private readonly budget: number;
  private readonly lists = new WeakMap<View, Map<string, Listed | undefined>>();

  /** `budget`: tokens. */
  constructor(views: Views, search: SkillSearch, budget: number) {
    this.views = views;
    this.search = search;
    this.budget = budget;
  }

  /** The list. It changes with the skills, what was decided about them, and what is off in the conversation. */
  standing({ turn, settings, window }: Asked): string | undefined {
    return this.list(this.views.of(turn), offIn(settings), this.budgetIn(window))?.text;
  }

  /** What of the rest fits the message, and what is in use. */
  async passing({ turn, settings, epoch, text, window }: Asked): Promise<PromptSection | undefined> {
    const view = this.views.of(turn);
    const off = offIn(settings);
    const active = activeIn(settings, epoch).filter((name) => {
      const skill = view.snapshot.skills.get(name);
      // What a specialist has activated is not for the one that talks to the person.
      return skill && isFor(skill) && !off.has(name);
    });
    const fitting = await this.fitting(view, off, text, this.budgetIn(window));
    const lines = [
      ...(active.length > 0 ? [texts.stillActive(active)] : []),
      ...(fitting.length > 0 ? [texts.mayFit(), ...fitting] : []),
    ];
    return lines.length > 0 ? { title: 'Skills', text: lines.join('\n') } : undefined;
  }

  /** Tokens for the list: in a small window a small share of it. */
  private budgetIn(window: number | undefined): number {
    return window === undefined ? this.budget : Math.min(this.budget, Math.floor(window * WINDOW_SHARE));
  }

  private async fitting(view: View, off: ReadonlySet<string>, text: string, budget: number): Promise<string[]> {
    const list = this.list(view, off, budget);
    if (!list?.isCut || text === '') return [];
    const may = new Set(offered(view, off));
    const found = await this.search.find(view.snapshot, text);
    const entries: string[] = [];
    let left = passingBudget(budget) - tokensIn(texts.mayFit());
    for (const skill of found) {
      if (entries.length === MOST_FITTING) break;
      if (!may.has(skill) || list.names.has(skill.name)) continue;
      const entry = entryOf(skill);
      left -= tokensIn(entry);
      if (left < 0) break;
      entries.push(entry);
    }
    return entries;
  }

  private list(view: View, off: ReadonlySet<string>, budget: number): Listed | undefined {
    const key = [budget, ...[...off].sort()].join('\n');
    const known = this.lists.get(view) ?? new Map<string, Listed | undefined>();
    this.lists.set(view, known);
    if (known.has(key)) return known.get(key);
    const made = listed(offered(view, off), budget, view.decisions.uses);
    if (known.size >= KEPT) known.clear();
    known.set(key, made);
    return made;
  }
}
