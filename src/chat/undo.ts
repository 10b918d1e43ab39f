/** Undo of what is done to one thing: the columns that an act may change stand in a call that puts them back. */
import { z } from 'zod';
import {
  type AnyTool,
  type Call,
  dataTool,
  failed,
  quoteRows,
  type ToolResult,
  type TxContext,
} from '../agent/index.ts';
import type { ColumnSpec, Columns, ItemOf, StoredJson, Transaction } from '../storage/index.ts';

interface Undoable {
  id: string;
  /** Grows with each change by the person. */
  version: number;
  tainted: boolean;
}

interface UndoRules<Item extends Undoable, S extends ColumnSpec> {
  /** Kind of the thing, and the beginning of its tools' names: `task`. */
  thing: string;
  columns: Columns<S>;
  /** Columns that need not be stored: the act has left them as they were, and they may be long. */
  omitColumns?(before: Item, after: Item): readonly (keyof S & string)[];
  /** The person's own; held until `tx` ends. */
  find(tx: Transaction, personId: string, id: string): Promise<Item | undefined>;
  label(item: Item): string;
  notFound: string;
  changedSince(item: Item): string;
}

/** Columns as they stood before an act; `has`: the call has stored it. */
export interface StoodBefore<S extends ColumnSpec> {
  values: ItemOf<Columns<S>>;
  has(key: keyof S & string): boolean;
}

const input = z.object({
  id: z.string(),
  /** The one that the act left: a later change is not undone unseen. */
  version: z.int(),
  /** Left out: the act had made the thing. */
  before: z.record(z.string(), z.unknown()).optional(),
});

export class ThingUndo<Item extends Undoable, S extends ColumnSpec> {
  readonly input = input;
  readonly #rules: UndoRules<Item, S>;

  constructor(rules: UndoRules<Item, S>) {
    this.#rules = rules;
  }

  /** Call that undoes an act, whose `after.version` is the one that it left; without `before` the act had made it. */
  callFor(after: Item, before: Item | undefined): Call & { label: string } {
    const { thing, label } = this.#rules;
    const snapshot = before && { before: this.#snapshotOf(before, after) };
    return {
      tool: `${thing}_restore`,
      input: { id: after.id, version: after.version, ...snapshot },
      label: label(after),
    };
  }

  /** The tool of that call. `putBack`: without `before` the thing goes. */
  tool(putBack: (ctx: TxContext, item: Item, before: StoodBefore<S> | undefined) => Promise<ToolResult>): AnyTool {
    const { thing } = this.#rules;
    return dataTool({
      name: `${thing}_restore`,
      dialogue: { thing },
      description: `Takes back what was done to a ${thing}.`,
      effect: 'write',
      callers: 'buttons',
      record: { redact: ({ id, version }: { id: string; version: number }) => ({ id, version }) },
      input: this.input,
      run: (stored, ctx) => this.takeBack(ctx, stored, (item, before) => putBack(ctx, item, before)),
    });
  }

  /** Has the thing put back unless it is gone, or was changed since. */
  async takeBack(
    { tx, person }: TxContext,
    { id, version, before }: z.output<typeof input>,
    putBack: (item: Item, before: StoodBefore<S> | undefined) => Promise<ToolResult>,
  ): Promise<ToolResult> {
    const { columns, find, notFound, changedSince } = this.#rules;
    const item = await find(tx, person.id, id);
    if (!item) return failed('NOT_FOUND', notFound);
    if (item.version !== version) return quoteRows(failed('CHANGED', changedSince(item)), [item]);
    const values = before && columns.fromJson(before as StoredJson);
    const snapshot = values && { values, has: (key: string) => Object.hasOwn(before, key) };
    return quoteRows(await putBack(item, snapshot), [item]);
  }

  #snapshotOf(before: Item, after: Item): StoredJson {
    const { columns, omitColumns } = this.#rules;
    const omitted = omitColumns?.(before, after) ?? [];
    // The columns are those of the item.
    const stored = Object.entries(columns.toJson(before as unknown as ItemOf<Columns<S>>));
    return Object.fromEntries(stored.filter(([key]) => !omitted.includes(key)));
  }
}
