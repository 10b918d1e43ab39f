/** Somebody who wants to get something done. */
import { expect } from 'vitest';
import type { Page } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import type { Household } from '../household.ts';

type Role = Parameters<Page['getByRole']>[0];

/** Somebody at the page: their presses count, what they type does not. */
export class Visitor {
  readonly page: Page;
  readonly home: Household;
  readonly isPhone: boolean;
  presses = 0;

  constructor(page: Page, home: Household, isPhone: boolean) {
    this.page = page;
    this.home = home;
    this.isPhone = isPhone;
  }

  async press(role: Role, name: string | RegExp, within?: string | RegExp): Promise<void> {
    this.presses++;
    const dialog = this.page.locator('dialog[open]');
    const page = (await dialog.count()) > 0 ? dialog : this.page;
    const scope = within === undefined ? page : page.locator('[data-row], .row, .card').filter({ hasText: within });
    await scope
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** To a page, as one goes there: by its link, or on a phone by the bar at the bottom. */
  async to(label: string): Promise<void> {
    const link = this.page.getByRole('link', { name: label }).and(this.page.locator(':visible'));
    if (await link.count()) {
      this.presses++;
      await link.first().click();
      return;
    }
    await this.press('button', 'More pages');
    await this.press('menuitem', label);
  }

  /** To a page within a group: by the group and its tab, or on a phone by the search. */
  async within(group: string, label: string): Promise<void> {
    if (!this.isPhone) {
      await this.to(group);
      await this.press('link', new RegExp(`^${label}`));
      return;
    }
    await this.press('button', 'Search');
    await this.page.getByRole('combobox', { name: 'Search everything' }).fill(label);
    await this.press('option', new RegExp(`^${label}`));
  }

  async fill(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).and(this.page.locator(':visible')).first().fill(text);
  }

  sees(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).and(this.page.locator(':visible')).first().waitFor();
  }

  seesNot(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).and(this.page.locator('main *')).first().waitFor({ state: 'detached' });
  }

  rows(sql: string): Promise<number> {
    return this.home.programs.coda.count(sql);
  }

  async counts(sql: string, wanted: number): Promise<void> {
    await eventually(async () => (await this.rows(sql)) === wanted);
    expect(await this.rows(sql), sql).toBe(wanted);
  }
}

export type Task = readonly [does: string, run: (who: Visitor) => Promise<void>];
