// A program sends somebody to a page, where they sign in and decide.
// {"authorize", "name", "password", "decisions": [{"press": "Allow" | "Deny", "extent": null | label of a choice}, ...]}, where the
// redirect of the program is at `$port`; tells {"sent": [the address that the program's own site was asked for, ...]}.

import { play, site } from "./visit.mjs";

await play(async (visit, { authorize, name, password, decisions }) => {
  const program = await site({ "/callback": ["text/html", "<title>back</title><p>You may close this.", {}] });
  const address = authorize.replaceAll("$port", program.port);
  const sent = [];
  for (const { press, extent } of decisions) {
    await visit.open(address);
    if (sent.length === 0) {
      await visit.look("sign-in");
      await visit.signIn(name, password);
    }
    await visit.look("consent");
    if (extent) await visit.page.getByLabel(extent, { exact: true }).check();
    await visit.press(press);
    if ((await visit.page.title()) !== "back") throw new Error("the program's own site was not reached");
    sent.push(visit.page.url());
  }
  program.close();
  return { sent };
});
