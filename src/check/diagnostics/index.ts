/** @file Everything the checker can say, by code. */
import { dataRules } from "./data.js";
import { modelRules } from "./model.js";
import { nameRules } from "./names.js";
import { sequenceRules } from "./sequences.js";
import { shapeRules } from "./shapes.js";
import { wordRules } from "./words.js";

export { dataRules, modelRules, nameRules, sequenceRules, shapeRules, wordRules };

export const checkRules = {
  ...nameRules,
  ...shapeRules,
  ...sequenceRules,
  ...wordRules,
  ...modelRules,
  ...dataRules,
} as const;
