// plugin_sdk/js as npm has it: its form, its types, its size.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import {createRequire} from "node:module";
import os from "node:os";
import path from "node:path";
import {after, test} from "node:test";
import {fileURLToPath} from "node:url";

const kMostBytes = 10000;  // minified, with all that it imports
const kMostBytesOfWorker = 6000;

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "../../plugin_sdk/js");
const tools = path.join(here, "../npm");
const esbuild = createRequire(path.join(tools, "package.json"))("esbuild");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
after(() => fs.rmSync(folder, {recursive: true}));

// The package, packed and unpacked as npm does it, in a project of its own.
const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
                                         {cwd: source, stdio: ["ignore", "pipe", "ignore"]}));
const installed = path.join(folder, "node_modules/@mod-websocket/client");
fs.mkdirSync(installed, {recursive: true});
execFileSync("tar", ["xzf", path.join(folder, packed.filename), "-C", installed, "--strip-components=1"]);
const manifest = JSON.parse(fs.readFileSync(path.join(installed, "package.json")));
fs.copyFileSync(path.join(here, "usage.ts"), path.join(folder, "usage.ts"));
fs.writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');

const bundle = (name) => esbuild.buildSync({
  entryPoints: [path.join(installed, name)], bundle: true, minify: true, format: "esm", write: false,
}).outputFiles[0].contents.length;

test("HasWhatAPackageNeeds", () => {
  assert.equal(manifest.name, "@mod-websocket/client");
  assert.equal(manifest.license, "Apache-2.0");
  for (const field of ["dependencies", "peerDependencies", "scripts"]) assert.equal(manifest[field], undefined);
  const names = packed.files.map((file) => file.path);
  const expected = fs.readdirSync(source).filter((name) => !/^(node_modules|package-lock|CMakeLists)/.test(name));
  assert.deepEqual(names.sort(), expected.sort(), "nothing is missing, nothing is there by accident");
  for (const entry of Object.values(manifest.exports).flatMap((one) => Object.values(Object(one) === one ? one : {one})))
    assert.ok(names.includes(entry.slice(2)), entry);
});

test("IsSmall", () => {
  const sizes = {index: bundle("index.js"), worker: bundle("worker.js")};
  assert.ok(sizes.index < kMostBytes, `${sizes.index} bytes`);
  assert.ok(sizes.worker < kMostBytesOfWorker, `${sizes.worker} bytes`);
});

test("HasTypesThatFit", () => {
  for (const resolution of ["bundler", "nodenext"]) {
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom",
                     "--moduleResolution", resolution, "--module", resolution === "bundler" ? "esnext" : resolution];
    try {
      execFileSync(process.execPath, [path.join(tools, "node_modules/typescript/bin/tsc"), ...options, "usage.ts"], {cwd: folder});
    } catch (error) {
      assert.fail(String(error.stdout));
    }
  }
});

test("DoesWhatItsTypesSay", () => {
  esbuild.buildSync({entryPoints: [path.join(folder, "usage.ts")], outfile: path.join(folder, "usage.mjs"), format: "esm"});
  fs.writeFileSync(path.join(folder, "crypto.cjs"), 'globalThis.crypto ??= require("node:crypto").webcrypto;');  // Node 18
  const said = execFileSync(process.execPath, ["--require", "./crypto.cjs", "usage.mjs"], {cwd: folder});
  assert.match(said.toString(), /^used$/m);
});
