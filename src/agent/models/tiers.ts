import { isHeavy } from './effort.ts';

/** `light` for titles, summaries and routing, `heavy` for what is worth thinking about. */
export type Tier = 'light' | 'default' | 'heavy';

interface TierSettings {
  heavy_by_itself: boolean;
}

/** Chooses the tier that answers `text`; must not throw, and takes no time to speak of. */
export type TierChoice = (text: string) => Tier;

/** The choice between the tiers for a message whose conversation has chosen no model. */
export class Tiers {
  private readonly settings: TierSettings;
  private readonly nameOf: (tier: Tier) => string;
  private learnt: TierChoice | undefined;

  constructor(settings: TierSettings, nameOf: (tier: Tier) => string) {
    this.settings = settings;
    this.nameOf = nameOf;
  }

  /** The tier whose model `provider/model` is; undefined where it is none's, or more than one's. */
  of(model: string): Tier | undefined {
    const tiers = (['light', 'default', 'heavy'] as const).filter((tier) => this.nameOf(tier) === model);
    return tiers.length === 1 ? tiers[0] : undefined;
  }

  /** The written rule: the heavy tier for what is worth it, where that is wanted; else the default one. */
  rule(text: string): Tier {
    return this.settings.heavy_by_itself && isHeavy(text) ? 'heavy' : 'default';
  }

  /** The tier that answers: by what was learnt, where something is followed, else by the written rule. */
  choose(text: string): Tier {
    // An empty text (a question about the model itself) is no message.
    return this.learnt && text !== '' ? this.learnt(text) : this.rule(text);
  }

  /** From now on `choice` stands in the written rule's place; undefined: the rule is back. */
  follow(choice: TierChoice | undefined): void {
    this.learnt = choice;
  }
}
