/** @file A worker that trains for its page. */
import { serveDigits } from "./mnist.net.js";
serveDigits();
