import { createHmac } from "node:crypto";

/** An authenticator app (RFC 6238). No code of it is shown twice: then it is the one of the next half minute. */
export class Authenticator {
  last = 0;

  constructor(key) {
    const letters = key.replaceAll(/[\s=]/g, "").toUpperCase();
    const bits = [...letters].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
    this.key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  }

  code() {
    this.last = Math.max(this.last + 1, Math.floor(Date.now() / 30_000));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(this.last));
    const digest = createHmac("sha1", this.key).update(step).digest();
    const cut = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
    return String(cut % 1_000_000).padStart(6, "0");
  }
}
