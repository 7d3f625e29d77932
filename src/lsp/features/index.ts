/** @file The features, listed by hand; what `initialize` announces follows from this list. */
import type { Feature } from "../feature.js";
import { codeLens } from "./code-lens.js";
import { completion } from "./completion.js";
import { configuration } from "./configuration.js";
import { diagnostics } from "./diagnostics.js";
import { documents } from "./documents.js";
import { hover } from "./hover.js";
import { inlayHints } from "./inlay-hints.js";
import { library } from "./library.js";
import { signatureHelp } from "./signature-help.js";
import { workspace } from "./workspace.js";

export const features: readonly Feature[] = [
  documents,
  workspace,
  configuration,
  library,
  diagnostics,
  inlayHints,
  hover,
  codeLens,
  completion,
  signatureHelp,
];
