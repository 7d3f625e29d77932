/** @file The example page learns in a worker, stays responsive meanwhile, and reads digits that a mouse draws. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "vite";
import { glyphs } from "../../examples/demo/strokes.js";
import { Folder } from "../cli/netc.js";
import { chromiumPath, Site } from "./chromium.js";

if (!chromiumPath) console.warn("no CHROMIUM_PATH, and no chromium on PATH: the example page is not tested");

const stateOf = (page: Page, ...states: string[]) =>
  page.waitForSelector(states.map((state) => `body[data-state=${state}]`).join(), { timeout: 240_000 });

/** Draws the plainest form of a digit, stroke by stroke, in the middle of the pad. */
async function draw(page: Page, digit: number): Promise<void> {
  const box = (await page.locator("#pad").boundingBox())!;
  const place = (x: number, y: number) =>
    [box.x + box.width * (0.2 + 0.006 * x), box.y + box.height * (0.2 + 0.006 * y)] as const;
  for (const stroke of glyphs[digit]![0]!) {
    await page.mouse.move(...place(stroke[0]!, stroke[1]!));
    await page.mouse.down();
    for (let k = 2; k < stroke.length; k += 2)
      await page.mouse.move(...place(stroke[k]!, stroke[k + 1]!), { steps: 4 });
    await page.mouse.up();
  }
}

describe.skipIf(!chromiumPath)("examples/vite-app", () => {
  let folder: Folder;
  let site: Site;
  beforeAll(async () => {
    folder = new Folder();
    await build({ root: "examples/vite-app", logLevel: "error", build: { outDir: folder.path, emptyOutDir: true } });
    const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    site = await Site.open(
      Object.fromEntries(
        files.map((path) => [relative(folder.path, path).split(sep).join("/"), readFileSync(path, "utf8")]),
      ),
    );
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    folder?.remove();
  });

  test("the page's own script holds no network", () => {
    const [script = ""] = readdirSync(join(folder.path, "assets")).filter((name) => /^index-.*\.js$/.test(name));
    const text = readFileSync(join(folder.path, "assets", script), "utf8");
    expect(text.length).toBeLessThan(20_000);
    expect(text).not.toContain("0061736d");
  });

  test(
    "trains in a worker without a task of 50 ms on the page, and reads what is drawn",
    { timeout: 300_000 },
    async () => {
      await site.visit("plain", async (page) => {
        await stateOf(page, "training");
        const longest = await site.longestTask(page, async () => {
          // The page is in use while the network learns.
          await draw(page, 3);
          await stateOf(page, "trained");
        });
        expect(await page.textContent("#status")).toMatch(/^Trained: 9\d\.\d% of unseen digits right$/);
        const read: (string | null)[] = [];
        for (let digit = 0; digit < 10; digit++) {
          await page.click("#clear");
          await draw(page, digit);
          // The last answer is there once nothing changes any more.
          let before = "";
          await expect
            .poll(async () => {
              const now = (await page.textContent("#bars")) ?? "";
              const isSame = now === before;
              before = now;
              return isSame;
            })
            .toBe(true);
          read.push(await page.textContent("#sentence"));
        }
        expect(read).toEqual(Array.from({ length: 10 }, (_, digit) => String(digit)));
        expect(longest).toBeLessThan(50);
      });
    },
  );

  test("pauses, goes on, and trains again", { timeout: 300_000 }, () =>
    site.visit("isolated", async (page) => {
      await stateOf(page, "training");
      await page.click("text=Pause");
      await stateOf(page, "paused");
      const before = await page.getAttribute("#curve .mean", "points");
      await page.waitForTimeout(200);
      expect(await page.getAttribute("#curve .mean", "points")).toBe(before);
      await page.click("text=Go on");
      await stateOf(page, "trained");
      await page.click("text=Train again");
      await stateOf(page, "training");
    }),
  );
});
