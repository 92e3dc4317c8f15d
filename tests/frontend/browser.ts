// What a browser with a wallet gives to a page, on Node: the wallet signs without asking, with the node's accounts.
// Usage: node --import ./browser.ts page.ts RPC_URL ACCOUNT

const [url = "", account = ""] = process.argv.slice(2);

async function ask(method: string, params: unknown = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  const { error, result } = (await answer.json()) as { error?: object; result: unknown };
  if (error !== undefined) throw Object.assign(new Error(method), error);
  return result;
}

async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
  if (method === "eth_requestAccounts") return [account];
  if (method === "wallet_switchEthereumChain") return null;
  return await ask(method, params);
}

const page = new EventTarget();
page.addEventListener("eip6963:requestProvider", () => {
  const detail = { info: { name: "Wallet of the tests" }, provider: { request } };
  page.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
});
Object.assign(globalThis, { window: page });
