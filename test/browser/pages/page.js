/** @file What a page offers the test to call. */
import { run } from "./job.js";
globalThis.run = run;
// The worker ends with its page: Chromium leaves threads behind, any page's, where a worker is terminated while one of its own is ending.
globalThis.runInWorker = (task) => {
  const worker = new Worker("./worker.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.postMessage(task);
  });
};
