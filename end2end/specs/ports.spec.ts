// The world outside of the cluster: curl in the terminal, forwarded ports and their browser.
import { expect, test } from "../fixtures.js";
import { Sandbox } from "../sandbox.js";

test.setTimeout(120_000);
// One of the pages that are looked at is not there. And Playwright's own scripts look into every frame:
// those that allow none refuse, and say so.
test.use({ expectedErrors: /status of 404|^Blocked script execution in .* the document's frame is sandboxed/ });

test("terminals stand beside each other, and curl asks from outside", async ({ page, playground }) => {
  const { terminal } = await playground.open();
  await terminal.start("kubectl get pods -w");
  await terminal.root.getByRole("button", { name: "New terminal" }).click();
  await expect(terminal.root.getByRole("tab", { name: "Terminal 2" })).toHaveAttribute("aria-selected", "true");
  expect(await terminal.run("kubectl get nodes -o name")).toContain("node/node-1");
  expect(await terminal.run("curl http://10.0.0.11:30080/")).toMatch(
    /^curl: \(7\) Failed to connect to 10\.0\.0\.11 port 30080 after \d+ ms: Could not connect to server\n$/,
  );
  expect(await terminal.run("curl -s http://10.0.0.11:30080/")).toBe("");
  await terminal.root.getByRole("tab", { name: "Terminal 1" }).click();
  await expect(terminal.root.getByRole("button", { name: playground.words.stop })).toBeVisible();
  await page.keyboard.press("Escape");
});

for (const language of ["en", "ko"] as const) {
  test(`a forwarded port is looked at in a small browser (${language})`, async ({
    server,
    playground,
    accessible,
  }) => {
    const sandbox = await Sandbox.create(server.url, { rate: 60, seed: 11 });
    const { terminal } = await playground.open(language, sandbox);
    await terminal.run("kubectl run web --image=nginx --port=80");
    await terminal.run("kubectl wait --for=condition=Ready pod/web");
    const browser = terminal.browser;
    await expect(browser.root).toBeHidden();
    await terminal.start("kubectl port-forward pod/web 8080:80");
    await expect(browser.address).toHaveValue("localhost:8080/");
    await browser.open.click();
    await expect(browser.page.getByRole("heading", { name: "Welcome to nginx!" })).toBeVisible();
    await expect(terminal.output).toContainText("Handling connection for 8080");
    await browser.reload.click();
    await expect(terminal.output).toContainText(/(Handling connection for 8080[^]*){2}/);
    await accessible();

    await terminal.add.click();
    expect(await terminal.run("curl -s localhost:8080 | grep -c Welcome")).toBe("2\n");
    expect(await terminal.run("curl -s -o page.html localhost:8080 && ls")).toContain("page.html");
    await browser.address.fill("localhost:8080/nowhere");
    await browser.address.press("Enter");
    await expect(browser.page.getByRole("heading", { name: "404 Not Found" })).toBeVisible();

    await terminal.root.getByRole("tab", { name: /1$/ }).click();
    await terminal.prompt.press("Control+c");
    await expect(browser.root).toBeHidden();
  });
}
