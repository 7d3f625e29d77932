/** @file The features, listed by hand; what `initialize` announces follows from this list. */
import type { Feature } from "../feature.js";
import { callHierarchy } from "./call-hierarchy.js";
import { codeActions } from "./code-actions.js";
import { codeLens } from "./code-lens.js";
import { completion } from "./completion.js";
import { configuration } from "./configuration.js";
import { definition } from "./definition.js";
import { diagnostics } from "./diagnostics.js";
import { documentHighlight } from "./document-highlight.js";
import { documentLinks } from "./document-links.js";
import { documentSymbols } from "./document-symbols.js";
import { documents } from "./documents.js";
import { folding } from "./folding.js";
import { formatting } from "./formatting.js";
import { hover } from "./hover.js";
import { inlayHints } from "./inlay-hints.js";
import { library } from "./library.js";
import { references } from "./references.js";
import { rename } from "./rename.js";
import { selectionRanges } from "./selection-ranges.js";
import { semanticTokens } from "./semantic-tokens.js";
import { signatureHelp } from "./signature-help.js";
import { typeDefinition } from "./type-definition.js";
import { workspaceSymbols } from "./workspace-symbols.js";
import { workspace } from "./workspace.js";

export const features: readonly Feature[] = [
  documents,
  workspace,
  configuration,
  library,
  diagnostics,
  callHierarchy,
  codeActions,
  definition,
  documentHighlight,
  documentLinks,
  documentSymbols,
  folding,
  formatting,
  references,
  rename,
  selectionRanges,
  semanticTokens,
  typeDefinition,
  workspaceSymbols,
  inlayHints,
  hover,
  codeLens,
  completion,
  signatureHelp,
];
