import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = new Set([".css", ".geojson", ".html", ".js", ".json", ".mjs", ".svg"]);

/** Lay each text file beside itself compressed, and print what a browser has to fetch. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const rows = filesIn(folder)
        .filter((path) => TEXT.has(extname(path)))
        .map(compress);
      rows.sort((one, other) => other.plain - one.plain);
      console.log(report(folder, rows));
    },
  };
}

interface Sizes {
  path: string;
  plain: number;
  gzip: number;
  brotli: number;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function compress(path: string): Sizes {
  const content = readFileSync(path);
  const gzip = gzipSync(content, { level: 9 });
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotli);
  return { path, plain: content.length, gzip: gzip.length, brotli: brotli.length };
}

function report(folder: string, rows: Sizes[]): string {
  const total = rows.reduce(
    (sum, row) => ({
      path: "total",
      plain: sum.plain + row.plain,
      gzip: sum.gzip + row.gzip,
      brotli: sum.brotli + row.brotli,
    }),
    { path: "total", plain: 0, gzip: 0, brotli: 0 },
  );
  const named = rows.map((row) => ({ ...row, path: relative(folder, row.path) }));
  const lines = [...named, total].map(
    (row) => `${row.path.padEnd(48)}${kilobytes(row.plain)}${kilobytes(row.gzip)}${kilobytes(row.brotli)}`,
  );
  return [
    `${"file".padEnd(48)}${"kB".padStart(10)}${"gzip".padStart(10)}${"brotli".padStart(10)}`,
    ...lines,
  ].join("\n");
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1).padStart(10);
}
