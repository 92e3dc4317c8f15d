// Prints what abi/passmanager.ts has, for the test to compare with what the Python package has.
// Usage: node module.ts DEPLOYMENT

import { readFileSync } from "node:fs";

import * as passmanager from "../../abi/passmanager.ts";

const file = process.argv[2] ?? "";
const own = passmanager.addressesOf(JSON.parse(readFileSync(file, "utf8")));
console.log(JSON.stringify({ ...passmanager, own }));
