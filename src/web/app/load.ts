/** Answers of the API as a page shows them: the old until the new is there, and read anew when an event says that it changed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../api/client.ts';
import { onEvent } from '../api/events.ts';

export interface LoadState<T> {
  data: T | undefined;
  failure: Failure | undefined;
  isLoading: boolean;
  reload(): void;
  /** Shows other data at once, until the next answer. */
  patch(change: (data: T) => T): void;
}

const SOON_MS = 60;

/**
 * Reads with `read` when `key` is another one, after a lost connection, and when one of the words `changes` is told. An answer that
 * comes after a newer question is dropped.
 */
export function useLoad<T>(key: string, read: () => Promise<T>, changes: readonly string[] = []): LoadState<T> {
  const [state, setState] = useState<{ key: string; data?: T; failure?: Failure; isLoading: boolean }>({
    key,
    isLoading: true,
  });
  const latest = useRef({ read, turn: 0 });
  latest.current.read = read;
  const reload = useRef(() => {});
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const turn = ++latest.current.turn;
      const isOld = () => isGone || turn !== latest.current.turn;
      try {
        const data = await latest.current.read();
        if (!isOld()) setState({ key, data, isLoading: false });
      } catch (error) {
        if (!isOld()) setState((before) => ({ ...before, key, failure: failureOf(error), isLoading: false }));
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), SOON_MS);
    };
    reload.current = () => void load();
    setState((before) => ({ ...before, isLoading: true }));
    void load();
    const stops = [
      onEvent('ready', soon),
      onEvent('changed', ({ what }) => {
        if (changes.includes(what)) soon();
      }),
    ];
    return () => {
      isGone = true;
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [key]);
  const { data, failure } = state;
  return {
    data,
    failure,
    isLoading: state.isLoading,
    reload: () => reload.current(),
    patch: (change) => {
      latest.current.turn++;
      setState((before) => (before.data === undefined ? before : { ...before, data: change(before.data) }));
    },
  };
}
