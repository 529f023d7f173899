// What the others rely on: a page on which something is forbidden, runs anyway, or is hard to use, is told of.
// Tells {"ran": whether the script of the page ran}.

import { play, site } from "./visit.mjs";

await play(async (visit) => {
  const dark = "color-scheme: light dark; background: Canvas; color: light-dark(black, #222)";
  const page = `<!doctype html><html style="${dark}"><head><title>before</title><script>document.title = "ran"</script></head>
    <body><main><img src="data:," ><button></button><p>dim in the dark</p></main></body></html>`;
  const strict = { "content-security-policy": "default-src 'none'; style-src 'self'" };
  const other = await site({ "/strict": ["text/html", page, strict], "/lax": ["text/html", page, {}] });
  const address = `http://127.0.0.1:${other.port}`;
  await visit.open(`${address}/lax`);
  const lax = await visit.look("lax");
  const before = visit.violations.length;
  await visit.open(`${address}/strict`);
  const strictly = await visit.look("strict");
  other.close();
  return { before, ran: [lax.title === "ran", strictly.title === "ran"] };
});
