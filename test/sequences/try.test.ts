/** @file try */
import { test } from "vitest";
import { modelOf, checkText } from "../check/support.js";
import { Interpreted } from "../library/interpreted.js";
import { render } from "../../src/diagnostics/render.js";

const texts: Record<string, string> = {
  lstm: `model M { input x: f32[t <= 5, 3] target y: f32[2] output h = x -> lstm(4) -> dense(2) loss mean_squared_error(h, y) optimizer sgd(0.1) train { batch: 2 } }`,
  bi: `model M { input x: f32[t <= 5, 3] target y: class[2][t <= 5] output h = x -> bidirectional(lstm(4, return_sequences: true)) -> dense(2) -> softmax loss cross_entropy(h, y) metric accuracy(h, y) metric perplexity(h,y) optimizer sgd(0.1) train { batch: 2 } }`,
  attn: `model M { input x: class[7][t <= 5] target y: f32[2] output h = x -> embedding(4) -> multi_head_attention(2, key_dim: 3) -> layer_norm -> global_average_pool1d -> dense(2) loss mean_squared_error(h, y) optimizer sgd(0.1) train { batch: 2 } }`,
};
for (const [name, text] of Object.entries(texts))
  test(name, () => {
    const { diagnostics } = checkText(text);
    if (diagnostics.length) {
      console.log(diagnostics.map((d) => render(d)).join("\n"));
      return;
    }
    const runs = [0, NaN].map((pad) => {
      const net = new Interpreted(modelOf(text), 2);
      const data: Record<string, number[]> = { t: [5, 2] };
      for (const p of [...net.model.inputs, ...net.model.targets]) {
        const n = p.shape.reduce((a, b) => a * b, 1);
        const w = p.sequence ? n / p.shape[0]! : n;
        data[p.name] = Array.from({ length: 2 * n }, (_, k) => {
          const row = Math.floor(k / n);
          const at = Math.floor((k % n) / w);
          if (p.sequence && at >= data.t![row]!) return p.element.kind === "class" ? (pad === 0 ? 0 : 1) : pad;
          return p.element.kind === "class" ? (k * 7 + 3) % p.element.size : Math.sin(k + 1);
        });
      }
      net.load(data);
      const loss = net.loss();
      return {
        loss,
        grads: net.gradients().map((g) => Array.from(g.slice(0, 4))),
        out: net.predict(data).h,
        eval: net.evaluate(data),
      };
    });
    console.log(name, JSON.stringify(runs[0]), "\n", JSON.stringify(runs[0]) === JSON.stringify(runs[1]));
  });
