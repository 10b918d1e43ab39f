/** The focus: the place of the next key. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches;

export const isFocusNowhere = (): boolean => !document.activeElement || document.activeElement === document.body;

export const focusIn = (root: Element | null | undefined, selector: string): void =>
  root?.querySelector<HTMLElement>(selector)?.focus();

interface FocusWish {
  /** The element within it that takes the focus. */
  within?: string;
  /** Not on a touch screen, where a keyboard would cover the page. */
  isQuiet?: boolean;
  /** Not where the person has gone on to something else. */
  isIfNowhere?: boolean;
}

/** Gives an element the focus whenever `turn` has become another value; none while that is undefined or false. */
export function useFocus(
  element: RefObject<HTMLElement>,
  turn: unknown,
  { within, isQuiet = false, isIfNowhere = false }: FocusWish = {},
): void {
  const before = useRef<unknown>(undefined);
  useLayoutEffect(() => {
    const isNew = before.current !== turn;
    before.current = turn;
    if (!isNew || turn === undefined || turn === false) return;
    if ((isQuiet && isTouch()) || (isIfNowhere && !isFocusNowhere())) return;
    if (within === undefined) element.current?.focus();
    else focusIn(element.current, within);
  });
}
