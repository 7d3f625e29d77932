/**
 * @file Checks a file for an editor: only declarations whose text, or whose words' texts, changed are checked anew.
 *
 * What the check of a declaration finds is a function of its text, of the texts of the words and constants that names in it mean
 * (and names in those, ..), and of the files that its types read. Names are taken from the text itself, comments included, which
 * is more than the checker looks up; a message may moreover list or suggest any name in scope, so what has messages depends on
 * all words and constants of all files. Places in what was remembered move with the declarations that they lie in.
 */
import type { SourceFile } from "../base/source.js";
import { type Checkable, checkDeclaration, checkFile, type DeclarationOptions } from "../check/check.js";
import type { Library } from "../check/library.js";
import { lintDeclaration } from "../check/lints/index.js";
import { ownWords } from "../check/lints/flow.js";
import type { FileScope } from "../check/scope.js";
import { Trace } from "../check/trace.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Declaration, File, WordDeclaration } from "../syntax/ast.js";
import type { ParseResult } from "../syntax/parse.js";
import { combined } from "./combined.js";
import { type ModelFacts, modelFacts, type PlaceFacts } from "./facts.js";
import { Identities, type Identity, type Placed } from "./identity.js";
import { Moves } from "./moves.js";
import { sampledFacts } from "./samples.js";

export interface Analysis {
  readonly file: File;
  readonly models: readonly ModelFacts[];
  /** Of words that no model of the file applies, with made-up sizes, of which several have in common what holds. */
  readonly samples: readonly PlaceFacts[];
  /** Those of `check`, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of the files that were looked at: this one, imports, texts that types name. */
  readonly dependencies: ReadonlySet<string>;
}

/** The project as the analysis sees it. */
export interface Sources {
  readonly library: Library;
  parse(path: string): ParseResult | undefined;
  text(path: string): string | undefined;
  resolve(specifier: string, from: SourceFile): string;
}

interface Found {
  readonly facts: ModelFacts | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Shown where the whole file is without errors. */
  readonly lints: readonly Diagnostic[];
}
interface Remembered extends Found {
  /** All declarations that it depends on, itself first. */
  readonly places: readonly Placed[];
  readonly texts: ReadonlyMap<string, string | undefined>;
}
interface Sampled {
  readonly facts: readonly PlaceFacts[];
  readonly places: readonly Placed[];
  readonly texts: ReadonlyMap<string, string | undefined>;
}
/** By the declarations that it depends on. */
interface Memory {
  readonly checked: ReadonlyMap<string, Remembered>;
  readonly sampled: ReadonlyMap<string, Sampled>;
}
interface Analysed {
  readonly analysis: Analysis;
  readonly files: ReadonlyMap<string, ParseResult | undefined>;
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly memory: Memory;
}

export class Analyser {
  readonly #identities = new Identities();
  readonly #analysed = new Map<string, Analysed>();
  constructor(readonly sources: Sources) {}

  /** Forgets a file that nobody shows any more. */
  forget(path: string): void {
    this.#analysed.delete(path);
  }

  analyse(path: string): Analysis | undefined {
    const { sources } = this;
    const root = sources.parse(path);
    if (!root) return undefined;
    const last = this.#analysed.get(path);
    if (
      last &&
      [...last.files].every(([name, before]) => sources.parse(name) === before) &&
      [...last.texts].every(([name, before]) => sources.text(name) === before)
    )
      return last.analysis;
    const round = new Round(
      sources,
      this.#identities,
      root,
      last?.memory ?? { checked: new Map(), sampled: new Map() },
    );
    const analysed = round.run();
    this.#analysed.set(path, analysed);
    return analysed.analysis;
  }
}

/** One analysis of a file. */
class Round {
  readonly #files = new Map<string, ParseResult | undefined>();
  readonly #texts = new Map<string, string | undefined>();
  readonly #checked = new Map<string, Remembered>();
  readonly #sampled = new Map<string, Sampled>();
  readonly #own: ReadonlySet<string>;
  #everything: readonly Placed[] | undefined;
  #places: ReadonlyMap<Identity, Placed> | undefined;

  constructor(
    readonly sources: Sources,
    readonly identities: Identities,
    readonly root: ParseResult,
    readonly before: Memory,
  ) {
    this.#files.set(root.file.source.name, root);
    this.#own = ownWords(root.file);
  }

  run(): Analysed {
    const { root, sources } = this;
    const { file } = root;
    const resolve = (specifier: string, from: SourceFile): File | undefined => {
      const path = sources.resolve(specifier, from);
      const found = sources.parse(path);
      this.#files.set(path, found);
      return found?.file;
    };
    const words: (readonly [WordDeclaration, FileScope])[] = [];
    const { results, diagnostics } = checkFile(file, { library: sources.library, resolve }, (declaration, scope) => {
      if (declaration.kind === "word") words.push([declaration, scope]);
      return this.#check(declaration, scope);
    });
    const models = results.flatMap(({ facts }) => facts ?? []);
    const seen = models.flatMap(({ names }) => names).filter(({ location }) => location.file === file.source);
    const isSeen = ({ span }: WordDeclaration) =>
      seen.some(({ location: { span: of } }) => span.start <= of.start && of.end <= span.end);
    const analysis: Analysis = {
      file,
      models,
      samples: words.filter(([word]) => !isSeen(word)).flatMap(([word, scope]) => this.#sample(word, scope)),
      diagnostics: combined([...root.diagnostics, ...diagnostics], () => results.flatMap(({ lints }) => lints)),
      dependencies: new Set([...this.#files.keys(), ...this.#texts.keys()]),
    };
    return {
      analysis,
      files: this.#files,
      texts: this.#texts,
      memory: { checked: this.#checked, sampled: this.#sampled },
    };
  }

  #check(declaration: Checkable, scope: FileScope): Found {
    const reached = this.#reached(declaration, scope);
    const narrow = reached.map(({ identity }) => identity.id).join(" ");
    const wide = () =>
      `${narrow} / ${this.#all()
        .map(({ identity }) => identity.id)
        .join(" ")}`;
    for (const key of [() => narrow, wide]) {
      const known = this.before.checked.get(key());
      const moved = known && this.#moved(known);
      if (!known || !moved) continue;
      this.#remember(key(), known);
      return moved;
    }
    const texts = new Map<string, string | undefined>();
    const found = this.#fresh(declaration, scope, this.#reader(texts));
    const isClean = found.diagnostics.length === 0;
    const places = isClean ? reached : [...reached, ...this.#all()];
    this.#remember(isClean ? narrow : wide(), { ...found, places, texts });
    return found;
  }
  /** What is inside a word, from applications to samples. */
  #sample(word: WordDeclaration, scope: FileScope): readonly PlaceFacts[] {
    const places = this.#reached(word, scope);
    const key = places.map(({ identity }) => identity.id).join(" ");
    const known = this.before.sampled.get(key);
    const moves = known && this.#moves(known);
    const moved = moves && known.facts.map(moves.places);
    if (known && moved && !moves.failed) {
      this.#sampled.set(key, known);
      return moved;
    }
    const texts = new Map<string, string | undefined>();
    const facts = sampledFacts(word, scope, this.#reader(texts));
    this.#sampled.set(key, { facts, places, texts });
    return facts;
  }
  /** Reads for a check, and notes what was read. */
  #reader(texts: Map<string, string | undefined>): DeclarationOptions["readText"] {
    return (specifier, from) => {
      const path = this.sources.resolve(specifier, from);
      texts.set(path, this.sources.text(path));
      return texts.get(path);
    };
  }
  #remember(key: string, entry: Remembered): void {
    this.#checked.set(key, entry);
    for (const [path, text] of entry.texts) this.#texts.set(path, text);
  }

  #fresh(declaration: Checkable, scope: FileScope, readText: DeclarationOptions["readText"]): Found {
    const trace = new Trace();
    const { model, diagnostics } = checkDeclaration(declaration, scope, { readText, trace });
    const hasErrors = diagnostics.some(({ severity }) => severity === "error");
    return {
      facts: model && modelFacts(model, trace),
      diagnostics,
      lints: hasErrors ? [] : lintDeclaration(this.root.file, this.#own, declaration, model),
    };
  }

  /** The declaration and all that names in its text could mean, and names in theirs; those of the user's files. */
  #reached(declaration: Checkable, scope: FileScope): readonly Placed[] {
    const found = new Set<Declaration>();
    const placed: Placed[] = [];
    const visit = (next: Declaration, file: FileScope): void => {
      if (found.has(next)) return;
      found.add(next);
      const place = this.#place(next, file);
      placed.push(place);
      for (const name of place.identity.names) for (const one of file.declared(name)) visit(one.declaration, one.file);
    };
    visit(declaration, scope);
    return placed;
  }
  #place(declaration: Declaration, file: FileScope): Placed {
    return this.identities.of(declaration, this.#files.get(file.source.name)!);
  }
  /** Words and constants of all files. */
  #all(): readonly Placed[] {
    return (this.#everything ??= [...this.#files.values()].flatMap((parsed) =>
      (parsed?.file.declarations ?? []).flatMap((declaration) =>
        declaration.kind === "model" ? [] : this.identities.of(declaration, parsed!),
      ),
    ));
  }

  /** What was found, where things are now; undefined if that cannot be told. */
  #moved(known: Remembered): Found | undefined {
    const moves = this.#moves(known);
    if (!moves) return undefined;
    const { facts, diagnostics, lints } = known;
    const found = {
      facts: facts && moves.facts(facts),
      diagnostics: diagnostics.map(moves.diagnostic),
      lints: lints.map(moves.diagnostic),
    };
    return moves.failed ? undefined : found;
  }
  /** To where declarations are now; undefined if a text that was read changed. */
  #moves({ places, texts }: Pick<Remembered, "places" | "texts">): Moves | undefined {
    for (const [path, text] of texts) if (this.sources.text(path) !== text) return undefined;
    return new Moves(places, (identity) => this.#now(identity));
  }
  #now(identity: Identity): Placed | undefined {
    this.#places ??= new Map(
      [...this.#files.values()].flatMap((parsed) =>
        (parsed?.file.declarations ?? []).map((declaration) => {
          const placed = this.identities.of(declaration, parsed!);
          return [placed.identity, placed] as const;
        }),
      ),
    );
    return this.#places.get(identity);
  }
}
