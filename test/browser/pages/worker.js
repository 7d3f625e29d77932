/** @file A worker that runs the job, one task a message. */
import { run } from "./job.js";
onmessage = ({ data }) => run(data).then(postMessage, (error) => postMessage({ name: String(error) }));
