// Never runs: the compiler must take the first of each pair and refuse the second.

import { createPublicClient, decodeErrorResult, http, parseEventLogs } from "viem";

import { addresses, addressesOf, errorTexts, passLensAbi, productPassAbi, purchaseManagerAbi } from "../../abi/passmanager.ts";

const node = createPublicClient({ transport: http() });
const at = addresses[1];

// a chain may have no published deployment
at?.passLens satisfies `0x${string}` | undefined;
// @ts-expect-error
at.passLens;

// addresses of one's own need all contracts
// @ts-expect-error
addressesOf({ chainId: 1, contracts: { PassLens: { address: "0x00" } } });

// arguments and results have types
const call = { address: "0x00", abi: passLensAbi, functionName: "hasAccess" } as const;
(await node.readContract({ ...call, args: [1n, 2n] })) satisfies boolean;
// @ts-expect-error
await node.readContract({ ...call, args: [1n] });
// @ts-expect-error
await node.readContract({ ...call, args: [1, 2] });
// @ts-expect-error
await node.readContract({ address: "0x00", abi: productPassAbi, functionName: "hasAccess", args: [1n, 2n] });

// structs too
const product = await node.readContract({ ...call, functionName: "productOf", args: [1n] });
product.name satisfies string;
// @ts-expect-error
product.price;

// events
const [sold] = parseEventLogs({ abi: purchaseManagerAbi, eventName: "ProductsPurchased", logs: [] });
sold?.args.productIds satisfies readonly bigint[] | undefined;
// @ts-expect-error
sold?.args.productId;

// errors
const refused = decodeErrorResult({ abi: purchaseManagerAbi, data: "0x" });
if (refused.errorName === "InsufficientAllowance") refused.args satisfies readonly [bigint, bigint];
// @ts-expect-error
if (refused.errorName === "InsufficientAllowence") refused.args;
errorTexts.InsufficientAllowance.next satisfies string;
// @ts-expect-error
errorTexts.InsufficientAllowence;
