/**
 * Buys a product as a page in a browser would, with viem, and then shows what a refused purchase looks like.
 *
 *     node examples/frontend/buy.ts RPC_URL [deployments/31337.json]
 *
 * In a browser only the two transports differ: `custom(provider)` with the wallet's provider instead of `http(url)`.
 */

import { readFileSync } from "node:fs";

import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  erc20Abi,
  formatUnits,
  http,
  parseEventLogs,
  zeroAddress,
} from "viem";
import type { Address, ContractFunctionArgs, Hash } from "viem";
import { foundry } from "viem/chains";

import { addressesOf, errorTexts, passLensAbi, purchaseManagerAbi } from "../../abi/passmanager.ts";

type Cart = ContractFunctionArgs<typeof purchaseManagerAbi, "payable", "purchaseProducts">[0];

const [url = "http://127.0.0.1:8545", file = "deployments/31337.json"] = process.argv.slice(2);
const at = addressesOf(JSON.parse(readFileSync(file, "utf8")));
const node = createPublicClient({ chain: foundry, transport: http(url) });
const wallet = createWalletClient({ chain: foundry, transport: http(url) });

/** The quote is what the purchase would cost this wallet now; it refuses what the purchase would refuse. */
async function quote(cart: Cart, buyer: Address) {
  const call = { address: at.passLens, abi: passLensAbi, functionName: "quotePurchase", args: [cart, buyer] } as const;
  return await node.readContract(call);
}

/** PaymentEscrow collects the price, so it is what the buyer approves, and no more than the price. */
async function approve(token: Address, amount: bigint, buyer: Address): Promise<void> {
  const { request } = await node.simulateContract({
    address: token,
    abi: erc20Abi,
    functionName: "approve",
    args: [at.paymentEscrow, amount],
    account: buyer,
  });
  await mined(await wallet.writeContract(request));
}

/** Simulates first, so that a refusal costs nothing and comes with its name. */
async function purchase(cart: Cart, value: bigint, buyer: Address) {
  const { request } = await node.simulateContract({
    address: at.purchaseManager,
    abi: purchaseManagerAbi,
    functionName: "purchaseProducts",
    args: [cart],
    value,
    account: buyer,
  });
  const { logs } = await mined(await wallet.writeContract(request));
  const [sold] = parseEventLogs({ abi: purchaseManagerAbi, eventName: "ProductsPurchased", logs });
  if (sold === undefined) throw new Error("the receipt has no ProductsPurchased event");
  return sold.args;
}

async function mined(hash: Hash) {
  const receipt = await node.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") throw new Error(`the chain refused transaction ${hash}`);
  return receipt;
}

/** Name, values and advice of the contract's error inside of what viem threw; undefined if it is no such error. */
function refusal(problem: unknown): string | undefined {
  const cause = problem instanceof BaseError ? problem.walk((one) => one instanceof ContractFunctionRevertedError) : null;
  if (!(cause instanceof ContractFunctionRevertedError) || cause.data === undefined) return undefined;
  const { errorName, args = [], abiItem } = cause.data;
  const inputs = abiItem.type === "error" ? abiItem.inputs : [];
  const values = inputs.map((input, i) => `${input.name}=${args[i]}`);
  const text = errorName in errorTexts ? errorTexts[errorName as keyof typeof errorTexts] : undefined;
  return [`${errorName}(${values.join(", ")})`, text?.meaning, text?.next].filter(Boolean).join(" ");
}

const buyer = (await wallet.getAddresses())[2]; // the buyer of `passmanager demo`; in a browser: requestAddresses()
if (buyer === undefined) throw new Error(`${url} has no unlocked accounts; is it a local chain?`);

const product = await node.readContract({
  address: at.passLens,
  abi: passLensAbi,
  functionName: "productOf",
  args: [1n],
});
const cart: Cart = {
  to: buyer,
  organizationId: product.orgId,
  productIds: [1n],
  pricingIds: [1n],
  quantities: [0n], // 0 unless the pricing has tiers
  discountIds: [],
  couponCode: "",
  airdrop: false,
  pause: false,
};

const { token, total } = await quote(cart, buyer);
const native = token === zeroAddress;
const decimals = native
  ? 18
  : await node.readContract({ address: token, abi: erc20Abi, functionName: "decimals" });
console.log(`${product.name} costs ${formatUnits(total, decimals)}`);

if (!native) await approve(token, total, buyer);
const sold = await purchase(cart, native ? total : 0n, buyer);
console.log(`bought: pass ${sold.productPassId} for ${formatUnits(sold.amountPaid, decimals)}`);

try {
  await purchase(cart, 0n, buyer); // the approval was exact, and is used up
} catch (problem) {
  const name = refusal(problem);
  if (name === undefined) throw problem;
  console.log(`refused: ${name}`);
}
