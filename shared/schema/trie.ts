/** Values kept under paths of keys: a look-up by several keys that puts no text together. */

interface Node<K, V> {
  /** Undefined where no path goes on: of most nodes. */
  next: Map<K, Node<K, V>> | undefined;
  value: V | undefined;
  /** Where the last look-up went on from here: the next one most often goes on there too. */
  lastKey: K | undefined;
  last: Node<K, V> | undefined;
}

const newNode = <K, V>(): Node<K, V> => ({
  next: undefined,
  value: undefined,
  lastKey: undefined,
  last: undefined,
});

const below = <K, V>(node: Node<K, V>, key: K): Node<K, V> | undefined => {
  if (node.last !== undefined && node.lastKey === key) return node.last;
  const next = node.next?.get(key);
  if (next !== undefined) {
    node.lastKey = key;
    node.last = next;
  }
  return next;
};

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
    for (let at = 0; at < path.length && node !== undefined; at++) node = below(node, path[at] as K);
    return node?.value;
  }

  set(path: readonly K[], value: V): void {
    let node = this.#root;
    for (const key of path) {
      node.next ??= new Map();
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
