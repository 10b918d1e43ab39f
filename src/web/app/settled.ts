import { useEffect, useState } from 'preact/hooks';

/** Milliseconds without another key until coda is asked. */
const SOON_MS = 200;

/** Typed words, once nobody types any more. */
export function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed.trim()), SOON_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
