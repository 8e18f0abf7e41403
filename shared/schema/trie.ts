/** Values kept under paths of keys: a look-up by several keys that puts no text together. */

interface Node<K, V> {
  readonly next: Map<K, Node<K, V>>;
  value: V | undefined;
}

const newNode = <K, V>(): Node<K, V> => ({ next: new Map(), value: undefined });

/** Unbounded: whoever fills it from what others choose looks at `size`. */
export class Trie<K, V> {
  #root: Node<K, V> = newNode();
  #size = 0;

  /** How many values there are. */
  get size(): number {
    return this.#size;
  }

  get(path: readonly K[]): V | undefined {
    let node: Node<K, V> | undefined = this.#root;
    for (let at = 0; at < path.length && node !== undefined; at++) node = node.next.get(path[at] as K);
    return node?.value;
  }

  set(path: readonly K[], value: V): void {
    let node = this.#root;
    for (const key of path) {
      let next = node.next.get(key);
      if (next === undefined) {
        next = newNode();
        node.next.set(key, next);
      }
      node = next;
    }
    if (node.value === undefined) this.#size++;
    node.value = value;
  }

  clear(): void {
    this.#root = newNode();
    this.#size = 0;
  }
}
