/** @file The page's build; `netc/vite` is this package's own plugin. */
import netc from "netc/vite";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  plugins: [netc()],
  worker: { format: "es", plugins: () => [netc()] },
});
