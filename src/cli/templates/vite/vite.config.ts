/** @file `.net` files are imported like any module, on the page and in its worker. */
import netc from "netc/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [netc()],
  worker: { format: "es", plugins: () => [netc()] },
});
