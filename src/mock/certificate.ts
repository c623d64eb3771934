import { isIP } from "node:net";

/** Makes a key and a self-signed certificate, in PEM. @throws if the package that makes it is not installed. */
export async function certificateFor(host?: string): Promise<{ key: string; cert: string }> {
  const { generate } = await import("selfsigned").catch((cause) => {
    throw new Error("HTTPS needs a package that is not installed: npm install selfsigned", { cause });
  });
  const names = new Set(["localhost", "127.0.0.1", "::1", host ?? "localhost"]);
  const altNames = [...names].map((name) =>
    isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const made = await generate([{ name: "commonName", value: "minimax-video mock" }], {
    keyType: "ec",
    algorithm: "sha256",
    // Apple's clients refuse more than 825 days.
    notAfterDate: new Date(Date.now() + 365 * 24 * 3_600_000),
    // It signs itself, so it is its own authority.
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { key: made.private, cert: made.cert };
}
