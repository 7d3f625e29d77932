/** @file What training leaves besides weights: its log as a table and as curves, and pictures of what a net has learnt. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Folder, flowers, flowerTable, idx, inFolder } from "./netc.js";

type Values = Readonly<Record<"loss" | "accuracy", number>>;
type Told = Values & { readonly epoch: number; readonly validation: Values };

const read = (folder: Folder, name: string) => readFileSync(join(folder.path, name), "utf8");
const numbers = (text: string) => text.split(",").map(Number);

describe.concurrent("netc train", () => {
  it("writes loss and metrics of each epoch as a table and as curves", () =>
    inFolder(
      { "flowers.net": flowers.replace("batch: 8", "batch: 8, validation: 25%"), "flowers.csv": flowerTable() },
      async (folder) => {
        const { code, out } = await folder.run(
          "train",
          "flowers.net",
          "--csv",
          "log/log.csv",
          "--plot",
          "curves.svg",
          "--json",
        );
        expect(code).toBe(0);
        const [header, ...rows] = read(folder, "log/log.csv").trimEnd().split("\n");
        expect(header).toBe("epoch,seconds,loss,accuracy,val_loss,val_accuracy");
        const told = out
          .trimEnd()
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Told);
        expect(rows.map(numbers).map(([epoch, , ...metrics]) => [epoch, ...metrics])).toEqual(
          told.map(({ epoch, loss, accuracy, validation }) => [
            epoch,
            loss,
            accuracy,
            validation.loss,
            validation.accuracy,
          ]),
        );
        expect(rows).toHaveLength(20);
        const svg = read(folder, "curves.svg");
        for (const name of ["Flowers", "loss", "accuracy", "training", "validation"])
          expect(svg).toContain(`>${name}<`);
        expect(svg.match(/<path [^>]*fill="none"/g)).toHaveLength(4);
        expect(folder.list()).toEqual(["curves.svg", "flowers.csv", "flowers.net", "log.csv"]);
      },
    ));

  it("names the phases, and prints the weights of a small model", () =>
    inFolder({ "x.csv": "x,y\n1,2\n2,4\n3,6\n" }, async (folder) => {
      folder.write(
        "line.net",
        `model Line {
          input x: f32
          target y: f32
          param w: [] ~ zeros
          output e = w * x
          loss mean_squared_error(e, y)
          optimizer sgd(0.1)
          data { x: csv("x.csv"), y: csv("x.csv") }
          phase early { epochs: 2 }
          phase late { epochs: 3 }
          train { batch: all }
        }`,
      );
      const { code, out } = await folder.run("train", "line.net", "--csv", "log.csv", "--plot", "curves.svg");
      expect(code).toBe(0);
      // One step from 0 with all three points: 0.1 * 2 * mean(x * y) = 28 / 15.
      expect(out).toMatch(/^w {2}2$/m);
      expect(out).toContain("5 steps");
      expect(read(folder, "log.csv")).toMatch(/^phase,epoch,seconds,loss\nearly,1,[\d.]+,18\.66/);
      expect(read(folder, "curves.svg")).toMatch(/>early<[^]*>late</);
    }));

  it("says before long that a file cannot be written", () =>
    inFolder({ "flowers.net": flowers, "flowers.csv": flowerTable() }, async (folder) => {
      const { code, err } = await folder.run("train", "flowers.net", "--csv", "flowers.net/log.csv");
      expect([code, err]).toEqual([1, expect.stringContaining("cannot write flowers.net/log.csv")]);
    }));
});

describe("netc plot", () => {
  let folder: Folder;
  const weights = ["--weights", "w.safetensors", "-o", "picture.svg"];
  beforeAll(async () => {
    folder = new Folder({ "flowers.net": flowers, "flowers.csv": flowerTable() });
    await folder.run("train", "flowers.net", "--save", "w.safetensors");
  });
  afterAll(() => folder.remove());

  it("confusion: counts of the test data by class", async () => {
    expect((await folder.run("plot", "confusion", "flowers.net", ...weights)).code).toBe(0);
    const svg = read(folder, "picture.svg");
    expect(svg).toContain("100.0% of 12 test examples");
    const counts = [...svg.matchAll(/>(\d+)<\/text>/g)].map(([, count]) => Number(count));
    expect(counts.reduce((a, b) => a + b)).toBe(12);
    expect([1, 2, 3, 5, 6, 7].map((k) => counts[k])).toEqual([0, 0, 0, 0, 0, 0]);
  });
  it.each([
    [["filters"], 1, "nothing that is a kernel with three axes or four"],
    [["reconstructions"], 1, "nothing that is an input that is an image"],
    [["confusion", "--of", "chanse"], 1, "did you mean chance?"],
    [["confusion", "--from", "size"], 1, "the model has no size"],
    [["heatmap"], 2, "unknown command"],
  ])("%j is told what is wrong", async ([what, ...more], answer, message) => {
    const { code, out, err } = await folder.run("plot", what!, "flowers.net", ...weights, ...more);
    expect([code, out + err]).toEqual([answer, expect.stringContaining(message)]);
  });

  it("filters and reconstructions", () =>
    inFolder(
      {
        "images.idx": idx(
          [5, 4, 4],
          Array.from({ length: 80 }, (_, k) => (k * 37) % 256),
        ),
      },
      async (own) => {
        own.write(
          "code.net",
          `model Code {
          input image: f32[4, 4]
          let ink = reshape(image, [4, 4, 1]) -> rescaling(1 / 255)
          output picture = ink -> conv2d(3, 2) as look -> flatten -> dense(16) -> reshape([4, 4])
          loss mean_squared_error(picture, reshape(ink, [4, 4]))
          optimizer adam(0.01)
          data { image: idx("images.idx") }
        }`,
        );
        await own.run("train", "code.net", "--save", "w.safetensors");
        expect((await own.run("plot", "filters", "code.net", ...weights)).code).toBe(0);
        expect(read(own, "picture.svg").match(/<image /g)).toHaveLength(3);
        expect((await own.run("plot", "reconstructions", "code.net", ...weights, "--count", "4")).code).toBe(0);
        expect(read(own, "picture.svg").match(/<image /g)).toHaveLength(8);
      },
    ));
});
