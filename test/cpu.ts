/** @file Time that does not grow with what else the machine does. */

/** Milliseconds of processor time, of all threads of this process. */
export function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}
