// Somebody sets up an authenticator app, signs in with its code, and once with a recovery code.
// {"url", "name", "password"}; tells {"recovery_codes": how many}.

import { Authenticator } from "./authenticator.mjs";
import { play } from "./visit.mjs";

await play(async (visit, { url, name, password }) => {
  await visit.open(`${url}/sign-in`);
  await visit.signIn(name, password);
  const form = visit.page.locator("form").filter({ hasText: "Set up an authenticator app" });
  await form.getByLabel("Current password").fill(password);
  await visit.press("Set up an authenticator app");
  await visit.look("key");
  const app = new Authenticator(await visit.page.locator("code").first().innerText());
  await visit.fill({ Code: app.code() });
  await visit.press("Confirm");
  await visit.look("recovery codes");
  const recovery = await visit.page.locator("li code").allInnerTexts();
  await visit.page.getByRole("link", { name: "Your account" }).click();
  await visit.look("account");
  await visit.press("Sign out");
  await visit.signIn(name, password);
  await visit.look("without a code");
  await visit.signIn(name, password, app.code());
  await visit.look("with a code");
  await visit.press("Sign out");
  await visit.signIn(name, password, recovery[0]);
  await visit.look("with a recovery code");
  return { recovery_codes: recovery.length };
});
