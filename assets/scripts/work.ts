/**
 * Solves the challenge of a form whose tries are counted (SEC-09): finds a number after which the SHA-256 of
 * "challenge:number" begins with so many zero bits. It begins when the page is there and works in slices shorter than a
 * frame, so that nobody notices it while typing. Pages without a secure origin have no crypto.subtle, and that one is
 * slower for short texts, so the hash is computed here.
 */
export function work(root: Document) {
  root.querySelectorAll<HTMLInputElement>("input[data-work]").forEach((field) => {
    const challenge = field.dataset.work!;
    const zeros = Number(challenge.split(".")[1]);
    let number = 0;
    const slice = () => {
      const until = Date.now() + 8;
      do {
        for (let i = 0; i < 100; i++, number++) {
          const text = challenge + ":" + number;
          if (Math.clz32(firstWord(text)) >= zeros) {
            field.value = text;
            return;
          }
        }
      } while (Date.now() < until);
      setTimeout(slice, 0);
    };
    setTimeout(slice, 0);
  });
}

// The constants of SHA-256: fractions of the cube roots and square roots of the first primes.
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const fraction = (x: number) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const rounds = primes.map((p) => fraction(Math.cbrt(p)));
const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));

const turn = (x: number, n: number) => (x >>> n) | (x << (32 - n));
const w = new Int32Array(64);

/** The first 32 bits of the SHA-256 of an ASCII text. */
export function firstWord(text: string): number {
  const length = text.length;
  const blocks = (length + 8) >> 6;
  const h = start.slice();
  for (let block = 0; block <= blocks; block++) {
    for (let i = 0; i < 16; i++) {
      let word = 0;
      for (let j = 0; j < 4; j++) {
        const at = block * 64 + i * 4 + j;
        word = (word << 8) | (at < length ? text.charCodeAt(at) : at === length ? 0x80 : 0);
      }
      w[i] = word;
    }
    if (block === blocks) w[15] = length * 8;
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15]!, b = w[i - 2]!;
      w[i] = w[i - 16]! + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7]! + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, k] = h as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i]! + w[i]!) | 0;
      const u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    [a, b, c, d, e, f, g, k].forEach((word, i) => (h[i] = (h[i]! + word) | 0));
  }
  return h[0]!;
}
