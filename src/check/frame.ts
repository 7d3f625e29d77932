/** @file Instances: the tree of paths under which parameters, buffers and draws live, the same in all three elaborations. */

/**
 * A place that owns parameters. Children are found by the syntax node that applied a word, so that an instance keeps its name
 * whatever `training` chooses around it; unnamed ones count per word.
 */
export class Frame {
  readonly #children = new Map<object, Map<string, Frame>>();
  readonly #taken: Set<string>;
  constructor(
    readonly path: string,
    taken?: Set<string>,
  ) {
    this.#taken = taken ?? new Set();
  }

  /** `path.name`, or the name alone at the top. */
  join(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
  #known(node: object, variant: string, make: () => Frame): Frame {
    let variants = this.#children.get(node);
    if (!variants) this.#children.set(node, (variants = new Map()));
    let frame = variants.get(variant);
    if (!frame) variants.set(variant, (frame = make()));
    return frame;
  }
  /** The instance made at a node: `name`, or the first free of `name_2`, `name_3`, .. */
  child(node: object, variant: string, name: string): Frame {
    return this.#known(node, variant, () => {
      let free = name;
      for (let k = 2; this.#taken.has(free); k++) free = `${name}_${k}`;
      this.#taken.add(free);
      return new Frame(this.join(free));
    });
  }
  /** A node that names nothing of its own (a function, an unnamed chain): what it applies counts here. */
  transparent(node: object, variant: string): Frame {
    return this.#known(node, variant, () => new Frame(this.path, this.#taken));
  }
  /** The instance that the user named, made at a node; undefined if another place has the name. */
  named(node: object, name: string): Frame | undefined {
    const known = this.#children.get(node)?.get(name);
    if (known) return known;
    if (this.#taken.has(name)) return undefined;
    this.#taken.add(name);
    return this.#known(node, name, () => new Frame(this.join(name)));
  }
}
