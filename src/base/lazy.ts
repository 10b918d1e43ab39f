/** `make` at the first call, and what it gave at every later one. A call that throws is made again. */
export function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
