import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./plugins/precompress.ts";

export default defineConfig({
  base: "/console/",
  plugins: [react(), precompress()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // Data in addresses would be refused by the content security policy, as would inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // The map's library is half of everything, and comes after the first view.
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: { proxy: { "/v1": "http://127.0.0.1:8000", "/console/session": "http://127.0.0.1:8000" } },
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
});
