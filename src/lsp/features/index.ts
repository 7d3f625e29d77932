/** @file The features, listed by hand; what `initialize` announces follows from this list. */
import type { Feature } from "../feature.js";
import { configuration } from "./configuration.js";
import { diagnostics } from "./diagnostics.js";
import { documents } from "./documents.js";
import { library } from "./library.js";
import { workspace } from "./workspace.js";

export const features: readonly Feature[] = [documents, workspace, configuration, library, diagnostics];
