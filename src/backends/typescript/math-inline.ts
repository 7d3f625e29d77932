/**
 * @file Exponentials, logarithms and powers written out where they are used. A call that V8 does not inline passes its numbers as objects on the heap,
 * and activations call millions of times: written out, a step allocates nothing.
 */

/**
 * The statements that define `name` as e^argument, without branches: e^x = 2^k e^r with |r| <= log(2) / 2, and
 * e^r = 1 + 2r / (c(r^2) - r) as in fdlibm. Infinity above 709.43, 0 below -745.14. `present` asserts an element in TypeScript.
 */
export function exponential(name: string, argument: string, present: string): readonly string[] {
  const [x, k, high, low, r, t, c] = ["x", "k", "h", "l", "r", "t", "c"].map((part) => `${name}${part}`);
  return [
    `const ${x} = Math.max(-746, Math.min(710, ${argument}));`,
    `const ${k} = Math.floor(${x} * 1.4426950408889634 + 0.5);`,
    `const ${high} = ${x} - ${k} * 0.6931471803691238;`,
    `const ${low} = ${k} * 1.9082149292705877e-10;`,
    `const ${r} = ${high} - ${low};`,
    `const ${t} = ${r} * ${r};`,
    `const ${c} = ${r} - ${t} * (0.16666666666666602 + ${t} * (-0.0027777777777015593 + ${t} * (6.613756321437934e-5 + ${t} * (-1.6533902205465252e-6 + ${t} * 4.1381367970572385e-8))));`,
    // 0 for a NaN: the product stays NaN, and the table is never read outside.
    `const ${name} = (1 - (${low} - (${r} * ${c}) / (2 - ${c}) - ${high})) * mathPowers[(${k} + 1076) | 0]${present};`,
  ];
}

/** `name` as tanh(argument) = (1 - e^-2x) / (1 + e^-2x); beyond 20 it is 1 to the last bit. */
export function hyperbolicTangent(name: string, argument: string, present: string): readonly string[] {
  const power = `${name}e`;
  const clamped = `-2 * Math.max(-20, Math.min(20, ${argument}))`;
  return [...exponential(power, clamped, present), `const ${name} = (1 - ${power}) / (1 + ${power});`];
}

/**
 * `name` as log(argument): x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)], and log(1 + f) by s = f / (2 + f), as in fdlibm.
 * -Infinity at 0, NaN below.
 */
export function logarithm(name: string, argument: string, present: string): readonly string[] {
  const [x, small, word, i, k, f, s, z, r, half] = ["x", "t", "w", "i", "k", "f", "s", "z", "r", "h"].map(
    (part) => `${name}${part}`,
  );
  return [
    `const ${x} = ${argument};`,
    // Numbers below the least normal one are brought above it by 2^54.
    `const ${small} = ${x} < 2.2250738585072014e-308;`,
    `mathBits[0] = ${small} ? ${x} * 18014398509481984 : ${x};`,
    `const ${word} = mathWords[1]${present};`,
    `const ${i} = ((${word} & 0xfffff) + 0x95f64) & 0x100000;`,
    `mathWords[1] = (${word} & 0xfffff) | (${i} ^ 0x3ff00000);`,
    `const ${k} = (${word} >> 20) - (${small} ? 1077 : 1023) + (${i} >> 20);`,
    `const ${f} = mathBits[0]${present} - 1;`,
    `const ${s} = ${f} / (2 + ${f});`,
    `const ${z} = ${s} * ${s};`,
    `const ${r} = ${z} * (0.6666666666666735 + ${z} * (0.3999999999940942 + ${z} * (0.2857142874366239 + ${z} * (0.22222198432149784 + ${z} * (0.1818357216161805 + ${z} * (0.15313837699209373 + ${z} * 0.14798198605116586))))));`,
    `const ${half} = 0.5 * ${f} * ${f};`,
    `const ${name} = ${x} > 0 && ${x} < Infinity ? ${k} * 0.6931471803691238 - (${half} - (${s} * (${half} + ${r}) + ${k} * 1.9082149292705877e-10) - ${f}) : ${x} > 0 ? ${x} : ${x} === 0 ? -Infinity : NaN;`,
  ];
}

/** `name` as base ^ exponent for a whole exponent >= 0, by repeated squaring. */
export function wholePower(name: string, base: string, exponent: string): readonly string[] {
  const [square, left] = [`${name}s`, `${name}k`];
  return [
    `let ${name} = 1;`,
    `for (let ${square} = ${base}, ${left} = ${exponent}; ${left} > 0; ${left} = ${left} >> 1) {`,
    `  if ((${left} & 1) === 1) ${name} *= ${square};`,
    `  ${square} *= ${square};`,
    `}`,
  ];
}
