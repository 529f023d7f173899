// Somebody signs in, in whatever language, and looks at pages.
// {"url", "name", "password", "addresses": [...]}; tells {"alerts": how often something a page had in it ran}.

import { play } from "./visit.mjs";

await play(async (visit, { url, name, password, addresses }) => {
  let alerts = 0;
  visit.page.on("dialog", (dialog) => {
    alerts += 1;
    return dialog.dismiss();
  });
  await visit.open(`${url}/sign-in`);
  await visit.look("/sign-in");
  await visit.page.locator("#name").fill(name);
  await visit.page.locator("#password").fill(password);
  await Promise.all([visit.page.waitForEvent("load"), visit.page.locator("button.main").click()]);
  for (const address of addresses) {
    await visit.open(`${url}${address}`);
    await visit.look(address);
  }
  return { alerts };
});
