/** @file Everything the checker can say, by code. */
import { dataRules } from "./data.js";
import { laterRules, modelRules } from "./model.js";
import { nameRules } from "./names.js";
import { shapeRules } from "./shapes.js";
import { wordRules } from "./words.js";

export { dataRules, laterRules, modelRules, nameRules, shapeRules, wordRules };

export const checkRules = {
  ...nameRules,
  ...shapeRules,
  ...wordRules,
  ...modelRules,
  ...dataRules,
  ...laterRules,
} as const;
