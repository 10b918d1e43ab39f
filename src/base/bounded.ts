/** A map of at most `most` entries: one more drops the one that came first. A key that is set again keeps its place. */
export class BoundedMap<K, V> extends Map<K, V> {
  private readonly most: number;

  constructor(most: number) {
    super();
    this.most = most;
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    if (this.size > this.most) this.delete(this.keys().next().value as K);
    return this;
  }
}

export class BoundedSet<T> extends Set<T> {
  private readonly most: number;

  constructor(most: number) {
    super();
    this.most = most;
  }

  override add(value: T): this {
    super.add(value);
    if (this.size > this.most) this.delete(this.values().next().value as T);
    return this;
  }
}
