// Another site puts pages into frames.
// {"addresses": [...]}; tells {"inside": what each frame shows, in order; the last is a page of the other site itself}.

import { play, site } from "./visit.mjs";

await play(async (visit, { addresses }) => {
  const own = ["text/html", "<main>a page that may be framed</main>", {}];
  const frames = [...addresses, "/own"].map((address) => `<iframe src="${address}"></iframe>`).join("");
  const other = await site({ "/": ["text/html", `<title>other</title>${frames}`, {}], "/own": own });
  await visit.open(`http://localhost:${other.port}/`);
  const inside = [];
  for (const frame of visit.page.mainFrame().childFrames()) {
    inside.push(await frame.locator("main").allInnerTexts());
  }
  other.close();
  return { inside: inside.map((texts) => texts.join(" ")) };
});
