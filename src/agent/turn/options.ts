import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Choice, Delivery, Item, Origin, Place } from '../../delivery/index.ts';
import type { Person } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import type { WhenContext } from '../../time/index.ts';
import type { Likeness } from '../../vectors/index.ts';
import type { ApprovalRules } from '../approvals/index.ts';
import type { Sections, ShowFile } from '../context/index.ts';
import type { InterpreterSource } from '../dialogue/interpreter.ts';
import type { Inference } from '../inference/inference.ts';
import type { Model } from '../inference/model.ts';
import type { CritiqueRules } from '../tools/critique.ts';
import type { Policy } from '../tools/policy.ts';
import type { Toolbox } from '../tools/toolbox.ts';

export interface TurnOver {
  /** `waiting`: for the person's decision; `abandoned`: it was cut off here and goes on elsewhere or later. */
  how: 'answered' | 'failed' | 'waiting' | 'cancelled' | 'abandoned';
  /** The same value as `ctx.turn.key` of its calls; a turn that goes on later has another. */
  turnKey: object;
  id: string;
  person: Person;
  place: Place;
  private: boolean;
  conversationId: string;
  tainted: boolean;
  said: string;
  answer?: string;
  /** All that its person was told, whoever worded it. */
  says?: string;
  origin: Origin;
  /** The person has spoken it. */
  isSpoken: boolean;
  /** Settings of the conversation when the turn began. */
  settings: Readonly<Record<string, Json>>;
}

export interface AgentOptions {
  database: Database;
  world: World;
  delivery: Delivery;
  toolbox: Toolbox;
  offersFor?(item: Item): readonly Choice[];
  /** The model that answers in this conversation; undefined where none is configured. */
  model(item: Item): Model | undefined;
  inference: Inference;
  /** Understands people where no model answers; without it, commands are what there is. */
  interpreter?: InterpreterSource;
  /** A page runs, where an owner adds things. */
  hasPage: boolean;
  likeness?: Likeness;
  policy: Policy;
  approvals: ApprovalRules;
  critique: CritiqueRules;
  maxToolCalls: number;
  /** Milliseconds after which a turn ends; the time that it waits for a person does not count. */
  turnTimeoutMs: number;
  /** True if the asker's follow-ups are taken along into the running turn. */
  steer: boolean;
  time: Omit<WhenContext, 'now' | 'zone'>;
  defaultZone: string;
  system(item: Item): Promise<string>;
  sections(item: Item): Promise<Sections['sections']>;
  showFile?: ShowFile;
  onChange(personId: string, tool?: string): void;
  /** A turn has ended or is parked, and that is stored. */
  turnOver(over: TurnOver): Promise<void>;
  wakeAt(at: Date): void;
}
