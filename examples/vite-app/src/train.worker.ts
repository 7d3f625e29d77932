/** @file The worker that trains. */
import { serveDigits } from "./digits.net";

serveDigits();
