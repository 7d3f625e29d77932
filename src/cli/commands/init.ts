/** @file `netc init [DIR]`: a project to start from. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { suggest } from "../../base/suggest.js";
import { InputFault } from "../../diagnostics/fault.js";
import { writeAtomic } from "../../host/files.js";
import type { Register } from "../command-line.js";
import { UsageFault } from "../fault.js";
import type { Terminal } from "../terminal.js";

/** By name; each is a folder of `templates`, which the build copies beside the bundles. */
const templates: Readonly<Record<string, { readonly about: string; readonly steps: readonly string[] }>> = {
  vite: { about: "a page that trains in a worker, in TypeScript", steps: ["npm install", "npm run dev"] },
  node: { about: "a program that trains, saves and predicts", steps: ["npm install", "npm start"] },
};
const names = Object.keys(templates);

interface InitOptions {
  readonly template: string;
}

export const init: Register = (program, terminal) => {
  program
    .command("init")
    .description("write a project to start from")
    .argument("[folder]", "where to; it is made if there is none", ".")
    .option("--template <name>", names.map((name) => `${name}: ${templates[name]!.about}`).join("; "), "vite")
    .addHelpText("after", "\nExamples:\n  netc init my-app\n  netc init my-tool --template node")
    .action((folder: string, options: InitOptions) => write(folder, options, terminal));
};

function write(folder: string, { template }: InitOptions, terminal: Terminal): void {
  const chosen = Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (!chosen) {
    const near = suggest(template, names);
    throw new UsageFault(
      `unknown template ${JSON.stringify(template)}: ${near ? `did you mean ${near}?` : `use ${names.join(" or ")}`}`,
    );
  }
  const source = fileURLToPath(new URL(`./templates/${template}`, import.meta.url));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .sort()
    // A package does not carry files of that name.
    .map((name) => ({
      name: name.replace(/^gitignore$/, ".gitignore"),
      text: readFileSync(join(source, name), "utf8"),
    }));
  const taken = files.map(({ name }) => join(folder, name)).filter((path) => existsSync(path));
  if (taken.length > 0)
    throw new InputFault(
      `nothing was written: ${taken.join(", ")} ${taken.length === 1 ? "is" : "are"} there already`,
      "name a new folder: netc init my-app",
    );
  for (const { name, text } of files) {
    writeAtomic(join(folder, name), name === "package.json" ? named(text, folder) : text);
    terminal.out(join(folder, name));
  }
  const steps = [
    ...(resolve(folder) === process.cwd() ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    ...chosen.steps,
  ];
  terminal.out(`\nNext:\n${steps.map((step) => `  ${step}`).join("\n")}`);
}

/** The package is called as its folder, as far as npm allows. */
function named(text: string, folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return text.replace('"starter"', JSON.stringify(name || "starter"));
}
