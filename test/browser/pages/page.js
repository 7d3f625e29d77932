/** @file What a page offers the test to call. */
import { run, runElsewhere, turns } from "./job.js";
globalThis.run = run;
globalThis.turns = turns;
globalThis.runElsewhere = ({ own, ...options }) =>
  runElsewhere({
    ...options,
    worker: own ? new Worker("./server.js", { type: "module" }) : new URL("mnist.net.js", location.href),
  });
// The worker ends with its page: Chromium leaves threads behind, any page's, where a worker is terminated while one of its own is ending.
globalThis.runInWorker = (task) => {
  const worker = new Worker("./worker.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.postMessage(task);
  });
};
