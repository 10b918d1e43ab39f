import type { Instant } from '../../base/clock.ts';

export const TYPES = ['fact', 'preference', 'event'] as const;
export type MemoryType = (typeof TYPES)[number];

export interface Memory {
  id: string;
  personId: string;
  type: MemoryType;
  text: string;
  tags: string[];
  /** 1 to 5. */
  importance: number;
  /** `YYYY-MM-DD`, of an event. */
  happenedOn: string | null;
  source: 'told' | 'extracted' | 'imported';
  saidBy: string;
  saidAt: Instant;
  /** The message that says it, by its identity (`discord:<channel>:<id>`); null: none does. */
  message: string | null;
  /** `past`: a newer one says otherwise. `proposed`: waits for the person's word. */
  state: 'current' | 'past' | 'proposed' | 'deleted';
  supersededBy: string | null;
  tainted: boolean;
  createdAt: Instant;
}

export type NewMemory = Omit<Memory, 'state' | 'supersededBy' | 'createdAt' | 'message'> & {
  state?: 'current' | 'past' | 'proposed';
  conversationId: string | null;
  /** The message that says it: by its identity, or as the row of the inbox that is answered. */
  from?: { message: string | null } | { inboxId: string | undefined };
  messageSeq?: number | null;
  terms: readonly string[];
  slot?: string | null;
};
