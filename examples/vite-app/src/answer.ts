/** @file What the network says of a picture: ten bars and a sentence. */

export class Answer {
  readonly #bars: readonly HTMLElement[];
  readonly #values: readonly HTMLElement[];
  readonly #sentence: HTMLElement;

  constructor(list: HTMLElement, sentence: HTMLElement) {
    this.#sentence = sentence;
    const rows = Array.from({ length: 10 }, (_, digit) => {
      const row = document.createElement("li");
      const [name, track, bar, value] = ["span", "span", "span", "span"].map((tag) => document.createElement(tag));
      if (!name || !track || !bar || !value) throw new Error("unreachable");
      [name.className, track.className, value.className] = ["name", "track", "value"];
      name.textContent = String(digit);
      track.append(bar);
      row.append(name, track, value);
      list.append(row);
      return { bar, value };
    });
    this.#bars = rows.map(({ bar }) => bar);
    this.#values = rows.map(({ value }) => value);
  }

  /** `chances`: of the ten digits; undefined: nothing was drawn. */
  show(chances: Float32Array | undefined): void {
    const best = chances ? chances.indexOf(Math.max(...chances)) : -1;
    this.#bars.forEach((bar, digit) => {
      const chance = chances?.[digit] ?? 0;
      bar.style.transform = `scaleX(${chance.toFixed(4)})`;
      bar.parentElement?.parentElement?.classList.toggle("best", digit === best);
    });
    this.#values.forEach((value, digit) => {
      value.textContent = chances ? `${Math.round(100 * (chances[digit] ?? 0))}%` : "";
    });
    this.#sentence.textContent = chances ? `${best}` : "?";
    this.#sentence.setAttribute(
      "aria-label",
      chances ? `It reads ${best}, ${Math.round(100 * (chances[best] ?? 0))}% sure` : "Nothing is drawn yet",
    );
  }
}
